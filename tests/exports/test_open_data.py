"""The open data: what is in it, and that nothing else ever gets in."""

import datetime as dt
import json
from pathlib import Path
from unittest import mock

import pytest
from django.core.management import call_command
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import Agreement, Version
from agreements.operations import showing
from directory.models import Listing, Organisation, Service
from portal.exports.models import OpenDataEdition
from portal.exports.open_data import making, tables
from portal.exports.open_data.making import make_open_data
from portal.foundation import clock
from portal.foundation.models import User
from reviews.models import Review
from tests import factories, markup
from tests.exports.reading import body, csv_rows, json_rows
from tests.reviews.estate import in_force

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2027, 3, 1, 2, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def at_night(settings, tmp_path: Path):
    settings.MEDIA_ROOT = tmp_path
    with clock.set_to(NOW):
        yield


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


def fetched(table: str, ending: str = "json") -> bytes:
    response = Client().get(reverse("open_data_file", args=[table, ending]))
    assert response.status_code == 200
    return body(response)


def next_day():
    return clock.set_to(clock.now() + dt.timedelta(days=1))


# What is in it. A column that is added here is added by somebody who has thought about it.


def test_each_table_has_exactly_these_columns():
    assert {table.name: [column.name for column in table.columns] for table in tables.TABLES} == {
        "agreements": [
            "prison",
            "organisation",
            "service",
            "needs",
            "groups",
            "status",
            "starts_on",
            "ends_on",
            "grants",
        ],
        "services": [
            "reference",
            "service_reference",
            "service",
            "organisation",
            "prison",
            "outside_agreements",
            "needs",
            "populations",
            "activities",
            "settings",
            "release_areas",
            "starts_on",
            "ends_on",
        ],
        "needs": ["prison", "need", "services", "people_reached"],
        "reviews": ["prison", "state", "number"],
    }


def test_what_was_signed_is_in_it_with_its_needs_and_drafts_are_not(cast):
    version = factories.bring_to("in force", cast)
    for status in ("outline", "with prison", "for signature", "declined", "withdrawn"):
        factories.bring_to(status, cast)
    make_open_data()
    (row,) = json_rows(fetched("agreements"))
    needs = version.terms.filter(vocabulary__key="needs").order_by("position")
    assert row == {
        "prison": cast.prison.name,
        "organisation": cast.charity.name,
        "service": version.agreement.service.name,
        "needs": [need.label for need in needs],
        "groups": [term.label for term in version.terms.filter(vocabulary__key="populations").order_by("position")],
        "status": "in force",
        "starts_on": version.starts_on.isoformat(),
        "ends_on": version.ends_on.isoformat(),
        "grants": [],
    }
    assert len(row["needs"]) > 0
    (service,) = json_rows(fetched("services"))
    assert (service["service"], service["prison"], service["needs"]) == (row["service"], row["prison"], row["needs"])


@pytest.mark.parametrize("status", [status for status in factories.ROADS if status not in ("in force", "paused")])
def test_of_each_other_status_only_what_was_signed_is_in_it(cast, status):
    version = factories.bring_to(status, cast)
    make_open_data()
    rows = json_rows(fetched("agreements"))
    assert [row["service"] for row in rows] == ([version.agreement.service.name] if status == "ended" else [])


def test_needs_are_counted_at_every_open_prison_those_that_nobody_meets_included(cast):
    version = factories.bring_to("in force", cast)
    make_open_data()
    here = [row for row in json_rows(fetched("needs")) if row["prison"] == cast.prison.name]
    met = {need.label for need in version.terms.filter(vocabulary__key="needs")}
    assert {row["need"] for row in here if row["services"] == 1} == met
    assert {row["services"] for row in here if row["need"] not in met} == {0}


def counted_reviews(number: int) -> list[dict]:
    for version in in_force([dt.date(2026, 1, 1)] * number):
        Review.objects.create(
            agreement=version.agreement,
            version=version,
            number=1,
            question_set=version.question_set,
            kind="first",
            due_on=dt.date(2026, 7, 1),
            period_from=dt.date(2026, 1, 1),
            period_to=dt.date(2026, 7, 1),
        )
    make_open_data()
    return json_rows(fetched("reviews"))


@pytest.mark.parametrize(("number", "told"), [(4, None), (5, 5)])
def test_counts_of_reviews_below_five_are_not_told(number, told):
    assert counted_reviews(number) == [{"prison": factories.prison().name, "state": "Late", "number": told}]


def test_twin_without_the_rule_a_small_count_is_told(monkeypatch):
    monkeypatch.setattr(tables, "enough", lambda number: number)
    assert counted_reviews(4)[0]["number"] == 4


# What is not in it

ALLOWED = {(Organisation, "name"), (Service, "name")}
CANARY = "KESTREL"


