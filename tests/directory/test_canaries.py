"""500 words that people in custody and programs must not get, planted wherever such words are kept: none comes out."""

from io import BytesIO

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from directory import handouts
from directory.editions import Staff
from directory.feeds import resources
from directory.feeds.resources import OPEN_REFERRAL, OWN
from directory.index import index
from directory.models import Correction, Listing, Organisation, Post, Role, Service
from portal.foundation import clock, pdf
from portal.foundation.models import User
from tests import factories
from tests.directory.shelf import listed

pytestmark = pytest.mark.django_db

LISTINGS = 28


class Sower:
    """Makes canaries that nothing else resembles, and remembers them."""

    def __init__(self, bird: str, exchange: str):
        self.bird, self.exchange = bird, exchange
        self.sown: list[str] = []

    def _sow(self, form: str) -> str:
        self.sown.append(form.format(len(self.sown), bird=self.bird, exchange=self.exchange))
        return self.sown[-1]

    def email(self) -> str:
        return self._sow("{bird}{:04}@example.org")

    def phone(self) -> str:
        return self._sow("0141 {exchange} {:04}")

    def name(self) -> str:
        return self._sow("{bird}{:04}person")

    def website(self) -> str:
        return self._sow("https://{bird}{:04}.example")


class Field:
    """What was planted: for nobody but staff, and what stands in an organisation's public contact."""

    def __init__(self):
        self.secret, self.public = Sower("canary", "555"), Sower("finch", "556")
        self.listings = [self.listing(number) for number in range(LISTINGS)]
        index(Listing.objects.all())

    def listing(self, number: int) -> Listing:
        secret = self.secret
        found = listed(
            f"Service number {number}",
            organisation=self.organisation(),
            summary=f"It helps. Write to {secret.email()} or call {secret.phone()}.",
            easy_read=f"Ask {secret.email()}",
            contact_post=secret.name(),
            contact_mailbox=secret.email(),
            contact_phone=secret.phone(),
            checked_by=secret.name(),
            checked_against=secret.name(),
        )
        about = f"What we do. Call {secret.phone()} or write to {secret.email()}."
        Service.objects.filter(pk=found.service_id).update(description=about)
        User.objects.filter(pk=factories.hold(self.post(found)).pk).update(name=secret.name(), email=secret.email())
        Correction.objects.create(listing=found, field="summary", proposed=secret.name(), note=secret.phone())
        return found

    def organisation(self) -> Organisation:
        public = self.public
        found = factories.organisation()
        told = {"about": public.name(), "website": public.website()}
        told |= {"public_email": public.email(), "public_phone": public.phone()}
        Organisation.objects.filter(pk=found.pk).update(**told)
        return found

    def post(self, listing: Listing) -> Post:
        at = listing.service.organisation
        return factories.post(Role.CONTRIBUTOR, at, title=self.secret.name(), mailbox=self.secret.email())


@pytest.fixture
def planted() -> Field:
    return Field()


def found_in(texts: list[str], canaries: list[str]) -> list[str]:
    """In whatever case, and whatever spaces a page or a line end puts into it."""
    whole = "".join(" ".join(texts).split()).lower()
    return [word for word in canaries if "".join(word.split()).lower() in whole]


def read(client: Client, paths: list[str]) -> list[str]:
    answers = [client.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {200}
    return [answer.content.decode() for answer in answers]


def pages(client: Client, planted: Field) -> list[str]:
    """Every page for people in custody that tells of these services, the second pages of lists too."""
    search, prison = reverse("inside_search"), reverse("inside_prison", args=["hmp-perth"])
    services = [reverse("inside_service", args=[listing.service.reference]) for listing in planted.listings]
    lists = [f"{path}?page={number}" for path in (search, prison) for number in (1, 2)]
    texts = read(client, [*services, *lists, reverse("inside_prison_list")])
    assert found_in(texts, [f"Service number {number}" for number in range(LISTINGS)]) != []
    return texts


def on_paper() -> list[str]:
    prison = factories.prison()
    told = handouts.read(prison, "custody")
    others = [handouts.page(prison, paper, "custody", told) for paper in ("insert", "poster")]
    booklet = pdf.from_html(handouts.page(prison, "booklet", "custody", told, size="a5", dated=clock.today()))
    return [*others, *(sheet.extract_text() for sheet in pypdf.PdfReader(BytesIO(booklet)).pages)]


def answers(client: Client, planted: Field) -> list[str]:
    """Everything at the open addresses: every list, and each service by itself."""
    own = [f"/api/v1/{name}?per_page=100" for name in OWN]
    feed = [f"/api/v1/open-referral/{name}?per_page=100" for name in OPEN_REFERRAL]
    ones = [f"/api/v1/services/{listing.service.reference}" for listing in planted.listings]
    return read(client, [*own, *feed, *ones])


def indexed() -> list[str]:
    return [
        f"{words} {facets} {search}"
        for words, facets, search in Listing.objects.values_list("words", "facets", "search")
    ]


def test_there_are_500_canaries(planted):
    sown = planted.secret.sown + planted.public.sown
    assert len(set(sown)) == len(sown) >= 500


def test_none_comes_out_on_a_page_on_paper_or_in_the_index_for_people_in_custody(client, planted):
    everything = planted.secret.sown + planted.public.sown
    for texts in (pages(client, planted), on_paper(), indexed()):
        assert found_in(texts, everything) == []


def test_programs_get_the_public_contact_of_organisations_and_nothing_else(client, planted):
    texts = answers(client, planted)
    assert found_in(texts, planted.secret.sown) == []
    assert len(found_in(texts, planted.public.sown)) == len(planted.public.sown)


def test_twin_the_staff_edition_on_their_pages_and_paper_would_be_noticed(client, planted, monkeypatch):
    monkeypatch.setattr("directory.views.listed.Custody", Staff)
    monkeypatch.setitem(handouts.EDITIONS, "custody", Staff)
    monkeypatch.setattr(handouts, "Readers", type("Same", (), {"STAFF": "custody"}))
    assert len(found_in(pages(client, planted), planted.secret.sown)) >= 5 * LISTINGS
    assert len(found_in(on_paper(), planted.secret.sown)) >= 5 * LISTINGS


def test_twin_the_staff_edition_in_the_api_would_be_noticed(client, planted, monkeypatch):
    monkeypatch.setattr(resources, "Public", Staff)
    assert len(found_in(answers(client, planted), planted.secret.sown)) == 5 * LISTINGS


def test_twin_a_contact_in_a_text_would_be_noticed_if_it_were_left_there(client, planted, monkeypatch):
    monkeypatch.setattr("directory.editions._plain", lambda value: value)
    index(Listing.objects.all())
    for texts in (pages(client, planted), on_paper(), answers(client, planted), indexed()):
        assert found_in(texts, planted.secret.sown) != []
