"""People, parties and agreements for tests. Everything is invented; prisons are the shipped ones."""

import datetime as dt
import itertools
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.files.uploadedfile import SimpleUploadedFile

from agreements import documents, projection, rules
from agreements.effects import Evidence, Request
from agreements.models import Answer, Kind, QuestionSet, Side, SignedPaper, Version
from agreements.operations import actions, attaching, drafting, starting
from agreements.questions.definition import Control, Question
from agreements.questions.values import options, prune
from agreements.reading import options_for, read
from agreements.turns import turn, unlocked
from agreements.workflow import perform
from directory.models import Establishment, Holding, Organisation, Post, Role
from portal.foundation import clock
from portal.foundation.accounts import open_account
from portal.foundation.models import User

PASSWORD = "a long enough password"
_numbers = itertools.count(1)


def user(name: str = "") -> User:
    number = next(_numbers)
    return open_account(email=f"person{number}@example.org", name=name or f"Person {number}", password=PASSWORD)


def organisation(name: str = "") -> Organisation:
    return Organisation.objects.create(name=name or f"Charity {next(_numbers)}")


def prison(code: str = "PER") -> Establishment:
    return Establishment.objects.get(code=code)


def post(role: Role, at: Organisation | Establishment | None, **fields) -> Post:
    party = {Organisation: "organisation", Establishment: "establishment"}.get(type(at))
    if role == Role.HOO:
        fields = {"approval_order": 1, "signing_order": 1} | fields
    title = fields.pop("title", Role(role).label)
    return Post.objects.create(role=role, title=title, **({party: at} if party else {}), **fields)


def hold(the_post: Post, who: User | None = None, *, name: str = "", **fields) -> User:
    """Somebody holds a post since 2020, and has a second factor."""
    who = who or user(name or f"{the_post.get_role_display()} {next(_numbers)}")
    Holding.objects.create(post=the_post, user=who, **({"from_on": dt.date(2020, 1, 1)} | fields))
    with_second_factor(who)
    return who


def with_second_factor(who: User) -> None:
    if not who.authenticator_set.exists():
        TOTP.activate(who, generate_totp_secret())


class Cast:
    """The people of one story: a charity's signatory and contributor, a prison's HOO, a CJVSF administrator, a stranger."""

    def __init__(self, code: str = "PER"):
        self.charity = organisation()
        self.prison = prison(code)
        self.signatory = hold(post(Role.SIGNATORY, self.charity, title="Chief Executive"))
        self.contributor = hold(post(Role.CONTRIBUTOR, self.charity, title="Service Manager"))
        self.hoo_post = Post.objects.filter(establishment=self.prison, role=Role.HOO).first() or post(
            Role.HOO, self.prison
        )
        self.hoo = hold(self.hoo_post)
        self.cjvsf = hold(post(Role.CJVSF, None))
        self.stranger = hold(post(Role.SIGNATORY, organisation()))

    def start(self) -> Version:
        return starting.start(
            organisation=self.charity,
            establishment=self.prison,
            service_name=f"Service {next(_numbers)}",
            by=self.contributor,
        )


def sample(control: Control, lookup: dict) -> Any:
    """A valid value for any control that people fill in."""
    makers = {
        "short_text": lambda: "Somebody"[: control.max_length or 200],
        "long_text": lambda: "We agreed this in words.",
        "yes_no": lambda: "no",
        "choice": lambda: options(control, lookup)[0].value,
        "choices": lambda: [options(control, lookup)[0].value],
        "terms": lambda: [option.value for option in options(control, lookup)[:2]],
        "number": lambda: max(control.min or 0, 1),
        "money": lambda: "12000.00",
        "date": lambda: "2027-03-01",
        "time": lambda: "09:30",
        "contact": lambda: {"post": "Service Manager", "email": "service@example.org"},
        "group": lambda: {part.id: sample(part, lookup) for part in control.parts if part.type != "file"},
        "rows": lambda: [{part.id: sample(part, lookup) for part in control.parts}],
    }
    return prune(control, makers[control.type]()) if control.type in makers else None


# Answers for which any valid value won't do.
PARTICULAR = {
    "S1-02": ["inside", "community"],
    "S1-13": {"start": "2027-01-10", "end": "2028-01-09"},
    "S1-14": [
        {"funder": "A trust", "amount": "12000.00", "starts": "2027-01-01", "ends": "2028-03-31", "status": "secured"}
    ],
    "S4-05": {"start": "2027-01-10", "end": "2028-01-09", "first_review": "2027-07-10"},
}


def answers_for(version: Version, questions: list[Question], **given: Any) -> dict[str, Any]:
    """A valid answer to each question, rows that follow another question's rows included."""
    lookup = options_for(version.agreement.establishment)
    answers: dict[str, Any] = {}
    for question in questions:
        if question.type == "per_row":
            parts = {part.id: sample(part, lookup) for part in question.parts}
            answers[question.id] = [{"for": "Somebody", **parts}]
        else:
            answers[question.id] = sample(question, lookup)
    known = {question.id for question in questions}
    answers |= {key: value for key, value in (PARTICULAR | given).items() if key in known}
    return {key: value for key, value in answers.items() if value is not None}


