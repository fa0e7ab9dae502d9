"""Published words never change; new words are a new version. Drafts are edited, previewed and published by CJVSF."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from agreements.models import DRAFTED, Kind, QuestionSet, Status, Version
from agreements.permissions import may_draft
from agreements.questions.definition import Definition, fingerprint
from agreements.questions.faults import faults
from directory.standing import standing
from portal.foundation import audit, clock
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.models import User

Edit = Callable[..., dict[str, Any]]
PINS = {Kind.AGREEMENT: "question_set", Kind.SHARING: "sharing_set", Kind.CONSENT: "consent_set"}
# While an approver or a signatory has the words before them, the questions stay as they are.
BEING_WRITTEN = frozenset(DRAFTED) - {Status.FOR_APPROVAL, Status.FOR_SIGNATURE}
# The portal reads these answers itself: decisions, dates, the directory, data flows and actions depend on them.
READ_BY_THE_PORTAL: Mapping[str, frozenset[str]] = {
    kind: frozenset(ids.split())
    for kind, ids in {
        Kind.ELIGIBILITY: "ELG-01 ELG-02 ELG-03 ELG-04 ELG-05 ELG-06 ELG-07 ELG-08 ELG-09",
        Kind.AGREEMENT: """
            CVR-01 CVR-02 CVR-03 CVR-04 CVR-05 ACT-01 ACT-02 ACT-03 ACT-04 ACT-05 ACT-06 ACT-07 ACT-08
            S1-01 S1-02 S1-03 S1-04 S1-05 S1-06 S1-07 S1-08 S1-10 S1-11 S1-12 S1-13 S1-14 S1-18 S2-04 S2-11
            S3-01 S3-08 S3-10 S3-11 S3-14 S3-15 S3-16 S3-21 S3-22 S3-23 S3-25 S3-26 S3-27 S3-28 S3-29
            S4-04 S4-05 S5-01 S5-02 S5-03 S5-04 S5-05
        """,
        Kind.SHARING: "ISA-01 ISA-09 ISA-10 ISA-15",
        Kind.REVIEW: "RVW-01 RVW-02 RVW-06 RVW-09 RVW-10 RVW-11 RVW-12",
    }.items()
}


def published_set(kind: str) -> QuestionSet:
    """The newest published words of this kind."""
    return QuestionSet.objects.newest(kind)


def open_draft(kind: str) -> QuestionSet | None:
    return QuestionSet.objects.filter(kind=kind, published_at=None).first()


def is_read_by_the_portal(kind: str, question_id: str) -> bool:
    """Whether a question must stay, because the portal itself works with its answer."""
    return question_id in READ_BY_THE_PORTAL.get(kind, ())


def draft_faults(definition: dict[str, Any]) -> list[str]:
    """Everything that stands in the way of publishing, also that a question is gone which the portal can't miss."""
    return [*faults(definition), *_missed_by_the_portal(definition)]


def _missed_by_the_portal(definition: dict[str, Any]) -> Iterator[str]:
    there = {question["id"] for section in definition["sections"] for question in section["questions"]}
    for question_id in sorted(READ_BY_THE_PORTAL.get(definition["kind"], frozenset()) - there):
        yield f"{question_id}: the portal works with this answer, so the question can't be retired"


@transaction.atomic
def begin_draft(kind: str, *, by: User) -> QuestionSet:
    """A draft of the next version, with the published words in it; the open draft when there is one."""
    _cjvsf_only(by)
    published = QuestionSet.objects.newest(kind)
    number = next_version(published.version)
    draft, is_new = QuestionSet.objects.get_or_create(
        kind=kind,
        published_at=None,
        defaults={"version": number, "definition": published.definition | {"version": number}},
    )
    if is_new:
        _record("begin draft", draft, by)
    return draft


def next_version(version: str) -> str:
    """2026.1 is followed by 2026.2, and in another year by that year's first."""
    year, _, number = version.partition(".")
    this_year = str(clock.today().year)
    return f"{year}.{int(number) + 1}" if year == this_year else f"{this_year}.1"


@transaction.atomic
def edit_draft(draft: QuestionSet, edit: Edit, *, by: User, seen: str, **change: Any) -> QuestionSet:
    """Apply one pure edit of `agreements.questions.editing`. `seen` is the fingerprint of the draft its editor saw."""
    _cjvsf_only(by)
    draft = _held(draft, seen)
    draft.definition = edit(draft.definition, **change)
    draft.changed_at = clock.now()
    draft.save(update_fields=["definition", "changed_at"])
    _record(edit.__name__, draft, by, question=_edited(change))
    return draft


