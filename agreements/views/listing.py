"""Agreements as lists, one as a page, and how its words came to be."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agreements.filters import narrowed_agreements
from agreements.models import DRAFTED, LIVE, Agreement, Answer, Status, StatusChange, Version
from agreements.operations.deeds import deeds_for
from agreements.operations.question_sets import newer_sets
from agreements.permissions import may_draft, side_of
from agreements.questions.compare import compare_answers
from agreements.reading import Reading, read, read_at
from agreements.timing import spells
from agreements.turns import turn
from agreements.views.finding import find_agreement, find_version
from agreements.views.task_list import asked_about, tasks
from agreements.workflow import BY_NAME, steps_offered_to
from portal.foundation import clock
from portal.foundation.paging import paged


@require_safe
def agreement_list(request: HttpRequest) -> HttpResponse:
    """What this person may see, newest first, narrowed by what is in the address."""
    narrowed = narrowed_agreements(request.user, request.GET)
    context = {
        "filter": narrowed,
        "deeds": deeds_for(request.user),
        "has_labels": "label" in narrowed.form.fields,
        "kept": [(name, request.GET[name]) for name in narrowed.form.fields if name in request.GET],
    }
    return render(request, "agreements/agreement_list.html", context | paged(request, narrowed.qs.told_in_rows()))


@require_safe
def agreement_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """Where an agreement stands: whose turn it is, what is to do, what may be done."""
    version = find_version(request, reference)
    agreement = version.agreement
    reading = read(version)
    now = turn(version)
    side = side_of(request.user, agreement)
    context = {
        "agreement": agreement,
        "version": version,
        "other": agreement.versions.exclude(pk=version.pk).filter(status__in=(*DRAFTED, *LIVE)).first(),
        "is_signed": (agreement.current_version or version).status in (*LIVE, Status.ENDED),
        "is_draft": version.status in DRAFTED,
        "turn": now,
        "side": side,
        "is_my_turn": now.is_of(side),
        "asked_about": asked_about(reading, now),
        "parts": tasks(reading, request.user, now),
        "steps": steps_offered_to(request.user, version),
        "open_comments": version.comments.filter(resolved_at=None).count(),
        "printings": version.printings.defer("html", "data")[:3],
        "may_import": version.status in DRAFTED and may_draft(request.user, agreement),
        "has_newer_questions": may_draft(request.user, agreement) and bool(newer_sets(version)),
    }
    return render(request, "agreements/agreement_detail.html", context)


@require_safe
def agreement_history(request: HttpRequest, reference: str) -> HttpResponse:
    """Every step and every save, newest first."""
    version = find_version(request, reference)
    changes = StatusChange.objects.filter(version__agreement=version.agreement).select_related("by", "version")
    saves = Answer.objects.filter(version=version).select_related("by").order_by("-pk").defer("value")
    context = {
        "agreement": version.agreement,
        "version": version,
        "changes": [(change, BY_NAME[change.step].label) for change in changes.order_by("-at", "-pk")],
        "spells": spells(version),
    }
    return render(request, "agreements/agreement_history.html", context | paged(request, saves))


@require_safe
def agreement_compare(request: HttpRequest, reference: str) -> HttpResponse:
    """Two sets of words, field by field: any two of the moments at which a step was taken, and now."""
    agreement = find_agreement(request, reference)
    points = list(_points(request, agreement))
    older = _chosen(points, request.GET.get("from"), len(points) - 2)
    newer = _chosen(points, request.GET.get("to"), len(points) - 1)
    old, new = older.read(), newer.read()
    changes = [
        change
        for definition in new.definitions
        for change in compare_answers(old.answers, new.answers, definition, new.lookup)
    ]
    context = {"agreement": agreement, "points": points, "older": older, "newer": newer, "changes": changes}
    return render(request, "agreements/agreement_compare.html", context)


@dataclass(frozen=True)
class Point:
    """A moment in the life of a version at which its words can be looked at."""

    key: str
    label: str
    version: Version
    moment: dt.datetime | None

    def read(self) -> Reading:
        return read_at(self.version, self.moment) if self.moment else read(self.version)


def _points(request: HttpRequest, agreement: Agreement) -> Iterator[Point]:
    """Oldest first: each version at each of its steps, then as it is."""
    versions = Version.objects.visible_to(request.user).with_parties().filter(agreement=agreement).order_by("number")
    for version in versions.prefetch_related("changes"):
        for change in version.changes.all():
            label = f"Version {version.number}: {BY_NAME[change.step].label}, {clock.say_moment(change.at)}"
            yield Point(f"{version.number}.{change.pk}", label, version, change.at)
        yield Point(str(version.number), f"Version {version.number} as it is now", version, None)


def _chosen(points: list[Point], key: str | None, otherwise: int) -> Point:
    if key is None:
        return points[max(otherwise, 0)]
    found = next((point for point in points if point.key == key), None)
    if found is None:
        raise Http404
    return found
