"""The information sharing agreement and the consent form: kinds of information, never anyone's."""

from portal.home.demo.scene import Answers, Scene

PRISON_SERVICE = "Scottish Prison Service"
# Item, whom it is about, category, why it is needed, direction.
ITEMS = (
    ("Name and hall", "participants", "ordinary", "To find the right person and plan the meeting", "prison-to-partner"),
    ("Date of release", "participants", "offence", "To plan the end of the work", "prison-to-partner"),
    ("Risk to staff or others", "participants", "offence", "To keep everybody safe in the room", "prison-to-partner"),
    ("Attendance", "participants", "ordinary", "So that the prison knows where people are", "partner-to-prison"),
    (
        "Contact after release",
        "participants",
        "ordinary",
        "To keep in touch, if the person wishes",
        "partner-to-prison",
    ),
)
HEALTH = (
    "Needs that the session must allow for",
    "participants",
    "special",
    "So that the person can take part safely",
    "prison-to-partner",
)
# How each kind of information travels, by its direction.
ROUTES = {
    "prison-to-partner": "Encrypted e-mail between the two role mailboxes",
    "partner-to-prison": "A list on paper, handed over",
}


def sharing(scene: Scene) -> Answers:
    """Everything that is asked once the two sides have said that personal information will pass."""
    return {"S3-28": ["prison-to-partner", "partner-to-prison"], "S3-29": "participation"} | (
        parties(scene) | legal_basis(scene) | items(scene) | handling(scene) | rights(scene) | consent(scene)
    )


def part_3_gateway() -> Answers:
    """What only the prison can say."""
    words = (
        "Section 36(4) of the Data Protection Act 2018 with the prison rules: the information is passed to support "
        "rehabilitation and resettlement, only as far as that needs it, to an organisation that is named here."
    )
    return {"ISA-05": words}


def parties(scene: Scene) -> Answers:
    officer = {"post": "Data protection officer", "email": scene.prison.mailbox}
    lead = {"post": "Data protection lead", "email": scene.mailbox, "phone": scene.partner.phone}
    return {
        "ISA-01": [
            {"organisation": PRISON_SERVICE, "role": "controller", "ico_number": "Z0000000 (made up)", "dpo": officer},
            {
                "organisation": scene.partner.plan.name,
                "role": "controller",
                "ico_number": "ZA000000 (made up)",
                "dpo": lead,
            },
        ],
        "ISA-02": (
            "The service can't reach the right people at the right time without a name, a hall and a date. The duty to "
            "prepare people for release, and the national strategy for community justice, ask for services that work "
            "together."
        ),
        "ISA-03": "To select and meet the people who take part, to keep everybody safe, and to count what was done.",
        "ISA-04": {"prison": "part-3", "partner": "uk-gdpr"},
    }


def legal_basis(scene: Scene) -> Answers:
    answers: Answers = {
        "ISA-06": {"prison": "not-article-6", "partner": "legitimate-interests"},
        "ISA-08": {"basis": "schedule-1", "condition": "Paragraph 18: safeguarding of individuals at risk"},
    }
    if is_about_health(scene):
        answers["ISA-07"] = {"condition": "health-care", "schedule_1": "Paragraph 2: health or social care purposes"}
    return answers


def is_about_health(scene: Scene) -> bool:
    return scene.partner.plan.need in ("health", "drugs-and-alcohol", "mental-health-and-wellbeing")


def items(scene: Scene) -> Answers:
    rows = [*ITEMS, HEALTH] if is_about_health(scene) else ITEMS
    names = ("item", "about", "category", "justification", "direction")
    keep = {"period": "12 months", "trigger": "The day the person's part in the service ends"}
    return {
        "ISA-09": [dict(zip(names, row, strict=True)) for row in rows],
        "ISA-10": [{"for": row[0], "frequency": "weekly", "method": ROUTES[row[-1]]} for row in rows],
        "ISA-11": {
            "prison": [{"post": "Third sector coordinator"}, {"post": scene.prison.establishment.approver_title}],
            "partner": [{"post": "Service manager"}, {"post": scene.about["worker"]}],
        },
        "ISA-15": [{"for": row[0], **keep, "method": "Deleted from the system; paper is shredded"} for row in rows],
    }


def handling(scene: Scene) -> Answers:
    return {
        "ISA-12": {"state": "done", "done_on": scene.day(-45), "reviewer": "Data protection officer"},
        "ISA-13": {"how": "The worker reads the privacy notice aloud at the first meeting, and leaves a copy."},
        "ISA-14": "Whoever notices a mistake tells the other mailbox within two working days, and both put it right.",
        "ISA-17": {"measures": ["encrypted-transfer", "encrypted-devices", "role-access", "trained-staff"]},
        "ISA-18": {"leaves": "no"},
        "ISA-19": {"told": "Data protection officer", "hours": 24, "reporter": "Data protection officer"},
    }


def rights(scene: Scene) -> Answers:
    return {
        "ISA-16": {
            "post": "Data protection lead",
            "days": 30,
            "how": "A request that reaches either side is passed to the other's mailbox within two working days.",
        },
        "ISA-20": {"start": scene.begins.isoformat(), "end": scene.ends.isoformat()},
        "ISA-21": "Everybody named here has data protection training before the first session, and again each year.",
        "ISA-22": "Only the two data protection posts may decide, in writing, and both keep the note for a year.",
        "ISA-23": {"review_on": scene.day(182), "how": "The two owners look at the list of flows at each review."},
    }


def consent(scene: Scene) -> Answers:
    name = scene.partner.plan.name
    return {
        "CON-01": [{"organisation": name}, {"organisation": scene.prison.establishment.name}],
        "CON-02": [
            {"item": "Your name and your hall"},
            {"item": "The date on which you may be released"},
            {"item": "Whether you came to a session"},
        ],
        "CON-03": f"We want to know this so that {name} can meet you, keep everybody safe, and plan with you.",
        "CON-04": [
            {"purpose": "The prison may tell us your date of release"},
            {"purpose": "We may keep in touch with you after you leave"},
        ],
        "CON-06": f"Tell any worker of {name}, or put a note in the box in your hall. You don't have to say why.",
        "CON-08": "Until three months after your part in the service ends. If you go on for longer, we ask you again.",
        "CON-09": ["read-aloud", "translation", "large-print"],
    }