def answer_all(version: Version, *, by: User, **given: Any) -> None:
    """Answer everything that is open to this person now. Twice, because some answers open further questions."""
    for _ in range(2):
        version = Version.objects.with_parties().get(pk=version.pk)
        reading = read(version)
        open_now = unlocked(reading, by, turn(version).asked) & set(reading.asked) - set(reading.answers)
        questions = [reading.asked[question_id] for question_id in reading.asked if question_id in open_now]
        keys = {key.replace("_", "-"): value for key, value in given.items()}
        drafting.save_answers(version, answers_for(version, questions, **keys), replacing={}, by=by)


def fresh(version: Version) -> Version:
    return Version.objects.with_parties().get(pk=version.pk)


def add_an_action(version: Version, *, by: User) -> None:
    actions.add_action(
        version,
        by=by,
        what="Book the room",
        owner=Side.PRISON.value,
        post_title="Coordinator",
        due_on=dt.date(2027, 1, 4),
    )


# What a paper agreement says at least, in the words of the portal.
ON_PAPER = {
    "S1-01": "A weekly class in joinery.",
    "S1-02": ["inside"],
    "S1-05": ["health"],
    "S1-08": ["men"],
    "S4-05": {"start": "2026-02-01", "end": "2028-01-31", "first_review": "2026-08-01"},
}


def scan(version: Version, *, by: User) -> None:
    """The scan of the signed paper, and what it says."""
    for question_id, value in ON_PAPER.items():
        Answer.objects.create(version=version, question_id=question_id, value=value, by=by, at=clock.now())
    projection.project(version)
    kept = attaching.store(
        version, "PAPER", SimpleUploadedFile("signed.pdf", b"%PDF-1.7 " + version.agreement.reference.encode()), by=by
    )
    SignedPaper.objects.create(version=version, scan=kept, signed_on=dt.date(2026, 1, 20), by=by)


def newest(kind: Kind) -> QuestionSet:
    return QuestionSet.objects.newest(kind)


def bring_to(status: str, cast: Cast, **given: Any) -> Version:
    """A version brought to this status by the people of the cast, through the steps that lead there."""
    version = cast.start()
    for name in ROADS[status]:
        take(name, version, cast, **given)
    return fresh(version)


ROADS: dict[str, tuple[str, ...]] = {"outline": (), "with prison": ("submit",)}
ROADS["supported"] = (*ROADS["with prison"], "support")
ROADS["details"] = (*ROADS["with prison"], "accept")
ROADS["for approval"] = (*ROADS["details"], "send-for-approval")
ROADS["for signature"] = (*ROADS["for approval"], "approve")
ROADS["in force"] = (*ROADS["for signature"], "partner signs", "prison signs")
ROADS["paused"] = (*ROADS["in force"], "pause")
ROADS["ended"] = (*ROADS["in force"], "end")
ROADS["declined"] = (*ROADS["with prison"], "decline")
ROADS["withdrawn"] = (*ROADS["outline"], "withdraw")


def take(name: str, version: Version, cast: Cast, **given: Any) -> None:
    """Take one step of the road, with everything written that it needs."""
    version = fresh(version)
    if name == "submit":
        answer_all(version, by=cast.contributor, **given)
        perform("submit", version, by=cast.contributor)
    elif name in ("accept", "support"):
        answer_all(version, by=cast.hoo, **given)
        perform(name, version, by=cast.hoo)
    elif name == "send-for-approval":
        answer_all(version, by=cast.contributor, **given)
        add_an_action(version, by=cast.contributor)
        perform(name, version, by=cast.contributor)
    elif name == "approve":
        perform(name, version, by=cast.hoo, request=Request(words_sha256=words_sha256(version)))
    elif name.endswith("signs"):
        sign(version, by=cast.signatory if name == "partner signs" else cast.hoo)
    else:
        by = cast.signatory if name == "withdraw" else cast.hoo
        yesterday = clock.today() - dt.timedelta(days=1)
        perform(name, version, by=by, request=Request(reason="other", note="Because", last_day=yesterday))


def words_sha256(version: Version) -> str:
    return documents.sha256(documents.words(read(version)))


def evidence() -> Evidence:
    return Evidence(
        proved_by="password and one-time code",
        signed_in_at=clock.now(),
        opened_at=clock.now(),
        network_address="127.0.0.1",
        browser="A browser",
        statement="I sign this agreement.",
    )


def sign(version: Version, *, by: User) -> None:
    document = rules.standing_document(version)
    perform("sign", version, by=by, request=Request(words_sha256=document.sha256, evidence=evidence()))
