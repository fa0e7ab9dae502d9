"""On each kind of form, every link of the error summary puts the focus on the control that is to be mended."""

import pytest
from playwright.sync_api import Page

from agreements.models import Kind
from agreements.operations.question_sets import begin_draft
from tests import factories
from tests.journeys.filling import fill_only
from tests.journeys.people import Person
from tests.journeys.ways import both_ways
from tests.tiers import few_of

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

LINKS = ".govuk-error-summary a"
# Which control has the focus, if it is one that is seen.
FOCUS = """() => {
    const at = document.activeElement;
    const box = at.getBoundingClientRect();
    const seen = at.checkVisibility() && box.bottom > 0 && box.top < innerHeight;
    return seen && at.matches("input, textarea, select") ? at.id : `nothing to fill in: ${at.tagName}`;
}"""
WRONG = {
    "S1-04": [{"outcome": "o" * 300}],
    "S1-06": "w" * 4001,
    "S1-11": {"at_once": "many", "in_total": "-3"},
    "S1-12": {"minutes": "9999"},
    "S1-13": {"start": "2027-13-01", "end": "2027-02-30"},
    "S1-14": [{"amount": "a lot"}],
    "S1-18": {"main": {"email": "nobody"}},
}


def signing_in(visit, cast) -> Person:
    person = visit()
    person.go("/account/login/")
    person.press("Sign in")
    return person


def checking_eligibility(visit, cast) -> Person:
    person = visit()
    person.go("/start/")
    person.press("Continue")
    return person


def starting(visit, cast) -> Person:
    person = visit(cast.contributor)
    person.go("/start/")
    while "/start/result/" not in person.page.url:
        person.fill({"ELG-02": ["trust"], "ELG-03": "no", "ELG-04": "no", "ELG-05": "no", "ELG-06": "no"})
        person.press("Continue")
    person.go("/start/new/")
    person.press("Continue")
    return person


def answering(visit, cast) -> Person:
    return sent(visit(cast.contributor), f"{address(cast.start())}sections/S1/", "Save and continue", WRONG)


def commenting(visit, cast) -> Person:
    return sent(visit(cast.contributor), f"{address(cast.start())}questions/S1-06/comments/", "Add the comment")


def adding_an_action(visit, cast) -> Person:
    return sent(visit(cast.contributor), f"{address(cast.start())}actions/add/", "Save the action")


def copying(visit, cast) -> Person:
    return sent(visit(cast.contributor), f"{address(cast.start())}copy/", "Copy the agreement")


def returning(visit, cast) -> Person:
    version = factories.bring_to("for approval", cast)
    return sent(visit(cast.hoo), f"{address(version)}steps/return-for-changes/", "Return it for changes")


def signing(visit, cast) -> Person:
    version = factories.bring_to("for signature", cast)
    return sent(visit(cast.signatory), f"{address(version)}steps/sign/", "Sign")


def ending(visit, cast) -> Person:
    version = factories.bring_to("in force", cast)
    return sent(visit(cast.hoo), f"{address(version)}steps/end/", "End it", {"reason": "other"})


def verifying(visit, cast) -> Person:
    return sent(visit(), "/verify/", "Check it")


def rewording(visit, cast) -> Person:
    person = in_a_draft_set(visit, cast)
    return sent(person, "/manage/question-sets/agreement/edit/S1-06/", "Save in the draft", {"text": "t" * 400})


def adding_a_question(visit, cast) -> Person:
    person = in_a_draft_set(visit, cast)
    return sent(person, "/manage/question-sets/agreement/add/S1/", "Add to the draft")


def in_a_draft_set(visit, cast) -> Person:
    begin_draft(Kind.AGREEMENT, by=cast.cjvsf)
    return visit(cast.cjvsf)


def sent(person: Person, page: str, button: str, particular: dict | None = None) -> Person:
    """The form, sent as it is, or with these answers and no others."""
    person.go(page)
    if particular:
        fill_only(person.page, particular)
    person.press(button)
    return person


def address(version) -> str:
    return f"/agreements/{version.agreement.reference}/"


FORMS = (
    signing_in,
    checking_eligibility,
    starting,
    answering,
    commenting,
    adding_an_action,
    copying,
    returning,
    signing,
    ending,
    verifying,
    rewording,
    adding_a_question,
)


@both_ways
@pytest.mark.parametrize("form", few_of(FORMS, [answering, signing]), ids=lambda form: form.__name__.replace("_", " "))
def test_every_link_of_the_summary_moves_the_focus_to_its_control(form, javascript, visit, cast):
    page = form(lambda *user: visit(*user, javascript=javascript, looks=javascript), cast).page

    targets = [link.get_attribute("href") for link in page.locator(LINKS).all()]

    assert targets
    assert [f"#{focus_after(page, number)}" for number in range(len(targets))] == targets


def focus_after(page: Page, number: int) -> str:
    page.locator(LINKS).nth(number).click()
    return page.evaluate(FOCUS)
