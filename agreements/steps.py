"""The life cycle, as a table: who may take which step from where, when, and what follows."""

from collections.abc import Callable
from dataclasses import dataclass

from agreements import effects, reasons, rules
from agreements.effects import Request
from agreements.models import LIVE, Status, Version
from agreements.reasons import Choices
from portal.foundation.models import User

Rule = Callable[[Version, User], list[str]]
Effect = Callable[[Version, User | None, Request], None]


@dataclass(frozen=True)
class Step:
    """One row of the life-cycle table: from, to (or what it goes back to), who, when, what follows.

    `records` are written before it is asked whether the step `completes`: an approval by the first of two approvers
    is recorded, and the status stays. Whoever it `is_taken_by` isn't offered it again. `asks` names what its page asks
    for besides a yes; `then` says what happens next.
    """

    name: str
    label: str
    sources: tuple[Status, ...]
    target: Status | None
    permission: str
    rules: tuple[Rule, ...] = ()
    records: tuple[Effect, ...] = ()
    completes: Callable[[Version], bool] | None = None
    is_taken_by: Callable[[Version, User], bool] | None = None
    goes_back_to: Callable[[Version], Status] | None = None
    effects: tuple[Effect, ...] = ()
    asks: tuple[str, ...] = ()
    reasons: Choices = ()
    then: str = ""
    is_grave: bool = False


BEFORE_SIGNATURE = (
    Status.WITH_PRISON,
    Status.SUPPORTED,
    Status.DETAILS,
    Status.FOR_APPROVAL,
    Status.FOR_SIGNATURE,
)
# A variation begins in details, because its outline was accepted long ago.
VARIATION = (Status.DETAILS, Status.FOR_APPROVAL, Status.FOR_SIGNATURE)
ENDING = (effects.overtake_the_document, effects.close_the_clarification)
RETURNING = ("reason", "questions", "answer_by", "note")

