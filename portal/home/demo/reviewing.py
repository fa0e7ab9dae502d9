"""What happened after the signatures: reviews are planned, most have been held, and their quarters have figures."""

import datetime as dt
from typing import Any

from agreements.models import Agreement, Side
from agreements.permissions import DECIDERS
from agreements.questions.progress import row_labels
from directory.models import Holding
from portal.foundation import clock
from portal.foundation.models import User
from portal.home.demo.moments import LONDON, working_day_by
from portal.home.demo.playing import ASKED
from reviews import dates, form
from reviews.models import Review
from reviews.operations import confirm, save_answers, seen
from reviews.permissions import unlocked
from reviews.reading import ReviewReading, read
from reviews.recording import save_figures
from reviews.tasks import schedule_reviews

# One review in so many is late; the others have been held a few days after they were due.
LATE = 8
DAYS_AFTER = 5
KEPT = 3
PEOPLE = {
    "referrals": 24,
    "accepted": 20,
    "started": 18,
    "completed": 11,
    "left_early": 3,
    "attendances": 160,
    "in_contact": 6,
}
SESSIONS = {"sessions_planned": 26, "sessions_held": 23, "cancelled_by_prison": 2, "cancelled_by_partner": 1}
# How large a service is beside one that serves PEOPLE in a quarter.
SIZES = (0.25, 0.5, 1, 1.5, 2.5)
CANCELLED = [{"reason": "no-staff", "count": 2}, {"reason": "partner-absence", "count": 1}]
SAID = {
    "RVW-04": {"needed": "yes", "reason": "There is a waiting list, and staff ask for it."},
    "RVW-05": {
        "worked": "The room and the times suit people, and staff bring them on time.",
        "did_not": "Two sessions fell out in the summer for want of staff.",
    },
    "RVW-07": {"changed": "no"},
    "RVW-09": {"number": 0},
    "RVW-10": "continue",
    "S5-05": "People like that it is the same worker each week. They would like more time.",
    form.CARDS: {"good": 9, "mixed": 3, "bad": 1},
}
ROWS = {
    form.OUTCOMES: {"progress": "on-track", "evidence": "Asked at the end of each course: most say so."},
    form.ACTIONS: {"done": "yes", "next": "close"},
    form.FIGURES: {"actual": "A little over the target", "change": "Nothing"},
}
NOT_YET = {"done": "partly", "next": "keep"}


def look_after_agreements() -> int:
    """Plan the reviews, and hold most of those that are due. How many were held."""
    schedule_reviews()
    held = 0
    due = Review.objects.with_parties().filter(due_on__lt=clock.today() - dt.timedelta(days=DAYS_AFTER + 2))
    for number, review in enumerate(due.order_by("due_on", "pk")):
        if number % LATE == 0:
            continue
        day = working_day_by(review.due_on + dt.timedelta(days=DAYS_AFTER))
        with clock.set_to(dt.datetime.combine(day, dt.time(14, 30), LONDON).astimezone(dt.UTC)):
            held += hold(review)
    schedule_reviews()
    return held


def hold(review: Review) -> bool:
    """Both sides write it and confirm it, if both have somebody to decide on that day."""
    agreement = review.agreement
    partner = decider(agreement.organisation.posts, DECIDERS[Side.PARTNER])
    prison = decider(agreement.establishment.posts, DECIDERS[Side.PRISON])
    if partner is None or prison is None:
        return False
    for quarter in dates.quarters_between(review.period_from, review.period_to)[:-1]:
        values = {"S5-02": counts(agreement), "S5-03": CANCELLED}
        save_figures(review.version, quarter, values, replacing={}, by=partner)
    for person in (partner, prison):
        write(read(review), person)
    for person in (partner, prison):
        review = confirm(review, words_seen=seen(read(review)), by=person)
    return True


def counts(agreement: Agreement) -> dict[str, int]:
    size = SIZES[agreement.pk % len(SIZES)]
    return {name: round(number * size) for name, number in PEOPLE.items()} | SESSIONS


def decider(posts, roles) -> User | None:
    holding = Holding.objects.on(clock.today()).filter(post__in=posts.filter(role__in=roles)).first()
    return holding.user if holding else None


def write(reading: ReviewReading, by: User) -> None:
    """Everything that is open to this person and not answered yet."""
    review = reading.review
    told = SAID | what_depends_on(review)
    told |= {question_id: rows(reading, question_id) for question_id in ROWS if question_id in reading.asked}
    wanted = (unlocked(reading, by) & set(told)) - set(reading.rows)
    save_answers(review, {question_id: told[question_id] for question_id in wanted}, replacing={}, by=by)


def what_depends_on(review: Review) -> dict[str, Any]:
    agreement = review.agreement
    known = read(review).answers
    return {
        form.KIND: known[form.KIND],
        form.DATES: known[form.DATES] | {"held": clock.today().isoformat()},
        "RVW-03": [
            {"post": "Service manager", "organisation": agreement.organisation.name, "side": "partner"},
            {"post": "Third sector coordinator", "organisation": agreement.establishment.name, "side": "prison"},
            {"post": "Person who uses the service", "organisation": "Of no organisation", "side": "uses-service"},
        ],
    }


def rows(reading: ReviewReading, question_id: str) -> list[dict[str, Any]]:
    """What is due later is kept. In one review of three, so is the first of the agreed actions."""
    labels = row_labels(reading.asked[question_id], reading.answers, reading.lookup)
    kept = {ASKED, *(labels[:1] if reading.review.pk % KEPT == 0 else ())} if question_id == form.ACTIONS else set()
    return [{"for": label} | ROWS[question_id] | (NOT_YET if label in kept else {}) for label in labels]
