"""Nothing that somebody types is lost, nothing happens twice, and nobody needs a mouse."""

import re
from datetime import date

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from agreements.models import Action, Answer, StatusChange, Version
from agreements.views.sections import SectionPage
from tests import factories
from tests.journeys.filling import CONTROLS, usual
from tests.journeys.people import Person
from tests.journeys.ways import both_ways

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

WORDS = "We ran a survey in the halls"
MINE = '[name="S1-06"]'
# What has the focus, and whether that can be seen: GOV.UK draws it on the label of a radio or checkbox.
FOCUSED = """() => {
    const at = document.activeElement;
    const drawn = at.matches("[type=radio], [type=checkbox]") ?
        getComputedStyle(at.labels[0], "::before") : getComputedStyle(at);
    const seen = drawn.boxShadow !== "none" || (drawn.outlineStyle !== "none" && drawn.outlineWidth !== "0px");
    return {name: at.name ?? "", words: at.innerText ?? "", seen, what: at.outerHTML.slice(0, 120)};
}"""


def section(version: Version, section_id: str = "S1") -> str:
    return f"/agreements/{version.agreement.reference}/sections/{section_id}/"


def answer(version: Version, question_id: str = "S1-06") -> object:
    return Answer.objects.get(version=version, question_id=question_id, replaced_at=None).value


def test_what_is_typed_saves_itself_and_says_when(cast, visit):
    version, charity = cast.start(), visit(cast.contributor)
    charity.go(section(version))
    charity.page.locator(MINE).fill(WORDS)
    expect(charity.page.get_by_text(re.compile(r"^Saved \d\d:\d\d$"))).to_be_visible()
    charity.look()
    assert answer(version) == WORDS


@both_ways
def test_of_two_people_who_answer_at_once_the_second_sees_both_texts_and_loses_none(cast, visit, javascript):
    version = cast.start()
    first, second = (visit(user, javascript=javascript) for user in (cast.contributor, cast.signatory))
    for person, words in ((first, "The first text"), (second, "The second text")):
        person.go(section(version))
        person.page.locator(MINE).fill(words)
    first.press("Save and come back later")
    second.press("Save and come back later")
    assert second.heading == "Two people have answered"
    assert "The first text" in second.text
    assert second.page.locator(MINE).input_value() == "The second text"
    second.press("Save my text")
    texts = Answer.objects.filter(version=version, question_id="S1-06").order_by("pk").values_list("value", flat=True)
    assert list(texts) == ["The first text", "The second text"]


@both_ways
def test_a_session_that_ends_gives_the_text_back_to_the_one_who_typed_it_and_nobody_else(cast, visit, javascript):
    version, person = cast.start(), visit(cast.contributor, javascript=javascript)
    person.go(section(version))
    person.page.locator(MINE).fill(WORDS)
    Session.objects.all().delete()
    person.press("Save and come back later")
    assert person.heading == "Sign in"

    person.user = cast.signatory
    person.sign_in()
    assert person.page.locator(MINE).input_value() == ""

    person.page.get_by_role("button", name="Sign out").click()
    person.user = cast.contributor
    person.go(f"/account/login/?next={section(version)}")
    person.sign_in()
    assert person.page.locator(MINE).input_value() == WORDS
    assert "We kept what you were typing" in person.text


@both_ways
def test_a_step_whose_button_is_pressed_twice_is_taken_once(cast, visit, javascript):
    version = cast.start()
    factories.answer_all(version, by=cast.contributor)
    charity = visit(cast.contributor, javascript=javascript)
    charity.go(f"/agreements/{version.agreement.reference}/steps/submit/")
    charity.page.get_by_role("button", name="Send the outline to the prison").dblclick()
    expect(charity.page.locator("h1")).not_to_have_text("Send the outline to the prison")
    assert StatusChange.objects.filter(version=version, step="submit").count() == 1


def test_an_action_whose_button_is_pressed_twice_is_added_once(cast, visit):
    version, charity = cast.start(), visit(cast.contributor)
    charity.go(f"/agreements/{version.agreement.reference}/actions/add/")
    charity.fill({"what": "Book the chapel"})
    with charity.page.expect_navigation():
        charity.page.get_by_role("button", name="Save the action").dblclick()
    charity.page.wait_for_load_state("networkidle")
    assert Action.objects.filter(version=version).count() == 1


