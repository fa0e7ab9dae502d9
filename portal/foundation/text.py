"""Text as it comes in: what is stored is what is shown, printed and exported, on both databases."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
DROPPED = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, but for the tab and the line end
    "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # invisible: zero width, direction, byte order
    "\ud800-\udfff"  # halves of surrogate pairs
    "\ufdd0-\ufdef" + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)  # fmt: skip
# Putting marks in order takes time that grows with the square of their number, so a run of them is cut
# where no written language comes near: the 30 marks of Unicode's "stream-safe" text.
MOST_MARKS = 30
MAY_BE_MARKS = re.compile(f"[^\x00-\u02ff]{{{MOST_MARKS + 1},}}")

UNITS = (
    "%", "per cent", "percent", "pounds?", "pence", "p", "k", "m", "km", "miles?", "metres?", "kg", "g", "litres?",
    "GB", "MB", "KB", "seconds?", "minutes?", "mins?", "hours?", "hrs?", "days?", "weeks?", "months?", "years?",
    "people", "persons?", "men", "women", "children", "families", "staff", "volunteers?", "participants?", "places?",
    "prisoners?", "sessions?", "visits?", "visitors?", "words?", "characters?", "copies", "households?", "times",
)  # fmt: skip
PHONE = r"(?<!\d)(?:\+\d{1,3}|0)(?:[ ()-]{0,2}\d){8,11}(?!\d)"
EMAIL = r"[^\s@<>()\[\],;:]{1,64}@[^\s@<>()\[\],;:]{1,250}[^\s@<>()\[\],;:.]"
CONTACT = re.compile(f"{EMAIL}|{PHONE}")
NOT_A_PRISONER_NUMBER = re.compile(
    r"[£$€]\s?[\d.,]+"  # money
    r"|\b(?:GBP|SCO?|Z[A-Z]?)\s?\d+"  # money, charity number, data protection registration
    rf"|{PHONE}"
    r"|\b\d{1,4}([/.-])\d{1,2}\1\d{1,4}\b"  # date
    r"|\b\d+(?:[.,]\d+)+"  # decimals and thousands
    rf"|\b\d+[\s-]?(?:{'|'.join(UNITS)})(?!\w)",
    re.IGNORECASE,
)
LONE_RUN = re.compile(r"(?<![\w/@=&+-])[0-9]{5,6}(?![\w/@=&+-])")
SAID_TO_BE_ONE = re.compile(
    r"\b(?:SPIN|(?:prison|prisoner|prisoner['’]s|SPS)\s{1,3}(?:number|no\b\.?|id|ref(?:erence)?))"
    r"(?:\s{1,3}(?:number|no\b\.?))?\s{0,3}(?:is|was|[:=#])?\s{0,3}#?([0-9]{3,8})\b",
    re.IGNORECASE,
)


def normalise(text: str) -> str:
    """Never shortens text, but for runs of more than 30 marks on one letter. Doing it twice changes nothing."""
    text = DROPPED.sub("", LINE_ENDS.sub("\n", text))
    if text.isascii():
        return text
    return _with_few_marks(unicodedata.normalize("NFC", _with_few_marks(text)))


def normalised(data: Mapping[str, Any]) -> Any:
    """A copy of what a form was sent, with every name and every text in it normalised."""
    if not isinstance(data, MultiValueDict):
        return {normalise(name): _normalised_value(value) for name, value in data.items()}
    copy = QueryDict(mutable=True) if isinstance(data, QueryDict) else MultiValueDict()
    for name, values in data.lists():
        copy.setlist(normalise(name), _normalised_value(values))
    return copy


def looks_like_prisoner_number(text: str) -> list[str]:
    """The numbers in a text that may be a prisoner's, in order: a person is asked about them before they are saved."""
    rest = NOT_A_PRISONER_NUMBER.sub(" ", text)
    numbers = SAID_TO_BE_ONE.findall(text) + LONE_RUN.findall(rest)
    return sorted(dict.fromkeys(numbers), key=text.index)


def contacts_in(text: str) -> list[str]:
    """The e-mail addresses and phone numbers in a text, in order."""
    return CONTACT.findall(text)


def without_contacts(text: str, instead: str) -> str:
    """The text with other words where an e-mail address or a phone number stood."""
    return CONTACT.sub(instead, text)


def _with_few_marks(text: str) -> str:
    return MAY_BE_MARKS.sub(_trim_marks, text)


def _trim_marks(run: re.Match[str]) -> str:
    kept, marks = [], 0
    for character in run[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def _normalised_value(value: Any) -> Any:
    if isinstance(value, str):
        return normalise(value)
    return [_normalised_value(item) for item in value] if isinstance(value, list) else value
