"""Who may write in a review, and who may confirm it for their side."""

from agreements.models import Side
from agreements.permissions import may, may_draft, side_of
from portal.foundation.models import User
from reviews.models import Review
from reviews.reading import ReviewReading

EITHER = "both"


def unlocked(reading: ReviewReading, user: User) -> frozenset[str]:
    """The questions that this person may answer now: their side's, or both sides', while the review is open."""
    review = reading.review
    if not review.is_open or not may_draft(user, review.agreement):
        return frozenset()
    side = side_of(user, review.agreement)
    return frozenset(
        question.id
        for section in reading.sections
        for question in section.questions
        if question.is_stored and question.side in (side, EITHER)
    )


def confirms_for(user: User, review: Review) -> Side | None:
    """The side for which this person may confirm a review: those who decide for it."""
    side = side_of(user, review.agreement)
    return side if side and may(user, f"decide for the {side.value}", review.version) else None
