"""Delivery figures between reviews: the standard counts of each quarter (S5-02), and why sessions were cancelled (S5-03)."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from agreements.models import Agreement, Version
from agreements.questions.definition import Option, Question, Section
from agreements.questions.shown import Shown, shown
from portal.foundation.models import User
from reviews import dates
from reviews.models import DeliveryFigure, Review

COUNTS, CANCELLED = "S5-02", "S5-03"
# The count of S5-02 that says how many people a service reaches.
REACHED = "started"
QUARTERS_OF_A_YEAR = 4


@dataclass(frozen=True)
class Quarter:
    """The figures of one quarter, read once as answers to the two questions of the agreement's own set."""

    version: Version
    first_day: dt.date
    figures: tuple[DeliveryFigure, ...]

    @cached_property
    def section(self) -> Section:
        asked = self.version.question_set.words.questions
        questions = tuple(asked[question_id] for question_id in (COUNTS, CANCELLED) if question_id in asked)
        return Section(id="figures", title="Delivery figures", stage=5, who="both", questions=questions)

    @cached_property
    def answers(self) -> dict[str, Any]:
        counts = {figure.name: figure.number for figure in self.figures if figure.question_id == COUNTS}
        reasons = [_reason(figure) for figure in self.figures if figure.question_id == CANCELLED]
        return {question_id: value for question_id, value in ((COUNTS, counts), (CANCELLED, reasons)) if value}

    @cached_property
    def rows(self) -> "dict[str, SavedQuarter]":
        """One answer for each question, as the last of its figures stands for it."""
        return {
            figure.question_id: SavedQuarter(
                pk=figure.pk, value=self.answers[figure.question_id], by=figure.by, at=figure.at
            )
            for figure in sorted(self.figures, key=lambda figure: figure.pk)
        }

    @property
    def lookup(self) -> Mapping[str, tuple[Option, ...]]:
        return {}

    def asked_in(self, section: Section) -> tuple[Question, ...]:
        return section.questions

    def shown(self, question: Question) -> Shown:
        return shown(question, self.answers.get(question.id), self.lookup)


@dataclass(frozen=True)
class SavedQuarter:
    """What stands for a saved answer, for a page that shows who saved it."""

    pk: int
    value: Any
    by: User
    at: dt.datetime


def read_quarter(version: Version, first_day: dt.date) -> Quarter:
    entered = DeliveryFigure.objects.current().filter(question_id__in=(COUNTS, CANCELLED))
    current = entered.filter(agreement=version.agreement_id, quarter=first_day)
    return Quarter(version, first_day, tuple(current.select_related("by")))


def counts_by_quarter(version: Version) -> dict[dt.date, dict[str, int]]:
    """The standard counts of each quarter for which there are any, by name."""
    current = DeliveryFigure.objects.filter(agreement=version.agreement_id, replaced_at=None, question_id=COUNTS)
    counts: dict[dt.date, dict[str, int]] = {}
    for figure in current:
        counts.setdefault(figure.quarter, {})[figure.name] = figure.number
    return counts


def people_reached(agreement: Agreement) -> int | None:
    """How many people started in the newest four quarters that have a figure: what its listing says of it."""
    entered = DeliveryFigure.objects.current().filter(agreement=agreement, question_id=COUNTS, name=REACHED)
    newest = entered.order_by("-quarter").values_list("number", flat=True)[:QUARTERS_OF_A_YEAR]
    return sum(newest) if newest else None


def as_figures(values: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    """Question, name and number of each figure in these answers. Rows of one reason are added up."""
    for name, number in (values.get(COUNTS) or {}).items():
        yield COUNTS, name, number
    reasons: dict[str, int] = {}
    for row in values.get(CANCELLED) or ():
        if row.get("reason"):
            reasons[row["reason"]] = reasons.get(row["reason"], 0) + row.get("count", 0)
    for reason, number in reasons.items():
        yield CANCELLED, reason, number


def totals(review: Review) -> list[tuple[str, int]]:
    """The counts of the quarters that a review's period touches, in words, with their sums."""
    quarters = dates.quarters_between(review.period_from, review.period_to)
    sums = DeliveryFigure.objects.filter(agreement=review.agreement_id, quarter__in=quarters).sums()
    words = review.version.question_set.words.questions
    return [(label, sums[key]) for key, label in _labels(words) if key in sums]


def _labels(words: Mapping[str, Question]) -> Iterable[tuple[tuple[str, str], str]]:
    if COUNTS in words:
        yield from (((COUNTS, part.id), part.text) for part in words[COUNTS].parts)
    if CANCELLED in words:
        reasons = words[CANCELLED].part("reason").options
        yield from (((CANCELLED, option.value), f"Sessions cancelled: {option.label}") for option in reasons)


def _reason(figure: DeliveryFigure) -> dict[str, Any]:
    return {"reason": figure.name, "count": figure.number}
