"""Who may take which step from where: every cell of step × status × person, held as data.

The policy decides what stands here, not the code. Whoever may never take a step is forbidden it, whatever the status;
whoever may take it, but not now, is told what is missing.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from agreements import rules
from agreements.effects import Request
from agreements.models import Status, Version
from agreements.reading import read
from agreements.steps import STEPS
from agreements.turns import turn, unlocked
from agreements.workflow import perform, steps_open_to
from directory.models import Role
from portal.foundation import clock
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User
from tests import factories
from tests.facts import load_what_is_missing

pytestmark = pytest.mark.django_db

TODAY = dt.datetime(2026, 11, 21, 10, 42, tzinfo=dt.UTC)

# The policy

PARTNER = {"contributor", "signatory", "administrator"}
PARTNER_DECIDES = {"signatory", "administrator"}
PRISON_DECIDES = {"HOO", "deputy HOO"}
EITHER_DECIDES = PARTNER_DECIDES | PRISON_DECIDES
PORTAL = {"nobody"}
NEVER = {
    "coordinator",
    "prison reader",
    "CJVSF administrator",
    "signatory of another charity",
    "HOO of another prison",
    "somebody on both sides",
}
PERSONS = sorted(PARTNER | PRISON_DECIDES | {"further approver"} | PORTAL | NEVER)

WHO: dict[str, set[str]] = {
    "submit": PARTNER,
    "accept": PRISON_DECIDES,
    "support": PRISON_DECIDES,
    "return-outline": PRISON_DECIDES,
    "confirm-funding": PARTNER,
    "end-support": PRISON_DECIDES,
    "lapse": PORTAL,
    "send-for-approval": PARTNER,
    "approve": PRISON_DECIDES | {"further approver"},
    "return-for-changes": EITHER_DECIDES | {"further approver"},
    "sign": PRISON_DECIDES | {"signatory"},
    "take-in-paper": {"CJVSF administrator"},
    "decline": PRISON_DECIDES,
    "withdraw": PARTNER_DECIDES,
    "vary": EITHER_DECIDES,
    "pause": EITHER_DECIDES,
    "resume": EITHER_DECIDES,
    "end": EITHER_DECIDES,
    "expire": PORTAL,
    "overtake": PORTAL,
    "close-variation": PORTAL,
}

WITH_A_SCAN = "outline, with a scan of the signed paper"
ONCE_APPROVED = "for approval, the HOO has approved"
ONCE_SIGNED = "for signature, the partner has signed"
BEING_VARIED = "in force, with a variation open"

# Where, which step, who can take it now, and what the status is then. Nothing else succeeds.
CELLS: tuple[tuple[str, str, set[str], str], ...] = (
    ("outline", "submit", PARTNER, "with prison"),
    ("outline", "withdraw", PARTNER_DECIDES, "withdrawn"),
    (WITH_A_SCAN, "take-in-paper", {"CJVSF administrator"}, "on paper"),
    (WITH_A_SCAN, "withdraw", PARTNER_DECIDES, "withdrawn"),
    ("with prison", "accept", PRISON_DECIDES, "details"),
    ("with prison", "support", PRISON_DECIDES, "supported"),
    ("with prison", "return-outline", PRISON_DECIDES, "outline"),
    ("with prison", "decline", PRISON_DECIDES, "declined"),
    ("with prison", "withdraw", PARTNER_DECIDES, "withdrawn"),
    ("supported", "confirm-funding", PARTNER, "details"),
    ("supported", "end-support", PRISON_DECIDES, "declined"),
    ("supported", "withdraw", PARTNER_DECIDES, "withdrawn"),
    ("supported", "lapse", PORTAL, "lapsed"),
    ("details", "send-for-approval", PARTNER, "for approval"),
    ("details", "decline", PRISON_DECIDES, "declined"),
    ("details", "withdraw", PARTNER_DECIDES, "withdrawn"),
    ("details", "close-variation", PORTAL, "withdrawn"),
    # The HOO approves first here, the further approver second.
    ("for approval", "approve", PRISON_DECIDES, "for approval"),
    # It is the prison's turn: the partner may return words only once they are for signature.
    ("for approval", "return-for-changes", PRISON_DECIDES | {"further approver"}, "details"),
    ("for approval", "decline", PRISON_DECIDES, "declined"),
    ("for approval", "withdraw", PARTNER_DECIDES, "withdrawn"),
    ("for approval", "close-variation", PORTAL, "withdrawn"),
    (ONCE_APPROVED, "approve", {"further approver"}, "for signature"),
    (ONCE_APPROVED, "return-for-changes", PRISON_DECIDES | {"further approver"}, "details"),
    (ONCE_APPROVED, "decline", PRISON_DECIDES, "declined"),
    (ONCE_APPROVED, "withdraw", PARTNER_DECIDES, "withdrawn"),
    (ONCE_APPROVED, "close-variation", PORTAL, "withdrawn"),
    # The partner signs first, the prison last.
    ("for signature", "sign", {"signatory"}, "for signature"),
    ("for signature", "return-for-changes", EITHER_DECIDES | {"further approver"}, "details"),
    ("for signature", "decline", PRISON_DECIDES, "declined"),
    ("for signature", "withdraw", PARTNER_DECIDES, "withdrawn"),
    ("for signature", "close-variation", PORTAL, "withdrawn"),
    (ONCE_SIGNED, "sign", PRISON_DECIDES, "in force"),
    (ONCE_SIGNED, "return-for-changes", EITHER_DECIDES | {"further approver"}, "details"),
    (ONCE_SIGNED, "decline", PRISON_DECIDES, "declined"),
    (ONCE_SIGNED, "withdraw", PARTNER_DECIDES, "withdrawn"),
    (ONCE_SIGNED, "close-variation", PORTAL, "withdrawn"),
    ("in force", "vary", EITHER_DECIDES, "in force"),
    ("in force", "pause", EITHER_DECIDES, "paused"),
    # With notice: it ends when its last day has passed.
    ("in force", "end", EITHER_DECIDES, "in force"),
    ("in force", "expire", PORTAL, "ended"),
    ("in force", "overtake", PORTAL, "overtaken"),
    (BEING_VARIED, "pause", EITHER_DECIDES, "paused"),
    (BEING_VARIED, "end", EITHER_DECIDES, "in force"),
    (BEING_VARIED, "expire", PORTAL, "ended"),
    (BEING_VARIED, "overtake", PORTAL, "overtaken"),
    ("paused", "resume", EITHER_DECIDES, "in force"),
    ("paused", "end", EITHER_DECIDES, "paused"),
    ("paused", "expire", PORTAL, "ended"),
    ("paused", "overtake", PORTAL, "overtaken"),
    # As in force; it came in by import.
    ("on paper", "vary", EITHER_DECIDES, "on paper"),
    ("on paper", "pause", EITHER_DECIDES, "paused"),
    ("on paper", "end", EITHER_DECIDES, "on paper"),
    ("on paper", "expire", PORTAL, "ended"),
    ("on paper", "overtake", PORTAL, "overtaken"),
)

# How each status is reached. The words in brackets are not steps: they write what the next step needs.
ROADS: dict[str, tuple[str, ...]] = {"outline": ("(outline)",)}
ROADS[WITH_A_SCAN] = ("(scan)",)
ROADS["with prison"] = (*ROADS["outline"], "submit", "(specification)")
ROADS["supported"] = (*ROADS["with prison"], "support")
ROADS["details"] = (*ROADS["with prison"], "accept", "(details)")
ROADS["for approval"] = (*ROADS["details"], "send-for-approval")
ROADS[ONCE_APPROVED] = (*ROADS["for approval"], "approve by HOO")
ROADS["for signature"] = (*ROADS[ONCE_APPROVED], "approve by further approver")
ROADS[ONCE_SIGNED] = (*ROADS["for signature"], "sign by signatory")
ROADS["in force"] = (*ROADS[ONCE_SIGNED], "sign by HOO")
ROADS[BEING_VARIED] = (*ROADS["in force"], "vary")
ROADS["paused"] = (*ROADS["in force"], "pause")
ROADS["on paper"] = (*ROADS[WITH_A_SCAN], "take-in-paper")
ROADS["overtaken"] = (*ROADS["in force"], "overtake")
ROADS["ended"] = (*ROADS["in force"], "expire")
ROADS["declined"] = (*ROADS["with prison"], "decline")
ROADS["withdrawn"] = (*ROADS["outline"], "withdraw")
ROADS["lapsed"] = (*ROADS["supported"], "lapse")

USUALLY_BY = {
    **dict.fromkeys(("submit", "send-for-approval"), "contributor"),
    "withdraw": "signatory",
    "take-in-paper": "CJVSF administrator",
    **dict.fromkeys(("accept", "support", "decline", "vary", "pause"), "HOO"),
    **dict.fromkeys(("lapse", "expire", "overtake"), "nobody"),
}


def status_of(scene: str) -> str:
    return scene.partition(",")[0]


def expected(scene: str, step: str) -> dict[str, str]:
    """What the policy says of one step in one place, person by person."""
    done = {person: target for at, name, who, target in CELLS if (at, name) == (scene, step) for person in who}
    who = who_may(step, scene)
    return {person: done.get(person, "not ready" if person in who else "forbidden") for person in PERSONS}


def who_may(step: str, scene: str) -> set[str]:
    """What is before the approvers, only the prison returns. Nothing is taken in that has no scan."""
    if step == "return-for-changes" and status_of(scene) == "for approval":
        return WHO[step] - PARTNER
    if step == "take-in-paper" and scene not in (WITH_A_SCAN, "on paper"):
        return set()
    return WHO[step]


def expected_buttons(scene: str, person: str) -> set[str]:
    """A button shows what a person may do in this status; whether something is missing is said on its page."""
    here = {name for at, name, _, _ in CELLS if status_of(at) == status_of(scene)}
    return {name for name in here if person in who_may(name, scene)}


# The world


@dataclass
class World:
    """The people, and a version in every status. Nothing in it is changed for good."""

    cast: factories.Cast
    people: dict[str, User | None]
    versions: dict[str, Version]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    """Built once; every cell is rolled back to it."""
    with django_db_blocker.unblock(), clock.set_to(TODAY), transaction.atomic():
        load_what_is_missing()
        yield build()
        transaction.set_rollback(True)


def build() -> World:
    cast = factories.Cast()
    people = everybody(cast)
    made = World(cast, people, {})
    for scene, road in ROADS.items():
        version = cast.start()
        for name in road:
            go(made, version, name)
        made.versions[scene] = factories.fresh(version)
    return made


def everybody(cast: factories.Cast) -> dict[str, User | None]:
    both = factories.hold(factories.post(Role.SIGNATORY, cast.charity), name="Both Sides")
    factories.hold(cast.hoo_post, both, as_deputy=True)
    further = factories.post(Role.APPROVER, cast.prison, title="Head of Security", approval_order=2)
    return {
        "contributor": cast.contributor,
        "signatory": cast.signatory,
        "administrator": factories.hold(factories.post(Role.ADMINISTRATOR, cast.charity)),
        "HOO": cast.hoo,
        "deputy HOO": factories.hold(cast.hoo_post, as_deputy=True),
        "further approver": factories.hold(further),
        "coordinator": factories.hold(factories.post(Role.COORDINATOR, cast.prison)),
        "prison reader": factories.hold(factories.post(Role.READER, cast.prison)),
        "CJVSF administrator": cast.cjvsf,
        "signatory of another charity": cast.stranger,
        "HOO of another prison": factories.hold(factories.post(Role.HOO, factories.prison("EDI"))),
        "somebody on both sides": both,
        "nobody": None,
    }


def go(world: World, version: Version, name: str) -> None:
    """One stretch of a road."""
    version = factories.fresh(version)
    if name == "(outline)":
        factories.answer_all(version, by=world.cast.contributor)
    elif name == "(specification)":
        factories.answer_all(version, by=world.cast.hoo)
    elif name == "(details)":
        factories.answer_all(version, by=world.cast.contributor)
        factories.add_an_action(version, by=world.cast.contributor)
    elif name == "(scan)":
        factories.scan(version, by=world.cast.cjvsf)
    else:
        step, _, person = name.partition(" by ")
        take(step, version, world.people[person or USUALLY_BY[step]])


def take(step: str, version: Version, by: User | None) -> None:
    request = request_for(step, version)
    with clock.set_to(its_time(step)):
        perform(step, version, by=by, request=request)


def its_time(step: str) -> dt.datetime:
    """The portal ends and lets lapse only what has run out."""
    return TODAY + dt.timedelta(days=1000) if step in ("expire", "lapse") else TODAY


def request_for(step: str, version: Version) -> Request:
    """All that the step asks for, so that nothing but the person and the status can stand in the way."""
    document = rules.standing_document(version)
    words = document.sha256 if step == "sign" and document else factories.words_sha256(version)
    return Request(
        note="Because",
        reason="other",
        questions=("S1-01",),
        answer_by=dt.date(2026, 12, 5),
        words_sha256=words if step in ("approve", "sign") else "",
        evidence=factories.evidence(),
        last_day=dt.date(2026, 12, 31),
    )


def outcome(step: str, version: Version, by: User | None, request: Request) -> str:
    """What happens when this person takes this step; then everything is as it was before."""
    with transaction.atomic(), clock.set_to(its_time(step)):
        try:
            perform(step, version, by=by, request=request)
            return Version.objects.get(pk=version.pk).status
        except PermissionDenied:
            return "forbidden"
        except NotReady:
            return "not ready"
        finally:
            transaction.set_rollback(True)


# The matrix


@pytest.mark.parametrize("scene", ROADS, ids=lambda scene: f"when it is {scene}")
@pytest.mark.parametrize("step", WHO, ids=lambda step: f"to {step} does for each person what the policy says")
def test_of_everyone_who_tries(world, step, scene):
    version = world.versions[scene]
    request = request_for(step, version)
    found = {person: outcome(step, version, by, request) for person, by in world.people.items()}
    assert found == expected(scene, step)


@pytest.mark.parametrize("scene", ROADS, ids=lambda scene: f"when it is {scene}")
def test_a_page_offers_exactly_the_steps_that_its_reader_may_take(world, scene):
    version = world.versions[scene]
    found = {
        person: {step.name for step in steps_open_to(user, version)} for person, user in world.people.items() if user
    }
    assert found == {person: expected_buttons(scene, person) for person in found}


def test_the_matrix_has_a_row_for_every_step():
    assert {step.name for step in STEPS} == set(WHO)


def test_the_matrix_has_a_place_for_every_status():
    assert {status_of(scene) for scene in ROADS} == set(Status.values)


def test_every_scene_is_in_the_status_that_its_name_says(world):
    assert {scene: version.status for scene, version in world.versions.items()} == {
        scene: status_of(scene) for scene in ROADS
    }


def test_the_steps_out_of_each_status_are_those_of_the_table():
    printed = {status: {step.name for step in STEPS if status in step.sources} for status in Status.values}
    table = {status: {name for at, name, _, _ in CELLS if status_of(at) == status} for status in Status.values}
    assert printed == table


def test_nothing_but_a_copy_comes_out_of_an_agreement_that_is_over():
    over = {"overtaken", "ended", "declined", "withdrawn", "lapsed"}
    assert [step.name for step in STEPS if over & set(step.sources)] == []


def test_whoever_has_left_or_is_still_to_come_is_forbidden_what_the_post_may(world):
    version = world.versions["with prison"]
    stays, closed = factories.hold(world.cast.hoo_post), factories.hold(world.cast.hoo_post)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    gone = factories.hold(world.cast.hoo_post, until_on=dt.date(2026, 11, 20))
    to_come = factories.hold(world.cast.hoo_post, from_on=dt.date(2026, 11, 22))
    found = [
        outcome("accept", version, User.objects.get(pk=who.pk), Request()) for who in (stays, closed, gone, to_come)
    ]
    assert found == ["details", "forbidden", "forbidden", "forbidden"]


# What may be answered


def ids(section: str, *numbers: int) -> set[str]:
    return {f"{section}-{number:02}" for number in numbers}


OUTLINE = ids("S1", *range(1, 20))
SPECIFICATION = ids("S2", *range(1, 13))
PARTNER_DETAILS = ids("S3", 14, 15, 16, 22, 25)
SHARED_DETAILS = ids("S3", *range(1, 38)) - PARTNER_DETAILS
SIGN_OFF = ids("S4", 5, 6)
PROMISED = ids("S5", 1)
# Actions are rows; their wording on the page comes from these questions.
ACTIONS = ids("ACT", 1, 2, 3, 4, 5, 6, 8)

UNLOCKED: dict[str, dict[str, set[str]]] = {
    "outline": {"partner": OUTLINE},
    "with prison": {"prison": SPECIFICATION},
    "supported": {"partner": ids("S1", 13, 14)},
    "details": {
        "partner": OUTLINE | PARTNER_DETAILS | SHARED_DETAILS | SIGN_OFF | PROMISED | ACTIONS,
        "prison": SPECIFICATION | SHARED_DETAILS | SIGN_OFF | PROMISED | ACTIONS | ids("S4", 4),
    },
    "for approval": {"prison": ids("S4", 4)},
}
WRITES_FOR = {
    **dict.fromkeys(("contributor", "signatory", "administrator"), "partner"),
    **dict.fromkeys(("HOO", "deputy HOO", "coordinator", "further approver"), "prison"),
}


@pytest.mark.parametrize("scene", ROADS, ids=lambda scene: f"when it is {scene}")
def test_only_the_questions_of_this_status_and_side_are_unlocked(world, scene):
    version = world.versions[scene]
    reading = read(version)
    found = {person: set(unlocked(reading, user, turn(version).asked)) for person, user in world.people.items() if user}
    # Once somebody has approved the words, they stay as they are for the next approver.
    table = {} if scene == ONCE_APPROVED else UNLOCKED.get(status_of(scene), {})
    assert found == {person: table.get(WRITES_FOR.get(person, ""), set()) for person in found}
