"""Everything that is written in one review, read once. Pages, rules and the printed record share it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from agreements.models import Action, Answer
from agreements.questions.definition import Definition, Option, Question, Section
from agreements.questions.progress import Gap, asked, missing, row_labels
from agreements.questions.shown import Nothing, Shown, Words, shown
from agreements.reading import options_for
from portal.foundation import clock
from reviews import dates, form
from reviews.models import Review, ReviewAnswer


@dataclass(frozen=True)
class ReviewReading:
    """A review as it stands now. Immutable: read again after a write. `promises` are the agreement's own answers."""

    review: Review
    rows: Mapping[str, ReviewAnswer]
    promises: Mapping[str, Any]
    actions: tuple[Action, ...]

    @cached_property
    def written(self) -> dict[str, Any]:
        return {question_id: row.value for question_id, row in self.rows.items() if row.value is not None}

    @cached_property
    def answers(self) -> dict[str, Any]:
        """What is written, over what the portal knows already, beside what was promised."""
        return self._known | dict(self.promises) | self.written

    @cached_property
    def lookup(self) -> dict[str, tuple[Option, ...]]:
        actions = tuple(Option(action.what, action.what) for action in self.actions)
        return options_for(self.review.agreement.establishment) | {"actions": actions}

    @cached_property
    def definition(self) -> Definition:
        return form.form_of(self.review)

    @property
    def sections(self) -> tuple[Section, ...]:
        return self.definition.sections

    @cached_property
    def asked(self) -> dict[str, Question]:
        return {question.id: question for question in asked(self.definition, self.answers) if self._has_rows(question)}

    def section(self, section_id: str) -> Section | None:
        return next((section for section in self.sections if section.id == section_id), None)

    def asked_in(self, section: Section) -> tuple[Question, ...]:
        return tuple(question for question in section.questions if question.id in self.asked)

    def shown(self, question: Question) -> Shown:
        if not question.is_stored:
            return self._confirmed
        return shown(question, self.answers.get(question.id), self.lookup)

    def parts(self) -> list[tuple[Section, list[tuple[Question, Shown]]]]:
        """Every part with what is asked in it, each with its answer as shown."""
        return [
            (section, [(question, self.shown(question)) for question in self.asked_in(section)])
            for section in self.sections
        ]

    def gaps(self) -> Iterator[Gap]:
        """What required questions still lack."""
        for gap in missing(self.definition, self.answers, self.lookup):
            if gap.question.id in self.asked:
                yield gap

    def _has_rows(self, question: Question) -> bool:
        """An agreement that promised nothing of a kind is asked nothing about it."""
        return question.type != "per_row" or bool(row_labels(question, self.answers, self.lookup))

    @property
    def _confirmed(self) -> Shown:
        given = self.review.confirmations.items()
        lines = tuple(f"{by.name} for {side.label}, {clock.say_moment(at)}" for side, (by, at) in given)
        return Words(lines) if lines else Nothing()

    @cached_property
    def _known(self) -> dict[str, Any]:
        """What the portal fills in: period and dates. People may change it."""
        review = self.review
        version = review.version
        first = dates.first_review(version.starts_on or review.period_from, version.first_review_on)
        following = dates.next_review(first, max(review.due_on, clock.today()))
        ends = version.ends_on is not None and following > version.ends_on
        due = {"due": review.due_on.isoformat()}
        return {
            form.KIND: {
                "kind": review.kind,
                "starts": review.period_from.isoformat(),
                "ends": review.period_to.isoformat(),
            },
            form.DATES: due if ends else due | {"next_due": following.isoformat()},
        }


def read(review: Review) -> ReviewReading:
    """Read a review's current answers, and what was promised."""
    rows = ReviewAnswer.objects.filter(review=review, replaced_at=None).select_related("by")
    promises = Answer.objects.filter(version=review.version_id, question_id__in=form.PROMISES, replaced_at=None)
    actions = Action.objects.filter(version=review.version_id).select_related("post")
    return ReviewReading(
        review,
        {row.question_id: row for row in rows},
        dict(promises.values_list("question_id", "value")),
        tuple(actions),
    )
