"""Long lists are written by the worker: progress, cancelling, a killed worker, who may download, and until when."""

import datetime as dt
from pathlib import Path
from unittest import mock

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from directory.models import Holding
from portal.exports import making, operations, views
from portal.exports.lists import AGREEMENTS
from portal.exports.models import KEPT_FOR, Export
from portal.foundation import clock, jobs
from portal.foundation.exceptions import NotReady
from portal.foundation.models import Notification
from tests import factories, markup
from tests.exports.reading import READERS, body, csv_rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


@pytest.fixture
def short(monkeypatch) -> None:
    """Two rows are a long list, and progress is written down after each."""
    monkeypatch.setattr(views, "LONG", 2)
    monkeypatch.setattr(making, "EVERY", 1)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def asked(cast: factories.Cast, ending: str = "csv", query: str = "") -> Export:
    return operations.ask_for_export(AGREEMENTS, ending=ending, query=query, by=cast.contributor)


def stored(files: Path) -> list[str]:
    return sorted(path.name for path in files.rglob("*") if path.is_file())


def page_of(client: Client, export: Export) -> str:
    return client.get(reverse("export_detail", args=[export.reference])).content.decode()


def download(client: Client, export: Export):
    return client.get(reverse("export_download", args=[export.reference]))


def test_a_list_of_many_rows_is_asked_for_and_not_sent_at_once(cast, short):
    for _ in range(3):
        cast.start()
    client = signed_in(cast.contributor)
    address = reverse("list_export", args=["agreements", "csv"]) + "?status=outline"
    page = client.get(address).content.decode()
    assert "Ask for the file" in page
    assert markup.faults(page.split("<main")[1]) == []
    assert not Export.objects.exists()
    assert client.post(address)["Location"] == Export.objects.get().get_absolute_url()
    assert Export.objects.get().query == "status=outline"


def test_as_many_rows_as_come_at_once_come_at_once(cast, short):
    for _ in range(2):
        cast.start()
    response = signed_in(cast.contributor).get(reverse("list_export", args=["agreements", "csv"]))
    assert len(csv_rows(body(response))) == 2


@pytest.mark.parametrize("ending", READERS)
def test_the_worker_writes_the_file_and_its_asker_gets_a_mail_and_the_rows(cast, ending):
    references = {cast.start().agreement.reference for _ in range(3)}
    export = asked(cast, ending)
    assert making.make_exports() == 1
    client = signed_in(cast.contributor)
    assert "3 rows" in page_of(client, export)
    response = download(client, export)
    assert response["Content-Disposition"].startswith("attachment")
    assert {row["reference"] for row in READERS[ending](body(response))} == references
    mail = Notification.objects.get(template="export_ready")
    assert (mail.addressee, mail.context["link"][-len(export.get_absolute_url()) :]) == (
        f"user:{cast.contributor.pk}",
        export.get_absolute_url(),
    )


def test_the_filter_of_the_page_holds_in_the_file(cast):
    cast.start()
    factories.bring_to("withdrawn", cast)
    export = asked(cast, query="status=withdrawn")
    making.make_exports()
    rows = csv_rows(body(download(signed_in(cast.contributor), export)))
    assert [row["status"] for row in rows] == ["Withdrawn"]


def test_nobody_else_finds_it_not_even_cjvsf(cast):
    export = asked(cast)
    making.make_exports()
    for user in (cast.signatory, cast.hoo, cast.cjvsf, cast.stranger):
        client = signed_in(user)
        assert download(client, export).status_code == 404
        assert client.get(reverse("export_detail", args=[export.reference])).status_code == 404
        assert client.post(reverse("export_cancel", args=[export.reference])).status_code == 404
        assert export.reference not in client.get(reverse("export_list")).content.decode()
    assert export.reference in signed_in(cast.contributor).get(reverse("export_list")).content.decode()


def test_the_page_says_how_far_it_is_and_looks_again_by_itself(cast, short):
    for _ in range(3):
        cast.start()
    export, pages = asked(cast), []
    client = signed_in(cast.contributor)
    pages.append(page_of(client, export))
    say = making.say

    def and_look(told: Export, **progress: int) -> None:
        say(told, **progress)
        pages.append(page_of(client, told))

    with mock.patch.object(making, "say", and_look):
        making.make_exports()
    pages.append(page_of(client, export))
    told = ["waits for the worker", "0 of 3 rows", "1 of 3 rows", "2 of 3 rows", "3 of 3 rows", "3 of 3 rows"]
    assert [words in page for words, page in zip([*told, "The file is ready"], pages, strict=True)] == [True] * 7
    assert ['value="2" max="3"' in page for page in pages] == [False, False, False, True, False, False, False]
    assert ["data-poll" in page for page in pages] == [True] * 6 + [False]
    assert [markup.faults(page.split("<main")[1]) for page in pages] == [[]] * 7


def test_cancelling_stops_the_worker_and_leaves_no_file(cast, short, files):
    for _ in range(3):
        cast.start()
    export, client = asked(cast), signed_in(cast.contributor)
    say = making.say

    def and_cancel(told: Export, **progress: int) -> None:
        say(told, **progress)
        if progress["rows_done"] == 1:
            client.post(reverse("export_cancel", args=[export.reference]))

    with mock.patch.object(making, "say", and_cancel):
        assert making.make_exports() == 0
    assert stored(files) == []
    assert "You cancelled it" in page_of(client, export)
    assert making.make_exports() == 0
    assert not Notification.objects.filter(template="export_ready").exists()