def plant(cast: factories.Cast, version: Version) -> int:
    """A canary into every text that a person, party, agreement, service or entry has, but for the two names that are open."""
    planted = 0
    for row in (version.agreement, version, cast.charity, version.agreement.service, *Listing.objects.all(), cast.hoo):
        for field in row._meta.concrete_fields:
            is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
            if not is_text or (type(row), field.name) in ALLOWED or field.unique:
                continue
            value = f"{CANARY}{planted}@x.org" if "mail" in field.name else f"{CANARY}{planted}"
            type(row)._base_manager.filter(pk=row.pk).update(**{field.name: value[: field.max_length]})
            planted += 1
    User.objects.update(name=f"{CANARY} person")
    return planted


def everything() -> str:
    client = Client()
    files = [fetched(table.name, ending) for table in tables.TABLES for ending in making.ENDINGS]
    pages = [client.get(reverse(name)).content for name in ("open_data", "open_data_schema")]
    return b"".join([*files, *pages]).decode()


def test_no_other_text_of_any_record_gets_in(cast):
    version = factories.bring_to("in force", cast)
    assert plant(cast, version) > 12
    make_open_data()
    told = everything()
    assert version.agreement.service.name in told
    assert CANARY not in told
    assert version.agreement.reference not in told


def test_twin_a_column_that_is_let_in_is_found(cast):
    version = factories.bring_to("in force", cast)
    plant(cast, version)
    wide = [*tables.SERVICE_COLUMNS, tables.column("summary", "What it is")]
    table = mock.Mock(wraps=tables.BY_NAME["services"], columns=tuple(wide), rows=tables.service_rows)
    table.name = "services"
    with (
        mock.patch.object(tables, "SERVICE_COLUMNS", wide),
        mock.patch.object(making, "TABLES", (*[t for t in tables.TABLES if t.name != "services"], table)),
    ):
        make_open_data()
    assert CANARY in everything()


def test_a_value_that_no_column_names_is_never_read(cast):
    """Not even asked of the database: a new column of a model can't come along by itself."""
    factories.bring_to("in force", cast)
    with CaptureQueriesContext(connection) as queries:
        rows = list(tables.agreement_rows())
    assert len(rows) == 1
    (sql,) = [query["sql"] for query in queries if 'FROM "agreements_agreement"' in query["sql"]]
    asked = sql.split(" FROM ")[0]
    private = [field.column for field in Agreement._meta.concrete_fields if field.name not in ("current_version", "id")]
    assert [column for column in private if f'"agreements_agreement"."{column}"' in asked] == []


def test_a_grant_is_in_it_while_both_sides_show_the_agreement(cast):
    version = factories.bring_to("in force", cast)
    trust = Organisation.objects.create(name="Heron Trust", is_funder=True)
    told = {"until_on": clock.today(), "grant_id": "360G-heron-2026/7"}
    showing.share_with_funder(version, funder=trust, by=cast.signatory, **told)
    column = [one.name for one in tables.BY_NAME["agreements"].columns].index("grants")
    for who, grants in ((cast.signatory, ()), (cast.hoo, ("360G-heron-2026/7",))):
        showing.set_showing(version, is_shown=True, by=who)
        assert [row[column] for row in tables.agreement_rows()] == [grants]
    showing.end_share(version, funder=trust, by=cast.signatory)
    assert [row[column] for row in tables.agreement_rows()] == [()]


def test_a_service_that_is_not_listed_is_not_in_it(cast):
    factories.bring_to("paused", cast)
    make_open_data()
    assert json_rows(fetched("services")) == []
    assert [row["status"] for row in json_rows(fetched("agreements"))] == ["paused"]


# Every night


def test_csv_and_json_hold_the_same_rows(cast):
    for _ in range(2):
        factories.bring_to("in force", cast)
    make_open_data()
    for table in tables.TABLES:
        as_csv, as_json = csv_rows(fetched(table.name, "csv")), json_rows(fetched(table.name))
        assert [list(row.values()) for row in as_csv] == [[in_csv(value) for value in row.values()] for row in as_json]


def in_csv(value: object) -> str:
    return "; ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def test_one_edition_a_day(cast):
    assert [make_open_data(), make_open_data()] == [True, False]
    with next_day():
        assert make_open_data() is True
    assert OpenDataEdition.objects.count() == 2


def test_of_two_workers_at_once_one_makes_it_and_the_others_files_go(settings):
    def somebody_else_first(*args):
        OpenDataEdition.objects.create(day=clock.today(), folder="theirs")
        return {"rows": 0, "added": None, "removed": None}

    with (
        mock.patch.object(making, "TABLES", tables.TABLES[:1]),
        mock.patch.object(making, "make_table", somebody_else_first),
    ):
        assert make_open_data() is False
    assert OpenDataEdition.objects.get().folder == "theirs"


def test_a_crash_leaves_the_edition_of_the_day_before(cast):
    factories.bring_to("in force", cast)
    make_open_data()
    with next_day():
        with mock.patch.object(making, "rows_in", side_effect=KeyError), pytest.raises(KeyError):
            make_open_data()
        assert len(json_rows(fetched("agreements"))) == 1
        assert make_open_data() is True