@pytest.mark.thorough
def test_an_answer_that_closes_other_questions_can_be_saved_after_it_has_saved_itself(cast, visit):
    """The page still holds the questions that the autosaved answer has closed."""
    version = factories.bring_to("details", cast)
    factories.answer_all(version, by=cast.contributor, S3_27="yes")
    charity = visit(cast.contributor)
    charity.go(section(version, "S3D"))
    charity.page.locator('[name="S3-27"][value="no"]').check()
    expect(charity.page.get_by_text(re.compile(r"^Saved \d\d:\d\d"))).to_be_visible()
    charity.press("Save and come back later")
    assert "is saved" in charity.text
    assert answer(version, "S3-27") == "no"


SAVED = re.compile(r"^Saved \d\d:\d\d")
CLOSED = "some questions in this section are no longer asked"


def close_questions(cast, visit) -> Person:
    version = factories.bring_to("details", cast)
    factories.answer_all(version, by=cast.contributor, S3_27="yes")
    charity = visit(cast.contributor)
    charity.go(section(version, "S3D"))
    charity.page.locator('[name="S3-27"][value="no"]').check()
    expect(charity.page.get_by_text(SAVED)).to_be_visible()
    return charity


@pytest.mark.thorough
def test_an_answer_that_closes_other_questions_is_announced(cast, visit):
    charity = close_questions(cast, visit)
    announced = charity.page.locator("[role=status], [aria-live]").filter(has_text=CLOSED)
    expect(announced).to_have_count(1)
    charity.look()


@pytest.mark.thorough
def test_twin_without_announcing_nobody_would_hear_that_questions_were_closed(cast, visit, monkeypatch):
    monkeypatch.setattr(SectionPage, "_what_it_closed", lambda page, now: "")
    assert CLOSED not in close_questions(cast, visit).page.locator("body").inner_text()


@pytest.mark.thorough
@both_ways
def test_rows_that_an_answer_opens_in_the_same_section_come_before_the_next_section(cast, visit, javascript):
    """S3-15 asks about each post of S3-14: nobody should have to find that out from the list of what is missing."""
    version = factories.bring_to("details", cast)
    charity = visit(cast.contributor, javascript=javascript)
    charity.go(section(version, "S3C"))
    charity.fill({"S3-14": [{"post": "Drama worker"}]})
    charity.press("Save and continue")
    assert "Your answer opens more questions in this section" in charity.text
    assert charity.page.locator('[name="S3-15.0.regulated"]').count() > 0


def test_a_section_is_filled_in_and_sent_without_a_mouse_and_the_focus_is_always_seen(cast, visit):
    version, charity = cast.start(), visit(cast.contributor)
    charity.go(section(version))
    controls = {control["name"]: control for control in charity.page.evaluate(CONTROLS)}
    unseen = tab_through(charity, controls)
    charity.look()
    assert unseen == []
    assert charity.page.locator(".govuk-error-summary").all_inner_texts() == []
    assert answer(version, "S1-12")["minutes"] == 10
    assert answer(version, "S1-13")["start"] == date(2027, 3, 1).isoformat()
    assert len(answer(version, "S1-04")) == 2


def tab_through(person: Person, controls: dict[str, dict]) -> list[str]:
    """From the top of the page to its last button, with the keys that a person would use; what was focused unseen."""
    keyboard, done, unseen = person.page.keyboard, set(), []
    while True:
        keyboard.press("Tab")
        at = person.page.evaluate(FOCUSED)
        unseen += [] if at["seen"] else [at["what"]]
        if at["words"].startswith("Add another outcome") and "row" not in done:
            done.add("row")
            keyboard.press("Enter")
            expect(person.page.locator("#row-S1-04-1")).to_be_focused()
            controls |= {control["name"]: control for control in person.page.evaluate(CONTROLS)}
        if at["words"] == "Save and continue":
            with person.page.expect_navigation():
                keyboard.press("Enter")
            return unseen
        if at["name"] in controls and at["name"] not in done:
            done.add(at["name"])
            type_in(person, controls[at["name"]])


def type_in(person: Person, control: dict) -> None:
    if control["type"] in ("radio", "checkbox"):
        person.page.keyboard.press("Space")
    else:
        person.page.keyboard.type(usual(control))
