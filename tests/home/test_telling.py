"""What is held about one person, in the words of its PDF."""

import datetime as dt

from portal.home.keeping.person import HELD
from portal.home.keeping.telling import Table, heading, tables

AT = dt.datetime(2026, 11, 21, 10, 42, tzinfo=dt.UTC)


def test_columns_and_codes_are_said_in_words():
    steps = [
        {"version__agreement__reference": "PA-7K3QXN", "step": "accept", "reason": "", "at": AT},
        {"version__agreement__reference": "PA-7K3QXN", "step": "pause", "reason": "prison-staffing", "at": AT},
    ]
    said = "21 November 2026 at 10:42"
    assert list(tables({"Steps you took": steps})) == [
        Table(
            "Steps you took",
            ["Agreement", "Step", "Reason", "When"],
            [
                ["PA-7K3QXN", "Accept the outline: its funding is secured", "", said],
                ["PA-7K3QXN", "Pause", "Prison staffing or regime", said],
            ],
        )
    ]


def test_a_column_in_which_nothing_stands_is_left_out():
    posts = [{"post__title": "Chief executive", "post__establishment__name": None, "as_deputy": False}]
    (table,) = tables({"Posts": posts})
    assert (table.headings, table.rows) == (["Post", "As deputy"], [["Chief executive", "No"]])


def test_rows_of_two_kinds_under_one_heading_keep_their_own_columns():
    rows = [{"partner_confirmed_at": AT}, {"prison_confirmed_at": AT}]
    (table,) = tables({"Reviews you confirmed": rows})
    said = "21 November 2026 at 10:42"
    assert table.headings == ["Partner confirmed", "Prison confirmed"]
    assert table.rows == [[said, ""], ["", said]]


def test_what_the_audit_and_the_mail_say_is_written_apart():
    rows = [{"about": "agreement:PA-7K3QXN", "template": "your_turn"}]
    (table,) = tables({"Mail": rows})
    assert table.rows == [["agreement PA-7K3QXN", "your turn"]]


def test_many_columns_stand_one_under_the_other():
    narrow, wide = (Table("Signatures", ["A"] * number, [["b"] * number]) for number in (5, 6))
    assert (narrow.is_wide, wide.is_wide) == (False, True)
    assert wide.records == [[("A", "b")] * 6]


def test_no_heading_of_a_table_is_the_name_of_a_column():
    said = [heading(name) for held in HELD for name in held.told]
    assert [words for words in said if "_" in words or words.endswith((" at", " on", " id")) or words == "At"] == []
