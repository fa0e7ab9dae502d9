"""Text is normalised on the way in, and numbers that may be a prisoner's are noticed."""

import time
import unicodedata

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from portal.foundation.text import looks_like_prisoner_number, normalise, normalised

ANY_TEXT = st.text(st.characters(), max_size=200)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("nul\x00 and bell\x07", "nul and bell"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("windows\r\nold mac\rnext\x85line\u2028separator", "windows\nold mac\nnext\nline\nseparator"),
        ("half a pair \ud83d here", "half a pair  here"),
        ("not a character \ufdd0\ufffe\U0001ffff", "not a character "),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\u2066isolated\u2069 \u200emarks\u200f \u061c", "isolated marks "),
        ("\ufeffbyte order, zero\u200bwidth, word\u2060joiner", "byte order, zerowidth, wordjoiner"),
        ("cafe\u0301", "café"),
        ("family 👩\u200d👧 and Persian می\u200cخواهم", "family 👩\u200d👧 and Persian می\u200cخواهم"),
        ("Gàidhlig, £5 and ½", "Gàidhlig, £5 and ½"),
    ],
)
def test_text_keeps_what_people_see_and_loses_what_they_cannot(given, kept):
    assert normalise(given) == kept


@given(ANY_TEXT)
def test_normalising_twice_changes_nothing_more(text):
    assert normalise(normalise(text)) == normalise(text)


@given(ANY_TEXT)
def test_normalised_text_can_be_stored_by_any_database_and_written_as_utf_8(text):
    kept = normalise(text)
    assert "\x00" not in kept
    assert kept.encode("utf-8").decode("utf-8") == kept
    assert unicodedata.is_normalized("NFC", kept)


def test_text_is_never_cut():
    assert len(normalise("a" * 1_000_000)) == 1_000_000


def test_a_letter_keeps_thirty_marks_and_a_hundred_thousand_take_no_time():
    started = time.perf_counter()
    kept = normalise("a" + "\u0316\u0301" * 100_000 + "b")
    assert time.perf_counter() - started < 2
    assert unicodedata.normalize("NFD", kept) == "a" + "\u0316" * 15 + "\u0301" * 15 + "b"


def test_a_querydict_is_normalised_in_names_and_in_every_value():
    data = QueryDict(mutable=True)
    data.setlist("na\u200bme", ["o\x00ne", "tw\u202eo"])
    assert normalised(data).getlist("name") == ["one", "two"]


def test_what_was_sent_is_left_as_it_was():
    data = QueryDict("name=a%00b")
    normalised(data)
    assert data["name"] == "a\x00b"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("12345", ["12345"]),
        ("He is 123456.", ["123456"]),
        ("No.12345 and (54321)", ["12345", "54321"]),
        ("Prisoner 12345 67890", ["12345", "67890"]),
        ("12345, and 12345 again", ["12345"]),
        ("His prisoner number is 1234", ["1234"]),
        ("prison no: 998", ["998"]),
        ("SPIN 7654321", ["7654321"]),
        ("the prisoner’s number was 4321", ["4321"]),
        ("45000 in the year", ["45000"]),
    ],
)
def test_a_number_that_may_be_a_prisoners_is_noticed(text, numbers):
    assert looks_like_prisoner_number(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "",
        "£12345 and £ 123,456.78",
        "Charity SC012345, SC 123456 or SCO 12345",
        "12345 people, 50000% and 12000 hours",
        "01382 123456 or 0131 555 12345 or +44 1382 123456 or 07700 900123",
        "1,234,567 and 123456.78 and 12345678",
        "21/11/2026, 2026-11-21",
        "DD1 1AA",
        "grant 2024/12345 and CI-12345",
        "https://example.org/12345?a=54321",
        "ZA123456",
        "Prisoner numbers rose in 2026",
    ],
)
def test_an_ordinary_number_is_not_questioned(text):
    assert looks_like_prisoner_number(text) == []


@pytest.mark.parametrize("piece", ["1 ", "+1( ", "1.1", "prison number ", "prison number" + " " * 50, "5", "£", "0 "])
def test_a_long_hostile_text_is_looked_through_quickly(piece):
    started = time.perf_counter()
    looks_like_prisoner_number(piece * (200_000 // len(piece)))
    assert time.perf_counter() - started < 2
