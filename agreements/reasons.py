"""The short lists that reasons are picked from, so that they can be counted and learned from."""

Choices = tuple[tuple[str, str], ...]

OTHER = ("other", "Another reason")

RETURN: Choices = (
    ("need-unclear", "The need isn’t clear"),
    ("overlap", "It may overlap with what is here already"),
    ("practical", "The practical arrangements need work"),
    ("security", "Security or safety questions"),
    ("information-sharing", "Information sharing isn’t settled"),
    ("dates-or-funding", "Dates or funding need correcting"),
    OTHER,
)
DECLINE: Choices = (
    ("no-need", "There is no need for it here"),
    ("duplicate", "It duplicates a service that is here"),
    ("no-space-or-staff", "The prison has no space or staff for it"),
    ("security", "Security or safety"),
    ("spending", "It would commit the prison to spending"),
    OTHER,
)
WITHDRAW: Choices = (
    ("no-funding", "Funding was not secured"),
    ("capacity", "We no longer have the staff"),
    ("changed-plans", "Our plans have changed"),
    ("another-prison", "We will run it elsewhere"),
    OTHER,
)
PAUSE: Choices = (
    ("prison-staffing", "Prison staffing or regime"),
    ("partner-staffing", "Partner staffing"),
    ("funding-gap", "A gap in funding"),
    ("safety", "A safety or security event"),
    OTHER,
)
END: Choices = (
    ("funding-ended", "Funding ended"),
    ("need-met", "The need has been met"),
    ("not-effective", "It isn’t working"),
    ("staffing", "Staffing"),
    ("prison-decision", "The prison’s decision"),
    ("partner-decision", "The partner’s decision"),
    ("prison-closing", "The prison is closing"),
    OTHER,
)
