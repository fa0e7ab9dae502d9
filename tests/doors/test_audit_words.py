"""What stands in the audit: ids, days and choices. Nobody's words and nobody's name, for no line can be taken out again."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from agreements.models import Action
from agreements.operations import actions, doing, labelling
from directory.models import Role
from directory.operations import areas, holdings
from portal.exports.lists import AGREEMENTS
from portal.exports.operations import ask_for_export
from portal.foundation import audit, clock
from portal.foundation.models import AuditEvent
from tests import factories

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
CANARY = "Kestrel"
# Everything that a line is told beside its event: a new name here asks whether somebody's words come in by it.
TOLD = """
    absence action actions as_deputy at calendar correction deed establishment field fields frequency from_on
    funder hold invitation is_funder is_given kind label merge merged months number organisation outcome post
    posts profile question questions records reply request review role service sets sha256 side state title to
    until until_on user version year
"""


@pytest.fixture
def cast() -> factories.Cast:
    """Everybody's name bears the canary."""
    cast = factories.Cast()
    for who in (cast.signatory, cast.contributor, cast.hoo, cast.cjvsf, cast.stranger):
        who.name = f"{CANARY} {who.pk}"
        who.save()
    return cast


def an_action(version, cast) -> Action:
    post = factories.post(Role.ADMINISTRATOR, cast.charity)
    told = {"what": CANARY, "owner": "both", "due_on": clock.today(), "post": post}
    return Action.objects.create(version=version, by=cast.contributor, **told)


def about_actions(cast) -> None:
    version = factories.bring_to("details", cast)
    actions.remove_action(an_action(version, cast), by=cast.contributor)
    action = an_action(factories.bring_to("in force", cast), cast)
    doing.say_done(action, note=CANARY, evidence=CANARY, on=clock.today(), revision=1, by=cast.contributor)
    doing.send_back(action, note=CANARY, revision=2, by=cast.hoo)


def about_people(cast) -> None:
    post = factories.post(Role.COORDINATOR, cast.prison)
    holding = holdings.appoint(post, factories.user(CANARY), by=cast.cjvsf)
    holdings.hand_over(holding, to=factories.user(f"{CANARY} too"), by=cast.cjvsf, on=clock.today(), note=CANARY)


def about_words(cast) -> None:
    agreement = cast.start().agreement
    labelling.put_label(agreement, name=CANARY, by=cast.cjvsf)
    labelling.take_label(agreement, name=CANARY, by=cast.cjvsf)
    areas.set_contact(by=cast.cjvsf, kind="council", area="Fife", name=CANARY, mailbox=f"{CANARY}@example.org")
    ask_for_export(AGREEMENTS, ending="csv", query=f"q={CANARY}", by=cast.cjvsf)


@pytest.mark.parametrize("deeds", [about_actions, about_people, about_words])
def test_no_line_holds_what_somebody_wrote_or_what_they_are_called(deeds, cast):
    deeds(cast)
    told = [line for line in audit.exported() if CANARY.lower() in line.lower()]
    assert (AuditEvent.objects.count() > 1, told) == (True, [])


def test_a_line_of_words_would_be_found(cast):
    """The twin."""
    audit.record("say", about="thing:1", by=cast.hoo, words=CANARY)
    assert [line for line in audit.exported() if CANARY.lower() in line.lower()] != []


def test_what_lines_are_told_is_listed_name_by_name():
    assert sorted(set(names_told())) == TOLD.split()


def names_told() -> Iterator[str]:
    """The keywords of each call of audit.record, and the keys of what is written beside it and unpacked there."""
    for app in ("agreements", "directory", "reviews", "portal"):
        for file in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                    yield from (word.arg for word in node.keywords if word.arg not in (None, "about", "by"))
