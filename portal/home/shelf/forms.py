"""A complaint, and the answer to it."""

from portal.foundation.forms import EmailField, PortalForm, ShortTextField, TextField


class ComplaintForm(PortalForm):
    name = ShortTextField(label="Your name", max_length=120, autocomplete="name")
    email = EmailField(label="Your email address", help_text="We answer to it.", autocomplete="email")
    what = TextField(
        label="What happened?",
        help_text="Say which information about you it concerns and what you would like us to do.",
        max_length=4000,
        rows=8,
    )


class AnswerForm(PortalForm):
    outcome = TextField(
        label="What you found and what was done", help_text="The person gets these words.", max_length=4000, rows=8
    )
