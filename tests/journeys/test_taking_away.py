"""Lists as files, many agreements at once and the open data, in a browser: with JavaScript and without, each page looked at."""

import csv

import pytest
from django.urls import reverse

from agreements.models import Bulk, Label
from agreements.operations import bulk
from agreements.tasks import carry_out_bulks
from portal.exports import making, views
from portal.exports.models import Export
from portal.exports.open_data.making import make_open_data
from portal.foundation import clock
from portal.foundation.models import Notification
from tests import factories
from tests.journeys.ways import both_ways

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@both_ways
def test_a_long_list_is_asked_for_watched_and_downloaded(cast, visit, javascript, monkeypatch):
    monkeypatch.setattr(views, "LONG", 2)
    monkeypatch.setattr(making, "EVERY", 1)
    references = {cast.start().agreement.reference for _ in range(3)}
    person = visit(cast.contributor, javascript=javascript)
    person.go(reverse("agreement_list"))
    person.follow("What the columns mean")
    person.go(reverse("agreement_list"))
    person.follow("CSV")
    person.press("Ask for the file")
    assert "It waits for the worker" in person.text
    monkeypatch.setattr(making, "say", seen_half_way(person, making.say))
    making.make_exports()
    if javascript:
        person.page.get_by_text("The file is ready").wait_for()
    else:
        person.follow("Look again")
    person.look()
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name="Download").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        assert {row["reference"] for row in csv.DictReader(file)} == references
    person.go(reverse("export_list"))
    assert "Agreements as CSV" in person.text


def seen_half_way(person, say):
    """In the middle of the work, the page is loaded by hand."""

    def say_and_look(export: Export, **progress: int) -> None:
        say(export, **progress)
        if progress == {"rows_done": 2}:
            person.go(export.get_absolute_url())
            assert person.page.get_by_role("progressbar").get_attribute("value") == "2"
            assert "2 of 3 rows are written." in person.text

    return say_and_look


@both_ways
def test_a_long_list_is_cancelled(cast, visit, javascript, monkeypatch):
    monkeypatch.setattr(views, "LONG", 0)
    cast.start()
    person = visit(cast.contributor, javascript=javascript)
    person.go(reverse("list_export", args=["agreements", "json"]))
    person.press("Ask for the file")
    person.press("Cancel it")
    assert "You cancelled it" in person.text
    assert making.make_exports() == 0


@pytest.mark.thorough
@both_ways
def test_cjvsf_reminds_of_several_agreements_and_thinks_better_of_it(cast, visit, javascript):
    waits, over = factories.bring_to("with prison", cast), factories.bring_to("in force", cast)
    person = visit(cast.cjvsf, javascript=javascript)
    person.go(reverse("agreement_list"))
    for version in (waits, over):
        person.page.locator(f"label[for=tick-{version.agreement.reference}]").click()
    person.page.get_by_label("What to do").select_option("remind")
    person.press("Go on")
    assert "What will happen: 1 agreement" in person.text
    person.press("Do it to 1 agreement")
    assert "Until then you can undo it" in person.text
    person.press("Undo it")
    assert "Nothing has been done to any agreement" in person.text
    with clock.set_to(clock.now() + bulk.CAN_BE_UNDONE_FOR):
        assert carry_out_bulks() == 0
    assert not Notification.objects.filter(template="reminded").exists()


@pytest.mark.thorough
@both_ways
def test_cjvsf_labels_all_that_the_filter_leaves(cast, visit, javascript):
    factories.bring_to("outline", cast)
    sent = factories.bring_to("with prison", cast)
    person = visit(cast.cjvsf, javascript=javascript)
    person.go(reverse("agreement_list") + "?status=with+prison")
    person.page.locator("label[for=tick-all]").click()
    person.page.get_by_label("What to do").select_option("label")
    person.press("Go on")
    person.press("See what will happen")
    assert "There is a problem" in person.text
    person.page.get_by_label("Label", exact=True).fill("Visit in spring")
    person.page.get_by_label("It is put on").check()
    person.press("See what will happen")
    person.press("Do it to 1 agreement")
    with clock.set_to(clock.now() + bulk.CAN_BE_UNDONE_FOR):
        assert carry_out_bulks() == 1
    person.go(Bulk.objects.get().get_absolute_url())
    assert "It was done" in person.text
    assert list(Label.objects.values_list("agreement", flat=True)) == [sent.agreement_id]
    person.go(reverse("agreement_list"))
    person.follow("Visit in spring")
    assert "1 agreement, newest first" in person.text
    person.go(reverse("bulk_list"))


@pytest.mark.thorough
@both_ways
def test_a_hoo_ends_an_agreement_from_the_list(cast, visit, javascript):
    version = factories.bring_to("in force", cast)
    person = visit(cast.hoo, javascript=javascript)
    person.go(reverse("agreement_list"))
    person.page.locator(f"label[for=tick-{version.agreement.reference}]").click()
    person.page.get_by_label("What to do").select_option("end")
    person.press("Go on")
    person.fill({})
    person.press("See what will happen")
    assert "It ends after" in person.text


@both_ways
def test_anybody_reads_the_open_data(cast, visit, javascript):
    person = visit(javascript=javascript)
    person.go(reverse("open_data"))
    factories.bring_to("in force", cast)
    make_open_data()
    person.go(reverse("open_data"))
    for summary in person.page.locator("summary").all():
        summary.click()
    person.look()
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name="Agreements as CSV").click()
    with open(download.value.path(), encoding="utf-8", newline="") as file:
        assert [row["organisation"] for row in csv.DictReader(file)] == [cast.charity.name]
