"""The form of a review: the published questions, and beside each promise of the agreement what came of it.

What was promised differs from agreement to agreement, so those rows are made here, from the agreement's own answers.
"""

from collections.abc import Iterator
from dataclasses import replace

from agreements.questions.definition import Control, Definition, Option, Question, Section
from agreements.reasons import PAUSE
from reviews.models import Review

OUTCOME, ENDING, CHANGES = "RVW-10", "RVW-12", "RVW-11"
KIND, DATES, ACTIONS = "RVW-01", "RVW-02", "RVW-06"
OUTCOMES, VOICES = "S5-04", "S5-05"
FIGURES, CARDS, NEW_DATES, PAUSED = "RVP-01", "RVP-02", "RVP-03", "RVP-04"
# The answers of the agreement that rows are made from.
PROMISES = ("S1-04", "S5-01")

WHAT_CHANGES = Control(
    id="change", text="What changes", type="short_text", max_length=300, help="Leave this empty if nothing does."
)


def question(question_id: str, text: str, kind: str, **more) -> Question:
    return Question(
        id=question_id, text=text, type=kind, side="both", due="review", status="inferred", **{"required": True} | more
    )


FIGURES_QUESTION = question(
    FIGURES,
    "What did each agreed figure come to?",
    "per_row",
    rows_of="S5-01.indicator",
    parts=(
        Control(id="actual", text="What it came to", type="short_text", max_length=200, required=True),
        WHAT_CHANGES,
    ),
)
CARDS_QUESTION = question(
    CARDS,
    "How many rating cards came back, and what did they say?",
    "group",
    required=False,
    help="Count the cards. Nobody’s card is told from another’s, and the cards are destroyed once they are counted.",
    parts=tuple(
        Control(id=part, text=text, type="number", required=True, min=0, max=5000, unit="cards")
        for part, text in (("good", "Good"), ("mixed", "Neither good nor bad"), ("bad", "Bad"))
    ),
)
NEW_DATES_QUESTION = question(
    NEW_DATES,
    "Until when is it extended?",
    "group",
    help="The next version of the agreement starts with this date.",
    parts=(Control(id="end", text="New last day", type="date", required=True),),
    asked_when={"question": OUTCOME, "is": "extend"},
)
PAUSED_QUESTION = question(
    PAUSED,
    "Why is it paused?",
    "group",
    parts=(
        Control(
            id="reason",
            text="Main reason",
            type="choice",
            required=True,
            options=tuple(Option(value, label) for value, label in PAUSE),
        ),
        Control(
            id="note", text="What has to happen before it goes on", type="long_text", max_length=1000, required=True
        ),
    ),
    asked_when={"question": OUTCOME, "is": "pause"},
)


def form_of(review: Review) -> Definition:
    """Four parts: what was promised, how it went, what people in custody say, what happens next."""
    asked = list(review.question_set.words.questions.values())
    decided = [question for question in asked if question.id == OUTCOME or _waits_for_the_outcome(question)]
    plain = [question for question in asked if question.id != ACTIONS and question not in decided]
    return Definition(
        kind="review",
        version=review.question_set.version,
        title="Review",
        sections=(
            _section(
                "promised",
                "What was promised, and what came of it",
                "Beside each promise say what came of it, and what changes.",
                tuple(_promised(review)),
            ),
            _section("review", "How it went", review.question_set.words.sections[0].intro, tuple(plain)),
            _section(
                "voices",
                "What people in custody say",
                "Give themes and counts. Never a name, a number or words that could identify someone.",
                (CARDS_QUESTION, *_of_agreement(review, VOICES)),
            ),
            _section(
                "outcome",
                "What happens next",
                "What you decide here happens when both sides have confirmed the review.",
                (*decided, NEW_DATES_QUESTION, PAUSED_QUESTION),
            ),
        ),
    )


def _section(section_id: str, title: str, intro: str, questions: tuple[Question, ...]) -> Section:
    return Section(id=section_id, title=title, stage=5, who="both", intro=intro, questions=questions)


def _waits_for_the_outcome(question: Question) -> bool:
    return (question.asked_when or {}).get("question") == OUTCOME


def _promised(review: Review) -> Iterator[Question]:
    """Outcomes, actions, figures. A set that has lost one of these questions does without it."""
    for progress in _of_agreement(review, OUTCOMES):
        yield replace(progress, parts=(*progress.parts, WHAT_CHANGES))
    actions = review.question_set.words.questions.get(ACTIONS)
    yield from [actions] if actions else []
    yield FIGURES_QUESTION


def _of_agreement(review: Review, question_id: str) -> list[Question]:
    """A question of the agreement's own set that is answered while the service runs: both sides may answer it here."""
    found = review.version.question_set.words.questions.get(question_id)
    return [replace(found, side="both", due="review")] if found else []