def test_what_is_made_cannot_be_cancelled(cast):
    export, client = asked(cast), signed_in(cast.contributor)
    making.make_exports()
    client.post(reverse("export_cancel", args=[export.reference]))
    assert Export.objects.get().state == "ready"


class Killed(BaseException):
    """What no handler of the worker's catches."""


def test_a_killed_workers_file_is_never_offered_and_another_begins_again(cast, short, files):
    for _ in range(3):
        cast.start()
    export, client = asked(cast), signed_in(cast.contributor)
    with mock.patch.object(making, "finish", side_effect=Killed), pytest.raises(Killed):
        making.make_exports()
    assert "The file is ready" not in page_of(client, export)
    assert download(client, export).status_code == 404
    assert making.make_exports() == 0, "its lease still runs"
    with clock.set_to(clock.now() + jobs.LEASE + dt.timedelta(seconds=1)):
        assert making.make_exports() == 1
        assert len(csv_rows(body(download(client, export)))) == 3
    with clock.set_to(clock.now() + KEPT_FOR + dt.timedelta(hours=1)):
        making.remove_old_exports()
    assert stored(files) == []


def test_a_worker_that_was_only_slow_gives_way_to_the_one_that_took_over(cast, files):
    cast.start()
    asked(cast)
    (slow,) = jobs.claim(jobs.waiting(Export))
    with clock.set_to(clock.now() + jobs.LEASE + dt.timedelta(seconds=1)):
        assert making.make_exports() == 1
    assert making.make_one(slow) is False
    export = Export.objects.get()
    assert (export.attempts, stored(files)) == (2, [f"{export.reference}-2.csv"])
    assert Notification.objects.filter(template="export_ready").count() == 1


def test_of_two_workers_one_writes_it(cast):
    asked(cast)
    (first,) = jobs.claim(jobs.waiting(Export))
    assert list(jobs.claim(jobs.waiting(Export))) == []
    assert making.make_one(first) is True


def test_a_fault_is_tried_again_and_given_up_in_the_end(cast):
    export = asked(cast)
    with mock.patch.object(making.writing, "write", side_effect=ValueError("no")):
        for tries in range(jobs.TRIES):
            with clock.set_to(clock.now() + dt.timedelta(hours=tries)):
                making.make_exports()
    assert "could not be made" in page_of(signed_in(cast.contributor), export)


def test_rights_are_asked_again_when_it_is_made(cast):
    cast.start()
    export = asked(cast)
    Holding.objects.filter(user=cast.contributor).update(until_on=clock.today() - dt.timedelta(days=1))
    factories.hold(factories.post("contributor", factories.organisation()), cast.contributor)
    making.make_exports()
    assert csv_rows(body(download(signed_in(cast.contributor), export))) == []


def test_rights_are_asked_again_when_it_is_downloaded(cast):
    cast.start()
    export = asked(cast)
    making.make_exports()
    post = factories.post("contributor", factories.organisation())
    factories.hold(post, cast.contributor)
    assert download(signed_in(cast.contributor), export).status_code == 200, "more rights are no reason to refuse"
    Holding.objects.filter(user=cast.contributor).exclude(post=post).update(
        until_on=clock.today() - dt.timedelta(days=1)
    )
    client = signed_in(cast.contributor)
    assert download(client, export)["Location"] == export.get_absolute_url()
    assert "You may see fewer rows" in page_of(client, export)
    with mock.patch.object(Export, "is_covered_by", return_value=True):
        assert download(client, export).status_code == 200


def test_a_file_of_the_whole_estate_is_for_cjvsf_only(cast):
    export = operations.ask_for_export(AGREEMENTS, ending="csv", query="", by=cast.cjvsf)
    making.make_exports()
    Holding.objects.filter(user=cast.cjvsf).update(until_on=clock.today() - dt.timedelta(days=1))
    factories.hold(factories.post("contributor", cast.charity), cast.cjvsf)
    assert download(signed_in(cast.cjvsf), export).status_code == 302


def test_files_are_removed_after_seven_days(cast, files):
    export = asked(cast)
    making.make_exports()
    client = signed_in(cast.contributor)
    with clock.set_to(clock.now() + KEPT_FOR - dt.timedelta(minutes=1)):
        assert making.remove_old_exports() == 0
        assert Export.objects.get().state == "ready"
    with clock.set_to(clock.now() + KEPT_FOR + dt.timedelta(minutes=1)):
        assert download(client, export).status_code == 404, "before the sweep has come round"
        assert making.remove_old_exports() == 1
        assert making.remove_old_exports() == 0
        assert "removed a week after" in page_of(client, export)
    assert stored(files) == []


def test_nobody_fills_the_queue(cast):
    for _ in range(operations.MOST_AT_ONCE):
        asked(cast)
    with pytest.raises(NotReady):
        asked(cast)
    response = signed_in(cast.contributor).post(reverse("list_export", args=["agreements", "csv"]))
    assert (response.status_code, "under way already" in response.content.decode()) == (409, True)


def test_the_sweeps_are_commands_too(cast, capsys):
    asked(cast)
    call_command("make_exports")
    call_command("remove_old_exports")
    assert capsys.readouterr().out.splitlines() == ["1 written", "0 removed"]
    assert default_storage.exists(Export.objects.get().file.name)
