"""When one may. Each rule says what is missing, in sentences that a person can act on, or says nothing."""

import datetime as dt
from collections.abc import Iterable

from agreements import permissions
from agreements.models import DRAFTED, Approval, Document, Side, Signature, Status, Version
from agreements.questions.progress import Gap
from agreements.reading import read
from directory.models import Holding, Post
from portal.foundation import clock, identity
from portal.foundation.models import User

Reasons = list[str]

NO_SECOND_FACTOR = "Set up your second factor first, under Your account."
NEEDED_FROM_PAPER = ("S1-01", "S1-05", "S1-08")
SILENCE = dt.timedelta(days=365)


def outline_is_complete(version: Version, by: User) -> Reasons:
    """The prison is asked nothing before every required question of the outline has its answer."""
    return _sentences(read(version).gaps(dues=frozenset({"start", "outline"})))


def specification_is_complete(version: Version, by: User) -> Reasons:
    """The prison says what it can offer before it accepts or supports an outline."""
    return _sentences(read(version).gaps(dues=frozenset({"specification"})))


def is_complete_enough_for_approval(version: Version, by: User) -> Reasons:
    """Cover, stages 1 to 3 and the dates are answered, and the information sharing agreement where one is needed."""
    reading = read(version)
    gaps = [
        *reading.gaps(stages=(0, 1, 2, 3), dues=frozenset({"sign_off"}), kind="agreement"),
        *reading.gaps(stages=(0, 1, 2, 3, 4, 5), kind="sharing"),
    ]
    return _sentences(gaps)


def has_an_agreed_action(version: Version, by: User) -> Reasons:
    """An agreement records what both sides agreed to do, because staff move on."""
    return [] if version.actions.exists() else ["Add at least one agreed action."]


def has_no_open_comment(version: Version, by: User) -> Reasons:
    """What is still being discussed isn't sent for approval."""
    waiting = version.comments.filter(resolved_at=None).order_by("question_id").values_list("question_id", flat=True)
    return [f"Resolve the open comment on {question_id}." for question_id in dict.fromkeys(waiting)]


def ends_with_its_funding(version: Version, by: User) -> Reasons:
    """The end may not be later than the last funding end without a reason (S4-05)."""
    answers = read(version).answers
    dates = answers.get("S4-05") or {}
    last = max((row["ends"] for row in answers.get("S1-14") or [] if row.get("ends")), default="")
    if not last or dates.get("end", "") <= last or dates.get("end_reason"):
        return []
    day = clock.say_day(dt.date.fromisoformat(last))
    return [f"S4-05: the agreement ends after its last funding does, on {day}. Say why, or end it by then."]


def starts_before_it_ends(version: Version, by: User) -> Reasons:
    dates = read(version).answers.get("S4-05") or {}
    if dates.get("start") and dates.get("end") and dates["end"] < dates["start"]:
        return ["S4-05: the agreement ends before it starts. Change one of the two dates."]
    return []


def funding_is_secured(version: Version, by: User) -> Reasons:
    """Full details are agreed only once there is money (S1-14). Until then the prison can support the outline."""
    rows = read(version).answers.get("S1-14") or []
    if rows and all(row.get("status") == "secured" for row in rows):
        return []
    return ["S1-14 says that the funding is not yet secured."]


def commits_no_spending(version: Version, by: User) -> Reasons:
    """A single prison needs authority from the Director of Operational Delivery before it commits to spending (S2-11)."""
    if (read(version).answers.get("S2-11") or {}).get("commits") != "yes":
        return []
    return ["S2-11 says that this commits the prison to spending. That needs separate authority before you can go on."]


def has_a_second_factor(version: Version, by: User) -> Reasons:
    """Approvers and signatories set up a second factor before their first approval or signature."""
    if identity.has_second_factor(by):
        return []
    return [NO_SECOND_FACTOR]


def has_not_acted_for_the_other_side(version: Version, by: User) -> Reasons:
    """Nobody approves or signs an agreement for both parties, not even after they have changed jobs."""
    side = permissions.side_of(by, version.agreement)
    signed = Signature.objects.filter(document__version__agreement=version.agreement, by=by)
    approved = Approval.objects.filter(version__agreement=version.agreement, by=by)
    if signed.exclude(side=side).exists() or (side == Side.PARTNER and approved.exists()):
        return ["You have approved or signed this agreement for the other side."]
    return []


def approving_seats(version: Version) -> list[Post]:
    """The posts of the prison that approve, by its policy, in order."""
    posts = Post.objects.filter(establishment=version.agreement.establishment, approval_order__isnull=False)
    return list(posts.order_by("approval_order", "pk"))


def signing_seats(version: Version) -> list[Post]:
    posts = Post.objects.filter(establishment=version.agreement.establishment, signing_order__isnull=False)
    return list(posts.order_by("signing_order", "pk"))


def an_approver_is_named(version: Version, by: User) -> Reasons:
    """Somebody at the prison must be able to approve. CJVSF appoints a holder; it never approves itself."""
    seats = Holding.objects.on(clock.today()).filter(post__in=approving_seats(version))
    if seats.exists():
        return []
    return ["Nobody at the prison holds an approving post. Ask CJVSF to appoint somebody."]


