"""A review that both sides have written, brought to where a test needs it by the real operations."""

import datetime as dt
from typing import Any

from agreements.models import Version
from agreements.questions.progress import row_labels
from portal.foundation import clock
from reviews.models import Review
from reviews.operations import confirm, save_answers, seen
from reviews.permissions import unlocked
from reviews.reading import read
from reviews.tasks import schedule_reviews
from tests import factories

SIGNED_AT = dt.datetime(2027, 1, 4, 10, tzinfo=dt.UTC)
DUE = dt.date(2027, 7, 10)
HELD_AT = dt.datetime(2027, 7, 12, 10, tzinfo=dt.UTC)

ANSWERS: dict[str, Any] = {
    "RVW-01": {"kind": "first", "starts": "2027-01-10", "ends": "2027-07-10"},
    "RVW-02": {"due": "2027-07-10", "held": "2027-07-12", "next_due": "2028-01-05"},
    "RVW-03": [
        {"post": "Service Manager", "organisation": "The charity", "side": "partner"},
        {"post": "Coordinator", "organisation": "The prison", "side": "prison"},
    ],
    "RVW-10": "continue",
}
CHANGES = {
    "RVW-10": "changes",
    "RVW-11": {
        "changes": "A third session every week.",
        "actions": [{"what": "Find a third room", "owner": "prison", "post": "Coordinator", "due": "2027-09-01"}],
    },
}
EXTENSION = {
    "RVW-10": "extend",
    "RVW-11": {"changes": "The dates only."},
    "RVP-03": {"end": "2028-12-31"},
}
PAUSE = {"RVW-10": "pause", "RVP-04": {"reason": "prison-staffing", "note": "Until the hall is staffed."}}
ENDING = {
    "RVW-10": "end",
    "RVW-12": {
        "reason": "need-met",
        "last_day": "2027-08-31",
        "participants": "Everyone finishes the course.",
        "data": "The partner deletes its lists.",
    },
}


def signed(cast: factories.Cast) -> Version:
    with clock.set_to(SIGNED_AT):
        return factories.bring_to("in force", cast)


def planned(cast: factories.Cast) -> Review:
    """The first review of an agreement that was signed half a year ago."""
    version = signed(cast)
    schedule_reviews()
    return Review.objects.with_parties().get(agreement=version.agreement_id)


def write(review: Review, *, by, **given: Any) -> None:
    """Answer everything that is open to this person, twice, because some answers open further questions."""
    keys = {key.replace("_", "-"): value for key, value in given.items()}
    for _ in range(2):
        reading = read(review)
        open_now = unlocked(reading, by) - set(reading.rows)
        questions = [question for question in reading.asked.values() if question.id in open_now]
        values = factories.answers_for(review.version, questions, **(ANSWERS | keys))
        rows = {question.id: rows_of(reading, question) for question in questions if question.type == "per_row"}
        save_answers(review, values | rows, replacing={}, by=by)


def rows_of(reading, question) -> list[dict[str, Any]]:
    labels = row_labels(question, reading.answers, reading.lookup)
    sample = {part.id: factories.sample(part, reading.lookup) for part in question.parts}
    if question.id == "RVW-06":
        sample |= {"done": "partly", "next": "keep"}
    return [{"for": label} | sample for label in labels]


def written(cast: factories.Cast, **given: Any) -> Review:
    """Everything is answered, and nobody has confirmed it."""
    review = planned(cast)
    write(review, by=cast.contributor, **given)
    write(review, by=cast.hoo, **given)
    return fresh(review)


def held(cast: factories.Cast, **given: Any) -> Review:
    review = written(cast, **given)
    with clock.set_to(HELD_AT):
        for person in (cast.signatory, cast.hoo):
            confirm(review, words_seen=seen(read(fresh(review))), by=person)
    return fresh(review)


def fresh(review: Review) -> Review:
    return Review.objects.with_parties().get(pk=review.pk)
