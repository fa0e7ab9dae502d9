"""When a review may be confirmed. Each rule says what is missing in sentences, or says nothing."""

import datetime as dt
from typing import Any

from agreements.models import DRAFTED, LIVE, Version
from portal.foundation import clock
from reviews import form
from reviews.models import Outcome, Review
from reviews.reading import ReviewReading

OPENS_A_VERSION = (Outcome.CHANGES, Outcome.EXTEND)


def reasons_against(reading: ReviewReading) -> list[str]:
    """What has to be written or put right before the sides can confirm it."""
    return [
        *(sentence for gap in reading.gaps() for sentence in gap.said),
        *_dates_that_cannot_be(reading),
        *_outcomes_that_cannot_be(reading),
    ]


def version_in_force(review: Review) -> Version | None:
    versions = Version.objects.with_parties().filter(agreement=review.agreement_id)
    return versions.filter(status__in=LIVE).first()


def day(answer: Any, part: str) -> dt.date | None:
    """The date in a part of a group, when there is one."""
    given = (answer or {}).get(part)
    return dt.date.fromisoformat(given) if given else None


def _dates_that_cannot_be(reading: ReviewReading) -> list[str]:
    period, held = reading.answers.get(form.KIND), day(reading.answers.get(form.DATES), "held")
    starts, ends = day(period, "starts"), day(period, "ends")
    following = day(reading.answers.get(form.DATES), "next_due")
    reasons = []
    if held and held > clock.today():
        reasons.append(f"{form.DATES}: a review can’t have been held in the future. Change the date held.")
    if starts and ends and ends < starts:
        reasons.append(f"{form.KIND}: the period ends before it starts. Change one of the two dates.")
    if held and following and following <= held:
        reasons.append(f"{form.DATES}: the next review is due after this one was held. Change the next due date.")
    return reasons


def _outcomes_that_cannot_be(reading: ReviewReading) -> list[str]:
    """What would be refused when both sides have confirmed is said before."""
    review, outcome = reading.review, reading.answers.get(form.OUTCOME)
    version = version_in_force(review)
    if version is None:
        over = f"{form.OUTCOME}: the agreement is over. Choose “{Outcome.END.label}” or “{Outcome.CONTINUE.label}”."
        return [over] if outcome not in (Outcome.END, Outcome.CONTINUE, None) else []
    draft = version.agreement.versions.filter(status__in=DRAFTED).first()
    if outcome in OPENS_A_VERSION and draft:
        return [f"{form.OUTCOME}: version {draft.number} is being drafted already. Sign or withdraw it first."]
    last_day = day(reading.answers.get(form.NEW_DATES), "end")
    if outcome == Outcome.EXTEND and last_day and version.ends_on and last_day <= version.ends_on:
        ends = clock.say_day(version.ends_on)
        return [f"{form.NEW_DATES}: the agreement runs until {ends} already. Enter a later day."]
    return []