def it_is_this_approvers_turn(version: Version, by: User) -> Reasons:
    """Approvers go in the prison's order, each once; those with the same number in parallel."""
    given = {approval.post_id: approval for approval in standing_approvals(version)}
    mine = permissions.approving_posts(by, version.agreement)
    open_to_me = [post for post in mine if post.pk not in given]
    if not open_to_me:
        return [_already(given[post.pk]) for post in mine]
    return _waits_for(open_to_me[0].approval_order, approving_seats(version), given, "approval_order")


def has_approved(version: Version, by: User) -> bool:
    """Whether this person has approved it for each of their posts."""
    given = {approval.post_id for approval in standing_approvals(version)}
    return {post.pk for post in permissions.approving_posts(by, version.agreement)} <= given


def is_approved_by_everyone(version: Version) -> bool:
    given = {approval.post_id for approval in standing_approvals(version)}
    return {post.pk for post in approving_seats(version)} <= given


def standing_approvals(version: Version):
    """The approvals of the words that stand, not those of words that were overtaken."""
    return Approval.objects.filter(version=version, overtaken_at=None)


def it_is_this_signatorys_turn(version: Version, by: User) -> Reasons:
    """The partner signs first, then the prison, in the order of its policy."""
    signed = {signature.post_id: signature for signature in standing_signatures(version)}
    has_partner = any(signature.side == Side.PARTNER for signature in signed.values())
    if permissions.side_of(by, version.agreement) == Side.PARTNER:
        return ["The partner has signed already."] if has_partner else []
    if not has_partner:
        return ["The partner signs first."]
    open_to_me = [post for post in permissions.signing_posts(by, version.agreement) if post.pk not in signed]
    if not open_to_me:
        return ["You have signed already."]
    return _waits_for(open_to_me[0].signing_order, signing_seats(version), signed, "signing_order")


def has_signed(version: Version, by: User) -> bool:
    """Whether their side needs no signature from this person any more: one is enough for the partner."""
    signed = list(standing_signatures(version))
    if permissions.side_of(by, version.agreement) == Side.PARTNER:
        return any(signature.side == Side.PARTNER for signature in signed)
    return {post.pk for post in permissions.signing_posts(by, version.agreement)} <= {row.post_id for row in signed}


def is_signed_by_both_parties(version: Version) -> bool:
    signatures = list(standing_signatures(version))
    sides = {signature.side for signature in signatures}
    return sides == set(Side) and {post.pk for post in signing_seats(version)} <= {row.post_id for row in signatures}


def standing_signatures(version: Version):
    """The signatures under the document that stands, not those under one that was overtaken."""
    return Signature.objects.filter(document__version=version, document__overtaken_at=None)


def standing_document(version: Version) -> Document | None:
    return Document.objects.filter(version=version, overtaken_at=None).first()


def no_other_version_is_being_drafted(version: Version, by: User) -> Reasons:
    """There is one open variation at most, so nothing needs merging."""
    drafted = version.agreement.versions.filter(status__in=DRAFTED).first()
    return [f"Version {drafted.number} is being drafted already."] if drafted else []


def _waits_for(order: int, seats: Iterable[Post], done: dict, name: str) -> Reasons:
    earlier = [post for post in seats if getattr(post, name) < order and post.pk not in done]
    return [f"Waiting for {post.title} first." for post in earlier]


def _already(approval: Approval) -> str:
    return f"{approval.by} approved this for {approval.post.title} on {clock.say_moment(approval.at)}."


def _sentences(gaps: Iterable[Gap]) -> Reasons:
    return [sentence for gap in gaps for sentence in gap.said]


def is_past_its_last_day(version: Version, by: User | None) -> Reasons:
    """An agreement is in force until its last day is over, in London."""
    return [] if version.ends_on and version.ends_on < clock.today() else ["Its last day isn’t over."]


def has_been_silent_for_a_year(version: Version, by: User | None) -> Reasons:
    """A supported outline lapses after twelve months in which nobody took a step, wrote an answer or commented."""
    since = clock.now() - SILENCE
    has_written = version.answers.filter(at__gte=since).exists() or version.comments.filter(at__gte=since).exists()
    return ["Somebody has written in it."] if has_written or version.status_since >= since else []


def paper_says_enough(version: Version, by: User) -> Reasons:
    """The directory, the reviews and the dashboards need to know what it is for, for whom, and from when to when."""
    answers = read(version).answers
    questions = version.question_set.words.questions
    said = [f"{name}: {questions[name].text}" for name in NEEDED_FROM_PAPER if name not in answers]
    dates = answers.get("S4-05") or {}
    return said + ([] if dates.get("start") and dates.get("end") else ["S4-05: enter the first and the last day."])


def status_before_the_pause(version: Version) -> Status:
    """In force, or in force as signed on paper."""
    return Status(version.changes.filter(to_status=Status.PAUSED).latest("at", "pk").from_status)
