"""After the signature: a review with changes is held by both sides, and version 2 comes into force."""

import datetime as dt
from dataclasses import dataclass

import pytest

from agreements.models import Status, Version
from portal.foundation import clock
from reviews.models import Review, State
from reviews.tasks import print_records, schedule_reviews
from tests import factories
from tests.journeys.people import Person

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@dataclass
class Stage:
    """Who plays, and what about."""

    charity: Person
    prison: Person
    agreement: str
    review: str


def on(days: int) -> str:
    """So many days from today, as an answer holds it."""
    return (clock.today() + dt.timedelta(days=days)).isoformat()


def answers() -> dict:
    return {
        "RVW-01": {"kind": "first", "starts": on(-100), "ends": on(-1)},
        "RVW-02": {"due": on(5), "held": on(0), "next_due": on(365)},
        "RVW-03": [{"post": "Manager", "organisation": "Charity", "side": "partner"}],
        "RVW-10": "changes",
        "RVW-11": {"changes": "A third session every week", "actions": [{"what": "Find a third room", "due": on(60)}]},
    }


@pytest.mark.thorough
def test_a_signed_agreement_is_reviewed_with_changes_and_version_2_comes_into_force(cast, visit, folder):
    stage = signed(cast, visit)
    the_charity_writes_the_review(stage)
    figures_are_entered_and_an_action_is_done(stage)
    the_prison_writes_its_part(stage)
    both_confirm_it(stage)
    the_record_is_printed(stage)
    version_2_is_changed_approved_and_signed(stage)
    version_1_gives_way(stage)


def signed(cast: factories.Cast, visit) -> Stage:
    dates = {"start": on(-100), "end": on(400), "first_review": on(5), "end_reason": "More money is expected"}
    version = factories.bring_to("in force", cast, S4_05=dates)
    assert schedule_reviews() == 1
    address = f"/agreements/{version.agreement.reference}/"
    review = Review.objects.get()
    return Stage(visit(cast.signatory), visit(cast.hoo), address, review.get_absolute_url())


def the_charity_writes_the_review(stage: Stage) -> None:
    charity = stage.charity
    charity.go("/reviews/")
    charity.go(stage.agreement)
    charity.follow("Review 1")
    charity.follow("What was promised, and what came of it")
    charity.fill({})
    charity.press("Save and continue")
    charity.press_in_place("Add another participant")
    charity.fill_and_continue(answers())
    assert charity.heading == "Review 1"


def figures_are_entered_and_an_action_is_done(stage: Stage) -> None:
    charity, prison = stage.charity, stage.prison
    charity.follow("Delivery figures")
    charity.page.locator("main table a").first.click()
    charity.look()
    charity.fill({})
    charity.press("Save")
    prison.go("/actions/")
    prison.follow("Book the room")
    prison.follow_button("Say that it is done")
    prison.fill({"completed_on": on(0)})
    prison.press("Say that it is done")
    charity.go("/actions/?state=to+confirm")
    charity.follow("Book the room")
    charity.press("Confirm it")
    assert "The action is settled" in charity.text


def the_prison_writes_its_part(stage: Stage) -> None:
    prison = stage.prison
    prison.go(f"{stage.review}card/")
    prison.go(f"{stage.review}confirm/")
    assert "Before you can do this" in prison.text
    prison.go(f"{stage.review}sections/review/")
    prison.fill({"RVW-04": {"needed": "changed"}})
    prison.press("Save and come back later")


def both_confirm_it(stage: Stage) -> None:
    for person in (stage.charity, stage.prison):
        person.go(stage.review)
        person.follow_button("Read it and confirm it")
        assert "The next version of the agreement is opened" in person.text
        person.press("Confirm it for my side")
    assert "Outcome: continue with changes" in stage.prison.text
    assert Review.objects.get().state == State.HELD


def the_record_is_printed(stage: Stage) -> None:
    prison = stage.prison
    prison.press("Make a PDF of the review as it is now")
    assert print_records() == 1
    prison.go(stage.review)
    with prison.page.expect_download() as download:
        prison.page.get_by_role("link", name="Record of the review (PDF)").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")


def version_2_is_changed_approved_and_signed(stage: Stage) -> None:
    charity, prison = stage.charity, stage.prison
    charity.go(f"{stage.agreement}sections/S1/")
    charity.fill({"S1-06": "People ask for a third session"})
    charity.press("Save and come back later")
    charity.go(stage.agreement)
    charity.follow("What version 2 changes")
    assert "a third session" in charity.text
    assert "Added: Find a third room" in charity.text
    charity.take("Send it for approval", stage.agreement)
    prison.take("Approve", stage.agreement)
    for person in (charity, prison):
        person.go(stage.agreement)
        person.follow_button("Sign")
        person.fill({"password": factories.PASSWORD, "code": person.code()})
        person.press("Sign")


def version_1_gives_way(stage: Stage) -> None:
    statuses = dict(Version.objects.values_list("number", "status"))
    assert statuses == {1: Status.OVERTAKEN, 2: Status.IN_FORCE}
    assert schedule_reviews() == 1
    following = Review.objects.open().get()
    assert (following.version.number, following.due_on) == (2, clock.today() + dt.timedelta(days=365))
    stage.charity.go(stage.agreement)
    assert "Review 2: due on" in stage.charity.text
