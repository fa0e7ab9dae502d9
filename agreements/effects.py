"""What follows when a step is taken. Each effect is a row, or a change of rows, in the step's own transaction."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Max

from agreements import documents, permissions, projection, rules
from agreements.models import (
    Agreement,
    Answer,
    Approval,
    ClarificationRequest,
    Side,
    Signature,
    Status,
    Version,
)
from agreements.questions.values import without_files
from agreements.reading import read
from directory.standing import standing
from portal.foundation import clock
from portal.foundation.exceptions import Overtaken
from portal.foundation.models import User


@dataclass(frozen=True)
class Evidence:
    """How somebody who signs proved who they are, moments ago."""

    proved_by: str
    signed_in_at: dt.datetime
    opened_at: dt.datetime
    network_address: str | None = None
    browser: str = ""
    statement: str = ""


@dataclass(frozen=True)
class Request:
    """What a person says with a step: as much of it as the step asks for."""

    note: str = ""
    reason: str = ""
    questions: tuple[str, ...] = ()
    answer_by: dt.date | None = None
    words_sha256: str = ""
    evidence: Evidence | None = None
    last_day: dt.date | None = None


def show_to_the_prison(version: Version, by: User, request: Request) -> None:
    Agreement.objects.filter(pk=version.agreement_id, sent_at=None).update(sent_at=clock.now())


def close_the_clarification(version: Version, by: User | None, request: Request) -> None:
    version.clarifications.filter(answered_at=None).update(answered_at=clock.now())


def ask_for_clarification(version: Version, by: User, request: Request) -> None:
    """Only the named questions unlock, and the asker's clock stops until they are answered."""
    close_the_clarification(version, by, request)
    asked = read(version).asked
    sides = {asked[question_id].side for question_id in request.questions if question_id in asked}
    ClarificationRequest.objects.create(
        version=version,
        asked_of=Side.PRISON if sides == {Side.PRISON.value} else Side.PARTNER,
        questions=list(request.questions),
        reason=request.reason,
        note=request.note,
        answer_by=request.answer_by,
        asked_at=clock.now(),
        asked_by=by,
    )


def record_approval(version: Version, by: User, request: Request) -> None:
    """The approver approves the words that they saw: other words by now are refused, with an explanation."""
    _refuse_other_words(request.words_sha256, documents.sha256(documents.words(read(version))))
    post = next(post for post in permissions.approving_posts(by, version.agreement) if _is_open(version, post))
    Approval.objects.create(
        version=version,
        post=post,
        by=by,
        as_deputy=standing(by).is_deputy_in(post),
        words_sha256=request.words_sha256,
        at=clock.now(),
    )


def _is_open(version: Version, post) -> bool:
    return not Approval.objects.filter(version=version, post=post, overtaken_at=None).exists()


def freeze_the_words(version: Version, by: User, request: Request) -> None:
    documents.freeze(version, by=by)


def record_signature(version: Version, by: User, request: Request) -> None:
    """One signature under the document that stands: who, which post, for whom, how proved, and which hash."""
    document = rules.standing_document(version)
    _refuse_other_words(request.words_sha256, document.sha256)
    signed = set(document.signatures.values_list("post_id", flat=True))
    post = next(post for post in permissions.signing_posts(by, version.agreement) if post.pk not in signed)
    evidence = request.evidence
    Signature.objects.create(
        document=document,
        side=permissions.side_of(by, version.agreement),
        post=post,
        by=by,
        as_deputy=standing(by).is_deputy_in(post),
        name=by.name,
        email=by.email,
        email_verified_at=by.email_verified_at,
        post_title=post.title,
        party_name=post.party_name,
        statement=evidence.statement,
        words_sha256=document.sha256,
        proved_by=evidence.proved_by,
        signed_in_at=evidence.signed_in_at,
        opened_at=evidence.opened_at,
        at=clock.now(),
        network_address=evidence.network_address,
        browser=evidence.browser[:300],
    )


def _refuse_other_words(seen: str, stored: str) -> None:
    if seen != stored:
        raise Overtaken("The words have changed since you opened this page. Read them again before you decide.")


def overtake_the_document(version: Version, by: User, request: Request) -> None:
    """Words that go back are approved and signed anew. The old document and its signatures stay, marked as overtaken."""
    now = clock.now()
    version.approvals.filter(overtaken_at=None).update(overtaken_at=now)
    version.documents.filter(overtaken_at=None).update(overtaken_at=now)


def put_in_force(version: Version, by: User | None, request: Request) -> None:
    """The agreement is what this version says now: it is listed in the directory, and its PDF is asked for."""
    Agreement.objects.filter(pk=version.agreement_id).update(current_version=version)
    projection.write_listing(version)
    documents.ask_for_final_pdf(rules.standing_document(version))


def put_paper_in_force(version: Version, by: User, request: Request) -> None:
    """It was agreed and signed elsewhere: the prison sees it from now on, and the directory lists it."""
    Agreement.objects.filter(pk=version.agreement_id).update(current_version=version, sent_at=clock.now())
    projection.write_listing(version)


def ask_for_letter(version: Version, by: User, request: Request) -> None:
    """What a funder asks for: a sealed letter that the prison supports the outline."""
    posts = permissions.posts_in(by, version.agreement, Side.PRISON)
    documents.ask_for_letter(version, post=posts[0].title)


def open_the_next_version(version: Version, by: User, request: Request) -> None:
    """Version n+1 starts from the answers and unsettled actions of n, which stays in force until n+1 is signed."""
    following = Version(
        agreement=version.agreement,
        number=version.agreement.versions.aggregate(last=Max("number"))["last"] + 1,
        status=Status.DETAILS,
        status_since=clock.now(),
        started_at=clock.now(),
        question_set=version.question_set,
        sharing_set=version.sharing_set,
        consent_set=version.consent_set,
    )
    following.save(force_insert=True)
    copy_answers(version, following, by=by)
    for action in version.actions.unsettled():
        action.copied_from_id, action.pk = action.pk, None
        action.version = following
        action.save(force_insert=True)


def copy_answers(source: Version, target: Version, *, by: User, only: frozenset[str] | None = None) -> None:
    """Copy the current answers (or those of the named questions) into a new version. Files stay with their agreement."""
    questions = {question.id: question for row in target.sets for question in row.words.questions.values()}
    is_another = source.agreement_id != target.agreement_id
    values = {
        row.question_id: without_files(questions[row.question_id], row.value) if is_another else row.value
        for row in source.answers.filter(replaced_at=None)
        if row.question_id in questions and (only is None or row.question_id in only)
    }
    Answer.objects.bulk_create(
        Answer(version=target, question_id=question_id, value=value, by=by, at=clock.now())
        for question_id, value in values.items()
        if value is not None
    )
    projection.project(target)


def keep_the_last_day(version: Version, by: User | None, request: Request) -> None:
    """Notice is given to a day; the agreement ends when that day has passed."""
    if request.last_day:
        Version.objects.filter(pk=version.pk).update(ends_on=request.last_day)
        version.ends_on = request.last_day
        projection.end_listing_on(version)


def its_last_day_has_passed(version: Version) -> bool:
    return version.ends_on is None or version.ends_on < clock.today()


def take_off_the_directory(version: Version, by: User | None, request: Request) -> None:
    projection.hide_listing(version)


def back_on_the_directory(version: Version, by: User | None, request: Request) -> None:
    projection.show_listing(version)
