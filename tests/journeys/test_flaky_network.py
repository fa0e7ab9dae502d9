"""Saves that are slow, a network that goes away: the newest text wins, and the page says what isn't saved."""

import re
import threading

import pytest
from django.http import HttpResponse
from playwright.sync_api import expect

from agreements.operations.answering import Saved
from agreements.views.sections import SectionPage
from tests.journeys.people import Person
from tests.journeys.surroundings import ROOT
from tests.journeys.test_comfort import MINE, SAVED, answer, section

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

FIRST, NEWEST = "The first words", "The first words and the newest"
NO_CONNECTION = "Not saved: there is no connection. We are trying again."


class SlowAnswer:
    """The server has saved the first thing that saves itself; its answer waits until it is let go."""

    def __init__(self, monkeypatch):
        self.answers, self.is_saved, self.let_go = SectionPage.saved, threading.Event(), threading.Event()
        monkeypatch.setattr(SectionPage, "saved", lambda page, saved: self.answer(page, saved))

    def answer(self, page: SectionPage, saved: Saved) -> HttpResponse:
        if page.is_autosave and not self.is_saved.is_set():
            self.is_saved.set()
            self.let_go.wait(20)
        return self.answers(page, saved)


@pytest.fixture
def slow(monkeypatch) -> SlowAnswer:
    return SlowAnswer(monkeypatch)


def type_twice(charity: Person, slow: SlowAnswer) -> None:
    """The second text while the answer to the first one is on its way."""
    charity.page.locator(MINE).fill(FIRST)
    while not slow.is_saved.is_set():
        charity.page.wait_for_timeout(100)
    charity.page.locator(MINE).fill(NEWEST)


# F18: out of order


@pytest.mark.thorough
def test_words_typed_while_a_save_is_on_its_way_win_when_save_is_pressed(cast, visit, slow):
    version, charity = cast.start(), visit(cast.contributor)
    charity.go(section(version))
    type_twice(charity, slow)
    threading.Timer(1, slow.let_go.set).start()
    charity.press("Save and come back later")
    assert answer(version) == NEWEST


def follow_a_link(charity: Person, slow: SlowAnswer) -> None:
    type_twice(charity, slow)
    threading.Timer(1, slow.let_go.set).start()
    with charity.page.expect_navigation(url=re.compile("/directory/$")):
        charity.page.get_by_role("link", name="Directory").first.click()
    charity.page.wait_for_timeout(1000)


def test_words_typed_while_a_save_is_on_its_way_win_when_one_follows_a_link(cast, visit, slow):
    version, charity = cast.start(), visit(cast.contributor)
    charity.go(section(version))
    follow_a_link(charity, slow)
    assert answer(version) == NEWEST


@pytest.mark.thorough
def test_twin_a_link_that_did_not_wait_would_lose_them(cast, visit, slow):
    version, charity = cast.start(), visit(cast.contributor, looks=False)
    script = (ROOT / "static" / "js" / "autosave.js").read_text()
    hasty = script.replace("return this.sending !== null &&", "return false &&")
    assert hasty != script
    charity.page.route("**/js/autosave.js", lambda route: route.fulfill(body=hasty, content_type="text/javascript"))
    charity.go(section(version))
    follow_a_link(charity, slow)
    assert answer(version) == FIRST


@pytest.mark.thorough
def test_closing_the_page_while_a_save_is_on_its_way_asks_first(cast, visit, slow):
    version, charity = cast.start(), visit(cast.contributor)
    charity.go(section(version))
    type_twice(charity, slow)
    with charity.page.expect_event("dialog") as asked:
        charity.page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    slow.let_go.set()
    expect(charity.page.locator(".portal-saved")).to_have_text(SAVED)


# F20: no network


def test_without_a_network_the_page_says_that_nothing_is_saved_and_saves_when_it_is_back(cast, visit):
    """Chromium writes each attempt into its console, which a person who looks would take for a fault."""
    version, charity = cast.start(), visit(cast.contributor, looks=False)
    charity.go(section(version))
    status = charity.page.locator(".portal-saved")
    charity.page.context.set_offline(True)
    charity.page.locator(MINE).fill(FIRST)
    expect(status).to_have_text(NO_CONNECTION)
    charity.page.locator(MINE).fill(NEWEST)
    charity.page.wait_for_timeout(3000)
    expect(status).to_have_text(NO_CONNECTION)
    charity.page.context.set_offline(False)
    expect(status).to_have_text(SAVED, timeout=30_000)
    assert answer(version) == NEWEST
