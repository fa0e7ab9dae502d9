"""The form for people who take part, in their words: the question set asks staff, the form speaks to a reader."""

from dataclasses import dataclass
from typing import Any

from django import template

from agreements.questions.definition import Question
from agreements.questions.shown import Shown

register = template.Library()

CONSENT = "Consent form"
PARTICIPATION = "Agreement to take part"


@dataclass(frozen=True)
class Plain:
    """A heading, a note and the name of a picture for one part of the form."""

    heading: str
    note: str = ""
    icon: str = "note"


PLAIN = {
    "CON-01": Plain("Who will use the information", icon="people"),
    "CON-02": Plain("What information", icon="list"),
    "CON-03": Plain("Why we want it", icon="question"),
    "CON-04": Plain(
        "What do you agree to?",
        "Tick one box on each line. You can say yes to some and no to others.",
        "tick",
    ),
    "CON-05": Plain("It is your choice", icon="choice"),
    "CON-06": Plain("How to change your mind", icon="back"),
    "CON-07": Plain("What we must always pass on", icon="warning"),
    "CON-08": Plain("How long this lasts", icon="calendar"),
    "CON-09": Plain("Help with this form", "Ask us if you want help. We can offer:", "help"),
    "CON-11": Plain("Your age", icon="person"),
    "CON-10": Plain("Your name", "Fill this in last, when you have understood the form.", "pen"),
}


@register.filter
def in_plain_words(question: Question) -> Plain:
    """What the form calls a question; one that this table doesn't know keeps its own wording."""
    return PLAIN.get(question.id) or Plain(question.text)


@register.filter
def consent_title(sections: list[dict[str, Any]]) -> str:
    """The form is named after the answer to S3-29: consent that is relied on, or agreement to take part."""
    for part in sections:
        for question, shown in part["questions"]:
            if question.id == "S3-29":
                return title_after(question, shown)
    return CONSENT


def title_after(question: Question, shown: Shown) -> str:
    labels = {option.label: option.value for option in question.options}
    said = getattr(shown, "paragraphs", ("",))[0]
    return PARTICIPATION if labels.get(said) == "participation" else CONSENT