STEPS: tuple[Step, ...] = (
    Step(
        "submit",
        "Send the outline to the prison",
        (Status.OUTLINE,),
        Status.WITH_PRISON,
        "draft for the partner",
        rules=(rules.outline_is_complete, rules.an_approver_is_named),
        effects=(effects.show_to_the_prison, effects.close_the_clarification),
        then="You can’t change the outline while the prison decides. You get an email when it has.",
    ),
    Step(
        "accept",
        "Accept the outline: its funding is secured",
        (Status.WITH_PRISON,),
        Status.DETAILS,
        "decide for the prison",
        rules=(rules.specification_is_complete, rules.funding_is_secured, rules.commits_no_spending),
        asks=("note",),
        then="Both sides then write the project details together.",
    ),
    Step(
        "support",
        "Support the outline: its funding is not yet secured",
        (Status.WITH_PRISON,),
        Status.SUPPORTED,
        "decide for the prison",
        rules=(rules.specification_is_complete, rules.commits_no_spending),
        effects=(effects.ask_for_letter,),
        asks=("note",),
        then="The organisation gets a sealed letter for its funders. The details follow once the money is there.",
    ),
    Step(
        "return-outline",
        "Return it with questions",
        (Status.WITH_PRISON,),
        Status.OUTLINE,
        "decide for the prison",
        effects=(effects.ask_for_clarification,),
        asks=RETURNING,
        reasons=reasons.RETURN,
        then="The organisation can change only the questions that you choose. Your time to answer stops meanwhile.",
    ),
    Step(
        "confirm-funding",
        "Confirm that the funding is secured",
        (Status.SUPPORTED,),
        Status.DETAILS,
        "draft for the partner",
        rules=(rules.funding_is_secured,),
        then="Both sides then write the project details together.",
    ),
    Step(
        "end-support",
        "End the prison’s support",
        (Status.SUPPORTED,),
        Status.DECLINED,
        "decide for the prison",
        effects=ENDING,
        asks=("reason", "note"),
        reasons=reasons.DECLINE,
        then="This can’t be undone. Everyone who has worked on it is told.",
        is_grave=True,
    ),
    Step(
        "lapse",
        "Let it lapse",
        (Status.SUPPORTED,),
        Status.LAPSED,
        "the portal itself",
        rules=(rules.has_been_silent_for_a_year,),
        effects=ENDING,
    ),
    Step(
        "send-for-approval",
        "Send it for approval",
        (Status.DETAILS,),
        Status.FOR_APPROVAL,
        "draft for the partner",
        rules=(
            rules.is_complete_enough_for_approval,
            rules.has_an_agreed_action,
            rules.starts_before_it_ends,
            rules.ends_with_its_funding,
            rules.has_no_open_comment,
            rules.an_approver_is_named,
        ),
        effects=(effects.close_the_clarification,),
        then="Nobody can change the answers while the prison decides. You get an email when it has.",
    ),
    Step(
        "approve",
        "Approve",
        (Status.FOR_APPROVAL,),
        Status.FOR_SIGNATURE,
        "approve",
        rules=(
            rules.has_a_second_factor,
            rules.has_not_acted_for_the_other_side,
            rules.it_is_this_approvers_turn,
        ),
        records=(effects.record_approval,),
        completes=rules.is_approved_by_everyone,
        is_taken_by=rules.has_approved,
        effects=(effects.freeze_the_words,),
        asks=("words", "note"),
        then="After the last approval the words are frozen. The organisation signs first, then the prison.",
    ),
    Step(
        "sign",
        "Sign",
        (Status.FOR_SIGNATURE,),
        Status.IN_FORCE,
        "sign",
        rules=(
            rules.has_a_second_factor,
            rules.has_not_acted_for_the_other_side,
            rules.it_is_this_signatorys_turn,
        ),
        records=(effects.record_signature,),
        completes=rules.is_signed_by_both_parties,
        is_taken_by=rules.has_signed,
        effects=(effects.put_in_force,),
        asks=("words", "identity"),
        then="After the last signature the agreement is in force, and a sealed PDF is made.",
    ),
    Step(
        "return-for-changes",
        "Return it for changes",
        (Status.FOR_APPROVAL, Status.FOR_SIGNATURE),
        Status.DETAILS,
        "return a document",
        effects=(effects.overtake_the_document, effects.ask_for_clarification),
        asks=RETURNING,
        reasons=reasons.RETURN,
        then="Only the questions that you choose can be changed. Whoever has approved or signed does so again afterwards.",
    ),
    Step(
        "take-in-paper",
        "Take in an agreement that was signed on paper",
        (Status.OUTLINE,),
        Status.ON_PAPER,
        "take in paper",
        rules=(rules.paper_says_enough, rules.starts_before_it_ends),
        effects=(effects.put_paper_in_force,),
        then="The prison can read it from now on, and it counts as agreed.",
    ),
    Step(
        "decline",
        "Decline",
        (Status.WITH_PRISON, Status.DETAILS, Status.FOR_APPROVAL, Status.FOR_SIGNATURE),
        Status.DECLINED,
        "decide for the prison",
        effects=ENDING,
        asks=("reason", "note"),
        reasons=reasons.DECLINE,
        then="This can’t be undone. Everyone who has worked on it is told.",
        is_grave=True,
    ),
    Step(
        "withdraw",
        "Withdraw it",
        (Status.OUTLINE, *BEFORE_SIGNATURE),
        Status.WITHDRAWN,
        "decide for the partner",
        effects=ENDING,
        asks=("reason", "note"),
        reasons=reasons.WITHDRAW,
        then="This can’t be undone. Everyone who has worked on it is told.",
        is_grave=True,
    ),
    Step(
        "vary",
        "Change what was agreed",
        (Status.IN_FORCE, Status.ON_PAPER),
        None,
        "decide for either side",
        rules=(rules.no_other_version_is_being_drafted,),
        effects=(effects.open_the_next_version,),
        asks=("note",),
        then="The next version opens with these answers. This one stays in force until both sides have signed the next.",
    ),
    Step(
        "pause",
        "Pause",
        (Status.IN_FORCE, Status.ON_PAPER),
        Status.PAUSED,
        "decide for either side",
        effects=(effects.take_off_the_directory,),
        asks=("reason", "note"),
        reasons=reasons.PAUSE,
        then="The service leaves the directory until one of you resumes it. Both sides are told.",
    ),
    Step(
        "resume",
        "Resume",
        (Status.PAUSED,),
        Status.IN_FORCE,
        "decide for either side",
        goes_back_to=rules.status_before_the_pause,
        effects=(effects.back_on_the_directory,),
        asks=("note",),
        then="The agreement goes on, and the service is back in the directory.",
    ),
    Step(
        "end",
        "End it",
        LIVE,
        Status.ENDED,
        "decide for either side",
        records=(effects.keep_the_last_day,),
        completes=effects.its_last_day_has_passed,
        effects=(effects.take_off_the_directory,),
        asks=("reason", "last_day", "note"),
        reasons=reasons.END,
        then="Both sides are told. The agreement holds until its last day is over, and then it ends by itself.",
        is_grave=True,
    ),
    Step(
        "expire",
        "End it on its last day",
        LIVE,
        Status.ENDED,
        "the portal itself",
        rules=(rules.is_past_its_last_day,),
        effects=(effects.take_off_the_directory,),
    ),
    Step("overtake", "Give way to the next version", LIVE, Status.OVERTAKEN, "the portal itself"),
    Step(
        "close-variation",
        "Close the draft of an agreement that has ended",
        VARIATION,
        Status.WITHDRAWN,
        "the portal itself",
        effects=ENDING,
    ),
)
BY_NAME = {step.name: step for step in STEPS}
