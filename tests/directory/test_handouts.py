"""Booklets, posters and inserts: printed by the worker, readable by everybody, and made again when they are out of date."""

import datetime as dt
from io import BytesIO

import page
import pypdf
import pytest
from django.core.management import call_command
from django.urls import reverse

from directory import handouts
from directory.editions import Staff
from directory.models import Establishment, EstablishmentStatus, Handout, Listing
from directory.models.handouts import Paper, Readers, Size
from portal.celery import app
from portal.foundation import clock, pdf
from tests import factories
from tests.directory.shelf import listed

pytestmark = pytest.mark.django_db
EMAIL, PHONE, POST = "canary-baker@example.org", "0141 555 0123", "Head Baker"


@pytest.fixture(autouse=True)
def documents(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def shelf() -> Listing:
    listed("Reading", easy_read="Learn to read.", sessions_per_week=1, areas=("Fife",))
    return listed(
        "Baking",
        summary="We bake bread.",
        contact_post=POST,
        contact_mailbox=EMAIL,
        contact_phone=PHONE,
        checked_by="Security manager",
        months_old=13,
    )


def made(paper: str, readers: str, size: str, *, at: str = "PER") -> bytes:
    prison = factories.prison(at)
    told = handouts.read(prison, readers)
    return pdf.from_html(handouts.page(prison, paper, readers, told, size=size, dated=clock.today()))


def text_of(made_pdf: bytes) -> str:
    return " ".join(" ".join(sheet.extract_text() for sheet in pypdf.PdfReader(BytesIO(made_pdf)).pages).split())


def address(handout: str = "", *, at: str = "hmp-perth") -> str:
    return reverse("handout_download", args=[at, handout]) if handout else reverse("handout_list", args=[at])


def print_all() -> int:
    return sum(iter(handouts.print_next_handout, False))


@pytest.fixture
def quick(monkeypatch):
    """Paper costs a second. Where only its state matters, the words are enough."""
    monkeypatch.setattr(pdf, "from_html", lambda html: html.encode())


@pytest.mark.parametrize("paper", Paper.values)
@pytest.mark.parametrize("readers", Readers.values)
@pytest.mark.parametrize("size", Size.values)
def test_every_handout_can_be_read_by_a_screen_reader_and_is_dated_and_of_its_size(shelf, paper, readers, size):
    printed = made(paper, readers, size)
    for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
        assert [failure.message for failure in page.validate_pdf_bytes(printed, profile=profile).failures] == []
    box = pypdf.PdfReader(BytesIO(printed)).pages[0].mediabox
    assert (round(box.width), round(box.height)) == {"a4": (595, 842), "a5": (420, 595)}[size]
    text = text_of(printed)
    assert f"As it was on {clock.say_day(clock.today())}" in text
    assert [word for word in ("HMP Perth", "Baking", "Reading") if word not in text] == []


@pytest.mark.parametrize("paper", Paper.values)
def test_people_in_custody_read_no_contact_on_paper(shelf, paper):
    text = text_of(made(paper, "custody", "a4"))
    assert [word for word in (EMAIL, PHONE, POST, "Security manager", "@") if word in text] == []


def test_twin_the_staff_edition_in_their_booklet_would_be_noticed(shelf, monkeypatch):
    monkeypatch.setitem(handouts.EDITIONS, "custody", Staff)
    monkeypatch.setattr(handouts, "Readers", type("Same", (), {"STAFF": "custody"}))
    assert EMAIL in text_of(made("booklet", "custody", "a4"))


def test_the_booklet_tells_what_the_pages_tell(shelf):
    text = text_of(made("booklet", "custody", "a5"))
    expected = [
        "Learn to read.",
        "We bake bread.",
        "When: 1 session a week.",
        "After release, in: Fife.",
        "How to ask: You ask for a place yourself.",
        "nobody has confirmed it since",
    ]
    assert [words for words in expected if words not in text] == []


def test_the_staff_booklet_tells_whom_to_write_to(shelf):
    text = text_of(made("booklet", "staff", "a4"))
    assert [word for word in (EMAIL, PHONE, POST, "Security manager", "For staff only") if word not in text] == []


def test_the_worker_makes_twelve_things_for_each_prison_with_something_to_say(shelf, quick):
    assert handouts.renew_handouts() == 12
    assert print_all() == 12
    assert {row.state for row in Handout.objects.all()} == {"ready"}
    assert {row.establishment.code for row in Handout.objects.all()} == {"PER"}
    assert handouts.renew_handouts() == print_all() == 0


def test_nothing_is_made_again_on_another_day_while_nothing_changes(shelf, quick):
    handouts.renew_handouts()
    print_all()
    with clock.set_to(clock.now() + dt.timedelta(days=3)):
        assert handouts.renew_handouts() == 0


def test_what_would_say_something_else_is_made_again_and_only_that(shelf, quick):
    handouts.renew_handouts()
    print_all()
    Listing.objects.filter(pk=shelf.pk).update(contact_mailbox="other@example.org")
    assert handouts.renew_handouts() == 6
    assert {(row.readers, row.state) for row in Handout.objects.all()} == {("custody", "ready"), ("staff", "waiting")}
    assert handouts.renew_handouts() == 0
    assert print_all() == 6
    assert handouts.renew_handouts() == 0


def test_the_file_of_before_can_be_had_until_the_new_one_is_there_and_then_goes(shelf, quick, client, settings):
    handouts.renew_handouts()
    print_all()
    before = Handout.objects.get(paper="poster", readers="custody", size="a4")
    listed("Singing")
    handouts.renew_handouts()
    assert b"Singing" not in b"".join(client.get(address(before.name)))
    assert "something has changed, and it is being made again" in client.get(address()).content.decode()
    print_all()
    assert b"Singing" in b"".join(client.get(address(before.name)))
    assert len(list(settings.MEDIA_ROOT.rglob("*.pdf"))) == 12
    assert not before.file.storage.exists(before.file.name)


def test_what_changes_while_it_is_printed_is_made_again(shelf, monkeypatch):
    def print_while_it_changes(html: str) -> bytes:
        Listing.objects.filter(pk=shelf.pk).update(summary="We bake cakes.")
        return html.encode()

    monkeypatch.setattr(pdf, "from_html", print_while_it_changes)
    handouts.renew_handouts()
    handouts.print_next_handout()
    assert handouts.renew_handouts() == 1


def test_a_prison_that_has_lost_its_last_service_says_so(shelf, quick, client):
    handouts.renew_handouts()
    print_all()
    Listing.objects.update(is_live=False)
    assert handouts.renew_handouts() == 12
    print_all()
    assert b"Nothing is listed here now." in b"".join(client.get(address("insert-custody-a5")))


def test_people_find_what_they_may_take_with_its_state(shelf, quick, client, django_assert_max_num_queries):
    handouts.renew_handouts()
    handouts.print_next_handout()
    with django_assert_max_num_queries(8):
        text = client.get(address()).content.decode()
    assert text.count("for people in custody") == 6
    assert text.count(": being made") == 5
    assert "for staff" not in text
    assert client.get(address("booklet-custody-a4")).status_code == 200
    waiting = client.get(address("poster-custody-a4"))
    assert (waiting.status_code, waiting["Retry-After"]) == (503, "60")


def test_only_staff_of_a_prison_and_cjvsf_get_what_is_for_staff(shelf, quick, client):
    cast = factories.Cast()
    handouts.renew_handouts()
    print_all()
    answers = {None: client.get(address("booklet-staff-a4")).status_code}
    for who in (cast.signatory, cast.hoo, cast.cjvsf):
        client.force_login(who)
        answers[who.name] = client.get(address("booklet-staff-a4")).status_code
    assert [*answers.values()] == [404, 404, 200, 200]


def test_of_a_closed_prison_there_is_nothing(shelf, quick, client):
    handouts.renew_handouts()
    Establishment.objects.filter(code="PER").update(status=EstablishmentStatus.CLOSED)
    assert client.get(address("booklet-custody-a4")).status_code == 404
    assert "Nothing has been made for this prison" in client.get(address()).content.decode()


def test_both_sweeps_are_in_the_beat_and_a_command_does_both(shelf, quick, capsys):
    assert {name for name in app.conf.beat_schedule if "handouts" in name} == {
        "directory.handouts.renew_handouts",
        "directory.handouts.print_next_handout",
    }
    call_command("make_handouts")
    assert capsys.readouterr().out == "12 asked for, 12 made\n"
