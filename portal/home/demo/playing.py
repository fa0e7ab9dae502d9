"""Tells a story: each beat is one or two of the operations that the pages call, at the moment when it happened."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from agreements import documents, rules
from agreements.effects import Evidence, Request
from agreements.forms.steps import INTENT
from agreements.models import Comment, Version
from agreements.operations import actions, drafting, starting
from agreements.reading import read
from agreements.workflow import perform
from portal.foundation import clock
from portal.foundation.models import User
from portal.home.demo import details, outline, sharing
from portal.home.demo.bank import common
from portal.home.demo.scene import Answers, Scene
from portal.home.demo.specification import specification

LEARNED = "We have since asked people here, together with the coordinator, and changed the plan accordingly."
# So many days after the start: in some agreements that was long ago, in some it is soon.
ASKED_AFTER = 300
ASKED = "Ask the people who take part how it goes, and tell each other what they said"


@dataclass
class Play:
    """One agreement in the making."""

    scene: Scene
    version: Version = field(init=False)
    named: list[str] = field(default_factory=list)

    def tell(self) -> None:
        for beat, moment in zip(self.scene.story.beats, self.scene.happened, strict=True):
            with clock.set_to(moment):
                BEATS[beat](self)

    def save(self, answers: Answers, *, by: User) -> None:
        drafting.save_answers(self.version, answers, replacing={}, by=by)

    def save_again(self, answers: Answers, *, by: User) -> None:
        rows = read(self.version).rows
        replacing = {question_id: str(rows[question_id].pk) for question_id in answers}
        drafting.save_answers(self.version, answers, replacing=replacing, by=by)

    def step(self, name: str, by: User | None, **said) -> None:
        perform(name, self.version, by=by, request=Request(**said))

    def decide(self, name: str, by: User, bank: str) -> None:
        """A step with a reason and a note from the bank."""
        reason, note = self.scene.here.choice(common()[bank])
        self.step(name, by, reason=reason, note=note)

    @property
    def writer(self) -> User:
        return self.scene.partner.writer

    @property
    def head(self) -> User:
        return self.scene.prison.approvers[0]


def start(play: Play) -> None:
    scene = play.scene
    play.version = starting.start(
        organisation=scene.partner.organisation,
        establishment=scene.prison.establishment,
        service_name=scene.service.name,
        by=play.writer,
    )


def write_sharing(play: Play) -> None:
    if play.scene.shares_information:
        play.save(sharing.sharing(play.scene), by=play.writer)
        play.save(sharing.part_3_gateway(), by=play.scene.prison.writer)


def confirm_funding(play: Play) -> None:
    play.save_again({"S1-14": outline.funding(play.scene, secured=True)}, by=play.writer)
    play.step("confirm-funding", play.writer)


def send_back(play: Play, name: str, bank: str) -> None:
    reason, note, play.named = play.scene.here.choice(common()[bank])
    answer_by = clock.today() + dt.timedelta(days=14)
    play.step(name, play.head, reason=reason, note=note, questions=tuple(play.named), answer_by=answer_by)


def answer(play: Play) -> None:
    """What the prison asked about is answered: in more words, or with something added."""
    stored = read(play.version).answers
    play.save_again(
        {question_id: _more(play.scene, question_id, stored[question_id]) for question_id in play.named}, by=play.writer
    )


def _more(scene: Scene, question_id: str, value):
    if isinstance(value, str):
        return f"{value} {LEARNED}"
    if question_id == "S1-12":
        return value | {"minutes": 75}
    if question_id == "S3-34":
        return [
            *value,
            *details.risks(scene, [["Staff change on either side", "Handover in writing, to the role mailbox"]]),
        ]
    return value


def discuss(play: Play) -> None:
    scene = play.scene
    for question_id, text, side in scene.here.sample(common()["comments"], 2):
        by, other = (play.writer, scene.prison.writer) if side == "partner" else (scene.prison.writer, play.writer)
        drafting.add_comment(play.version, question_id=question_id, text=text, mentions=[other], by=by)


def resolve(play: Play) -> None:
    for comment in Comment.objects.filter(version=play.version, resolved_at=None).select_related("version__agreement"):
        drafting.resolve_comment(comment, by=comment.by)


def agree_actions(play: Play) -> None:
    """The pack that nearly every service needs, and what this one needs besides."""
    version, scene = play.version, play.scene
    actions.add_the_set_up_pack(version, by=play.writer)
    for what, owner, post in scene.about["actions"]:
        due_on = clock.today() + dt.timedelta(days=scene.here.randint(10, 40))
        actions.add_action(version, by=play.writer, what=what, owner=owner, post_title=post, due_on=due_on)
    later = max(scene.begins + dt.timedelta(days=ASKED_AFTER), clock.today())
    actions.add_action(version, by=play.writer, what=ASKED, owner="both", post_title="Service manager", due_on=later)


def approve(play: Play) -> None:
    for approver in play.scene.prison.approvers:
        approve_as(play, approver)


def approve_as(play: Play, approver: User) -> None:
    sha256 = documents.sha256(documents.words(read(play.version)))
    play.step("approve", approver, words_sha256=sha256, note=play.scene.word("accepted"))


def sign(play: Play, by: User) -> None:
    document = rules.standing_document(play.version)
    assert document
    evidence = Evidence(
        proved_by="password and one-time code",
        signed_in_at=clock.now() - dt.timedelta(minutes=9),
        opened_at=clock.now() - dt.timedelta(minutes=6),
        # From the range that is kept free for documentation.
        network_address=f"192.0.2.{play.scene.here.randint(1, 254)}",
        browser="Demonstration",
        statement=INTENT,
    )
    play.step("sign", by, words_sha256=document.sha256, evidence=evidence)


def give_notice(play: Play) -> None:
    reason, note = play.scene.here.choice(common()["ends"])
    last_day = min(clock.today() + dt.timedelta(days=56), play.scene.ends)
    play.step("end", play.scene.partner.signatory, reason=reason, note=note, last_day=last_day)


def end_early(play: Play) -> None:
    reason, note = play.scene.here.choice(common()["ends"])
    play.step("end", play.head, reason=reason, note=note, last_day=clock.today() - dt.timedelta(days=1))


def vary(play: Play) -> None:
    play.step("vary", play.scene.partner.signatory, note="More people ask for it than there are places.")
    play.version = play.version.agreement.versions.get(number=2)


def change(play: Play) -> None:
    """What the second version says otherwise: more places, a later end, and the money for it."""
    stored = read(play.version).answers
    later = (play.scene.ends + dt.timedelta(days=365)).isoformat()
    people = stored["S1-11"]
    more = {"at_once": people["at_once"] + 4, "in_total": people["in_total"] + 40}
    dates = {"S4-05": stored["S4-05"] | {"end": later}, "S1-14": [row | {"ends": later} for row in stored["S1-14"]]}
    play.save_again(dates | {"S1-11": more, "S3-36": stored["S3-36"] | {"notice": 60}}, by=play.writer)


BEATS: dict[str, Callable[[Play], None]] = {
    "start": start,
    "half outline": lambda play: play.save(outline.what_and_for_whom(play.scene), by=play.writer),
    "outline": lambda play: play.save(outline.outline(play.scene), by=play.writer),
    "submit": lambda play: play.step("submit", play.writer),
    "return-outline": lambda play: send_back(play, "return-outline", "returns"),
    "answer": answer,
    "specification": lambda play: play.save(specification(play.scene), by=play.scene.prison.writer),
    "accept": lambda play: play.step("accept", play.head, note=play.scene.word("accepted")),
    "support": lambda play: play.step("support", play.head, note=play.scene.word("supported")),
    "confirm-funding": confirm_funding,
    "partner details": lambda play: play.save(details.partner_details(play.scene), by=play.writer),
    "sharing": write_sharing,
    "prison details": lambda play: play.save(details.prison_details(play.scene), by=play.scene.prison.writer),
    "comments": discuss,
    "resolve": resolve,
    "actions": agree_actions,
    "send-for-approval": lambda play: play.step("send-for-approval", play.writer),
    "return-for-changes": lambda play: send_back(play, "return-for-changes", "changes"),
    "first approval": lambda play: approve_as(play, play.head),
    "approve": approve,
    "partner signs": lambda play: sign(play, play.scene.partner.signatory),
    "prison signs": lambda play: sign(play, play.head),
    "give notice": give_notice,
    "pause": lambda play: play.decide("pause", play.head, "pauses"),
    "resume": lambda play: play.step("resume", play.head, note=play.scene.word("resumed")),
    "vary": vary,
    "change": change,
    "end": end_early,
    "expire": lambda play: play.step("expire", None),
    "lapse": lambda play: play.step("lapse", None),
    "decline": lambda play: play.decide("decline", play.head, "declines"),
    "withdraw": lambda play: play.decide("withdraw", play.scene.partner.signatory, "withdrawals"),
}