def test_the_change_log_counts_what_came_and_went(cast):
    gone = factories.bring_to("in force", cast)
    make_open_data()
    with next_day():
        factories.bring_to("in force", cast)
        factories.bring_to("in force", cast)
        Version.objects.filter(pk=gone.pk).update(ends_on=dt.date(2030, 1, 1))
        make_open_data()
        page = Client().get(reverse("open_data")).content.decode()
    edition = OpenDataEdition.objects.first()
    assert edition.tables["agreements"] == {"rows": 3, "added": 3, "removed": 1}
    assert "3 added, 1 removed" in page
    assert "1 row, the first set" in page
    assert markup.faults(page.split("<main")[1]) == []


def test_old_files_go_and_the_change_log_stays(cast, settings):
    for day in range(4):
        with clock.set_to(NOW + dt.timedelta(days=day)):
            make_open_data()
    assert [bool(edition.folder) for edition in OpenDataEdition.objects.all()] == [True, True, False, False]
    files = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert len(files) == making.KEPT * len(tables.TABLES) * len(making.ENDINGS)
    assert len(list((Path(settings.MEDIA_ROOT) / "open-data").iterdir())) == making.KEPT


class Killed(BaseException):
    """What no handler of the worker's catches."""


@pytest.mark.parametrize("days", [0, 1])
def test_what_a_killed_worker_left_is_swept_with_the_next_days_edition(settings, days):
    folder = Path(settings.MEDIA_ROOT) / "open-data"
    make_open_data()
    with mock.patch.object(making, "rows_in", side_effect=Killed), next_day(), pytest.raises(Killed):
        make_open_data()
    (kept, left) = sorted(folder.iterdir())
    (left / "agreements.csv.part").write_text("half")
    with clock.set_to(NOW + dt.timedelta(days=1 + days)):
        make_open_data()
        newest = folder.parent / OpenDataEdition.objects.first().folder
    # One of the same day may be another worker's, which is still at it.
    assert set(folder.iterdir()) == {kept, newest} | ({left} if days == 0 else set())
    assert OpenDataEdition.objects.count() == 2


def test_before_the_first_night_the_page_says_so_and_there_are_no_files():
    assert "hasn’t been made yet" in Client().get(reverse("open_data")).content.decode()
    assert Client().get(reverse("open_data_file", args=["agreements", "csv"])).status_code == 404


def test_a_table_that_a_release_adds_comes_with_the_next_edition(monkeypatch):
    *older, added = tables.TABLES
    monkeypatch.setattr(making, "TABLES", older)
    make_open_data()
    monkeypatch.undo()
    page = Client().get(reverse("open_data")).content.decode()
    files = [reverse("open_data_file", args=[added.name, ending]) for ending in making.ENDINGS]
    assert [file in page for file in files] == [False] * len(files)
    assert [Client().get(file).status_code for file in files] == [404] * len(files)
    assert (page.count("comes with the next set"), page.count("Not in it")) == (1, 1)
    assert markup.faults(page.split("<main")[1]) == []
    package = json.loads(Client().get(reverse("open_data_schema")).content)
    assert [found["name"] for found in package["resources"]] == [table.name for table in older]
    with next_day():
        make_open_data()
        page = Client().get(reverse("open_data")).content.decode()
        assert [file in page for file in files] == [True] * len(files)
        assert [Client().get(file).status_code for file in files] == [200] * len(files)


@pytest.mark.parametrize(("table", "ending"), [("people", "csv"), ("agreements", "xlsx"), ("..", "csv")])
def test_only_the_tables_and_formats_that_there_are_are_found(table, ending):
    make_open_data()
    assert Client().get(f"/open-data/{table}.{ending}").status_code == 404


def test_the_schema_describes_every_column_of_every_file():
    make_open_data()
    package = json.loads(Client().get(reverse("open_data_schema")).content)
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    told = {found["name"]: [field["name"] for field in found["schema"]["fields"]] for found in package["resources"]}
    assert told == {table.name: [column.name for column in table.columns] for table in tables.TABLES}
    agreements = {field["name"]: field["type"] for field in package["resources"][0]["schema"]["fields"]}
    assert (agreements["starts_on"], agreements["needs"]) == ("date", "string")


def test_anybody_gets_it_from_any_page_and_may_keep_it_for_an_hour():
    make_open_data()
    response = Client().get(reverse("open_data_file", args=["agreements", "csv"]))
    assert (response["Access-Control-Allow-Origin"], response["Cache-Control"]) == ("*", "public, max-age=3600")
    assert response["Content-Disposition"] == 'attachment; filename="agreements-2027-03-01.csv"'


def test_the_sweep_is_a_command_too(capsys):
    call_command("make_open_data")
    call_command("make_open_data")
    assert capsys.readouterr().out.splitlines() == ["made", "there already"]