def _edited(change: Mapping[str, Any]) -> str:
    """What an edit is about: a question, a part by its path, or a section."""
    added = change.get("question", {})
    return change.get("question_id") or change.get("path") or added.get("id") or change["section_id"]


@transaction.atomic
def publish(draft: QuestionSet, *, by: User | None, seen: str | None = None) -> QuestionSet:
    """Publish a draft. Raises NotReady with every fault named. From then on the row can't be changed, not even in SQL.

    `seen` is the fingerprint of what the publisher read; the shipped sets are published without.
    """
    _cjvsf_only(by)
    draft = _held(draft, seen)
    if found := draft_faults(draft.definition):
        raise NotReady(*found)
    draft.sha256 = fingerprint(draft.definition)
    draft.published_at = clock.now()
    draft.published_by = by
    draft.save(update_fields=["sha256", "published_at", "published_by"])
    _record("publish", draft, by, sha256=draft.sha256)
    return draft


@transaction.atomic
def discard_draft(draft: QuestionSet, *, by: User, seen: str) -> None:
    """Drop a draft with all its changes. `seen` is the fingerprint of the draft that is to go."""
    _cjvsf_only(by)
    draft = _held(draft, seen)
    _record("discard draft", draft, by)
    draft.delete()


def _cjvsf_only(by: User | None) -> None:
    if by is not None and not standing(by).is_cjvsf:
        raise PermissionDenied


def _held(draft: QuestionSet, seen: str | None) -> QuestionSet:
    """The draft as it stands now, held until the transaction ends, if it still says what was seen."""
    held = QuestionSet.objects.select_for_update().filter(pk=draft.pk, published_at=None).first()
    if held is None:
        raise Overtaken("This draft has been published or discarded meanwhile.")
    if seen is not None and fingerprint(held.definition) != seen:
        raise Overtaken("Somebody else has just changed this draft. Look at it again, then make your change.")
    return held


def _record(event: str, draft: QuestionSet, by: User | None, **detail: Any) -> None:
    audit.record(event, about=f"question set:{draft.kind}", by=by, version=draft.version, **detail)


def newer_sets(version: Version) -> Mapping[str, QuestionSet]:
    """The published sets that are newer than this draft's, by kind. Nothing once its words are before an approver."""
    if version.status not in BEING_WRITTEN:
        return {}
    newest = QuestionSet.objects.defer("definition").newest_of(PINS)
    return {kind: row for kind, row in newest.items() if row.pk != getattr(version, f"{PINS[kind]}_id")}


def words_after(version: Version, newer: Mapping[str, QuestionSet]) -> tuple[Definition, ...]:
    """The words that this version would have, once moved to these sets."""
    return tuple(newer.get(row.kind, row).words for row in version.sets)


@transaction.atomic
def move_to_newer_sets(version: Version, *, by: User, seen: Collection[str]) -> Version:
    """Pin a draft to the newest words. No answer is lost: those to retired questions stay in its history.

    `seen` are the fingerprints of the newer sets whose changes this person was shown.
    """
    version = Version.objects.locked(version)
    if not may_draft(by, version.agreement):
        raise PermissionDenied
    newer = newer_sets(version)
    if not newer:
        raise NotReady("This agreement has the newest questions already.")
    if {row.sha256 for row in newer.values()} != set(seen):
        raise Overtaken("Newer questions have been published since you opened the page. See what they change first.")
    if stranded := list(_stranded_comments(version, newer)):
        raise NotReady(*stranded)
    for kind, row in newer.items():
        setattr(version, PINS[kind], row)
    version.save(update_fields=[PINS[kind] for kind in newer])
    moved = {kind: row.version for kind, row in newer.items()}
    audit.record("move to newer questions", about=version.agreement.about, by=by, sets=moved)
    return version


def _stranded_comments(version: Version, newer: Mapping[str, QuestionSet]) -> Iterator[str]:
    """An open comment would block the approval, and nobody could find it under a question that is gone."""
    there = {question_id for words in words_after(version, newer) for question_id in words.questions}
    commented = version.comments.filter(resolved_at=None).order_by("question_id").values_list("question_id", flat=True)
    for question_id in dict.fromkeys(commented):
        if question_id not in there:
            yield f"Resolve the open comment on {question_id} first. The newer questions leave it out."
