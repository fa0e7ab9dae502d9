"""The task list: each section with its state, and who must answer next."""

from django.urls import reverse

from agreements.questions.definition import Definition, Section
from agreements.questions.progress import COMPLETE, NOT_NEEDED, section_state
from agreements.reading import Reading
from agreements.turns import Turn, unlocked
from portal.foundation.models import User

COLOURS = {"not started": "grey", "in progress": "yellow", "complete": "", "not needed": ""}
WHO = {"partner": "The partner answers", "prison": "The prison answers", "both": "Both sides answer", "nobody": ""}
STAGES = {
    0: "About this agreement",
    1: "Stage 1: outline proposal",
    2: "Stage 2: service specification",
    3: "Stage 3: project details and agreed actions",
    4: "Stage 4: sign-off",
    5: "Stage 5: delivery, monitoring and evaluation",
}
ANNEXES = {"sharing": "Information sharing agreement", "consent": "Consent form for participants"}


def tasks(reading: Reading, user: User, turn: Turn) -> list[tuple[str, list[dict]]]:
    """Headings, each with the tasks under it, for components/task_list.html."""
    open_now = unlocked(reading, user, turn.asked)
    parts: dict[str, list[dict]] = {}
    for definition in reading.definitions:
        for section in definition.sections:
            if not any(question.is_stored for question in section.questions):
                continue
            heading = ANNEXES.get(definition.kind) or STAGES[section.stage]
            parts.setdefault(heading, []).append(task(reading, definition, section, open_now))
    return list(parts.items())


def task(reading: Reading, definition: Definition, section: Section, open_now: frozenset[str]) -> dict:
    """One line of the list. Whoever may not answer anything in it still reads it."""
    reference = reading.version.agreement.reference
    if section.home == "actions":
        return _actions(reading, section)
    state = section_state(section, reading.answers, reading.lookup, definition)
    is_open = any(question.id in open_now for question in section.questions)
    return {
        "label": section.title,
        "url": reverse("section_edit", args=[reference, section.id]) if state != NOT_NEEDED else "",
        "hint": "You can answer this now" if is_open and state != COMPLETE else WHO[section.who],
        "status": state.capitalize(),
        "colour": COLOURS[state],
    }


def asked_about(reading: Reading, turn: Turn) -> list[tuple[str, str]]:
    """The questions that were sent back, each with the place where it is answered."""
    names = set(turn.asked.questions) if turn.asked else set()
    reference = reading.version.agreement.reference
    return [
        (question.text, f"{reverse('section_edit', args=[reference, section.id])}#question-{question.id}")
        for section in reading.sections
        for question in section.questions
        if question.id in names
    ]


def _actions(reading: Reading, section: Section) -> dict:
    agreed = reading.version.actions.count()
    return {
        "label": section.title,
        "url": reverse("action_list", args=[reading.version.agreement.reference]),
        "hint": WHO[section.who],
        "status": f"{agreed} agreed" if agreed else "None yet",
        "colour": "" if agreed else "grey",
    }
