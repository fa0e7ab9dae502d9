"""The monthly report, and what the worker counts ahead."""

import datetime as dt
import io
import re

import page
import pytest
from django.core.management import call_command
from django.urls import reverse
from pypdf import PdfReader

from directory.models import Establishment
from portal.dashboards import keeping, reports
from portal.dashboards.counting import count
from portal.dashboards.models import EstateReport, KeptSums
from portal.dashboards.panels import Figure, Panel, Row
from portal.dashboards.scope import Scope
from portal.dashboards.tasks import ask_for_monthly_report, keep_sums, print_reports
from portal.foundation import clock
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return factories.Cast()


@pytest.fixture
def stored(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


def enter(client, who):
    client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def on(day):
    return clock.set_to(dt.datetime.combine(day, dt.time(9), dt.UTC))


def test_one_report_is_asked_for_in_each_month():
    asked = []
    for day in (dt.date(2027, 1, 1), dt.date(2027, 1, 1), dt.date(2027, 1, 31), dt.date(2027, 2, 3)):
        with on(day):
            asked.append(ask_for_monthly_report())
    assert asked == [1, 0, 0, 1]
    months = EstateReport.objects.order_by("month").values_list("month", flat=True)
    assert list(months) == [dt.date(2026, 12, 1), dt.date(2027, 1, 1)]


def test_a_report_tells_its_month_to_the_last_day_and_nothing_after_it(cast):
    with on(dt.date(2027, 3, 31)):
        factories.bring_to("with prison", cast)
    with on(dt.date(2027, 4, 1)):
        factories.bring_to("with prison", factories.Cast("EDI"))
        html = reports.page(reports.ask_for_report()[0])
    [trend] = re.findall(r"<h3>Month by month</h3>.*?</table>", html, re.DOTALL)
    months = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', trend)
    assert months[-1] == ("March 2027", "1")
    assert len(months) == 12
    assert "What happened is told from 1 April 2026 to 31 March 2027" in html
    assert "Counted on 1 April 2027" in html


@pytest.fixture
def three_prisons(cast):
    """Enough for a report, and a seventh of the work."""
    Establishment.objects.exclude(code__in=("PER", "EDI", "STI")).update(status="closed")


@pytest.mark.usefixtures("three_prisons")
def test_the_report_is_accessible_and_has_a_page_for_each_prison(client, cast, stored):
    factories.bring_to("with prison", cast)
    call_command("make_estate_report", verbosity=0)
    report = EstateReport.objects.get()
    printed = enter(client, cast.cjvsf).get(reverse("report_download", args=[report.pk])).getvalue()
    file = PdfReader(io.BytesIO(printed))
    words = "\n".join(sheet.extract_text() for sheet in file.pages)
    for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
        assert [failure.message for failure in page.validate_pdf_bytes(printed, profile=profile).failures] == []
    assert "1 agreement. Most: With the prison (1)." in words
    starts = [sheet.extract_text() for sheet in file.pages]
    prisons = Establishment.objects.exclude(status="closed")
    assert len(prisons) == 3
    for prison in prisons:
        assert any(f"{prison.name}\nAgreements by status" in start for start in starts), prison


@pytest.mark.usefixtures("three_prisons")
def test_the_same_report_says_the_same_when_it_is_printed_again(cast):
    report, _ = reports.ask_for_report()
    first = reports.make(report)
    factories.bring_to("outline", cast)
    assert reports.make(EstateReport.objects.get()) == first


def test_every_picture_of_the_report_is_said_in_words():
    html = reports.page(reports.ask_for_report()[0])
    assert html.count("<img ") == html.count('alt="') > 10
    assert 'alt=""' not in html


def test_a_report_that_cannot_be_made_holds_up_nobody(monkeypatch, stored):
    def break_down(report):
        raise RuntimeError

    ask_for_monthly_report()
    monkeypatch.setattr(reports, "page", break_down)
    assert print_reports() == 0
    assert EstateReport.objects.get().fault == "RuntimeError: "


def test_a_report_that_is_being_made_is_not_there_to_be_read(client, cast):
    ask_for_monthly_report()
    answer = enter(client, cast.cjvsf).get(reverse("report_download", args=[EstateReport.objects.get().pk]))
    assert answer.status_code == 404


def test_what_is_kept_equals_what_is_counted_live(cast):
    for status in ("outline", "details", "in force", "declined"):
        factories.bring_to(status, cast)
    assert keep_sums() == 3
    for part in keeping.PARTS:
        kept = KeptSums.objects.get(part=part)
        assert kept.sums == count(part, Scope())
        assert any(kept.sums.values())


def test_what_is_kept_is_shown_for_a_minute_and_not_longer(client, cast):
    enter(client, cast.cjvsf)
    moment = clock.now()

    def shown():
        return client.get(reverse("estate_dashboard")).context["panels"][0].figures[-1].number

    with clock.set_to(moment):
        keep_sums()
        factories.bring_to("outline", cast)
        assert shown() == 0
        assert client.get(reverse("estate_dashboard") + "?months=24").context["panels"][0].figures[-1].number == 1
    with clock.set_to(moment + keeping.FRESH_FOR):
        assert shown() == 1


def test_a_prison_is_never_shown_what_was_kept_of_the_estate(client, cast):
    factories.bring_to("with prison", factories.Cast("SHO"))
    keep_sums()
    page = enter(client, cast.hoo).get(reverse("prison_dashboard", args=[cast.prison.slug]))
    assert page.context["panels"][0].figures[-1].number == 0


def test_the_report_begins_with_its_contents_and_each_line_leads_to_a_part_or_a_prison():
    html = reports.page(reports.ask_for_report()[0])
    named = re.findall(r'<h2 id="([^"]+)">', html)
    assert re.findall(r'<li><a href="#([^"]+)">', html) == named
    assert len(named) == len(reports.OF_THE_ESTATE) + Establishment.objects.exclude(status="closed").count()


def test_the_needs_of_one_prison_are_rows_and_only_those_that_somebody_was_reached_for():
    wide = Panel("By need", "2 people.", ("Prison", "Health", "Faith"), [Row("HMP Perth", [Figure(2), Figure(0)])])
    upright = reports.by_need(wide)
    assert upright.headings == ("Need", "People")
    assert [(row.label, str(row.cells[0])) for row in upright.rows] == [("Health", "2")]
    assert upright.said == "2 people. Needs for which nobody was reached are left out."
