"""Who reads what: the pages for the public and for people in custody hold nothing that isn't for them."""

import re
from dataclasses import fields

import pytest
from django.db import connection
from django.db.models import CharField, EmailField, TextField, URLField
from django.urls import reverse

from agreements.models import Kind, QuestionSet
from agreements.projection import COLUMNS, LISTED, TERMS, write_listing
from directory import editions
from directory.editions import Custody, Public, Staff, entry
from directory.forms.corrections import CorrectionForm
from directory.index import index
from directory.models import Correction, Establishment, Listing, Organisation, Post, Role, Service
from portal.foundation.models import User
from portal.foundation.text import contacts_in
from tests import factories
from tests.directory.shelf import listed

pytestmark = pytest.mark.django_db

PUBLIC_PAGES = ("directory_search", "organisation_list", "prison_list")
INSIDE_PAGES = ("inside_search", "inside_prison_list")
# Text columns that everybody reads, by model; of the organisation the public contact, on the public site only.
EVERYBODYS = {
    Listing: {"reference", "summary", "easy_read", "words", "facets", "intake", "origin"},
    Service: {"reference", "name", "description"},
    Organisation: {"name", "slug"},
}
PUBLIC = {Organisation: {"about", "website", "public_email", "public_phone", "charity_number"}}
ADDRESS = re.compile(r"[\w.]+@[\w.]+")


def text_columns(model) -> list:
    found = [field for field in model._meta.get_fields() if isinstance(field, CharField | TextField)]
    return [field for field in found if not field.unique and not field.choices]


def plant(row, known: set[str]) -> dict[str, str]:
    """A canary in each text column that isn't named."""
    planted = {}
    for field in text_columns(type(row)):
        if field.name not in known:
            planted[field.name] = f"canary{type(row).__name__}{field.name}".lower()[: field.max_length or 60]
            if isinstance(field, EmailField):
                planted[field.name] += "@example.org"
            elif isinstance(field, URLField):
                planted[field.name] = f"https://{planted[field.name]}.example"
    type(row).objects.filter(pk=row.pk).update(**planted)
    return planted


@pytest.fixture
def planted():
    """One service from an agreement, with a canary in everything that isn't for everybody, and a crowd around it."""
    cast = factories.Cast()
    version = factories.bring_to("in force", cast)
    listing = Listing.objects.get()
    canaries = [*plant(listing, EVERYBODYS[Listing] | {"agreement_reference"}).values()]
    canaries += plant(cast.hoo_post, {"role"}).values()
    canaries += plant(Post.objects.get(organisation=cast.charity, role=Role.CONTRIBUTOR), {"role"}).values()
    correction = Correction.objects.create(listing=listing, field="other", proposed="x")
    canaries += plant(correction, {"field"}).values()
    for number, who in enumerate((cast.signatory, cast.contributor, cast.hoo, cast.cjvsf)):
        User.objects.filter(pk=who.pk).update(name=f"Canary Person{number}")
    canaries += ["Canary Person", version.agreement.reference, *User.objects.values_list("email", flat=True)]
    organisation = plant(cast.charity, EVERYBODYS[Organisation])
    index(Listing.objects.all())
    return cast, Listing.objects.get(), canaries, list(organisation.values())


def pages_of(listing: Listing, inside: bool) -> list[str]:
    service, prison = listing.service.reference, listing.establishment.slug
    if inside:
        own = [reverse("inside_service", args=[service]), reverse("inside_prison", args=[prison])]
        return [*map(reverse, INSIDE_PAGES), *own, reverse("inside_search") + "?need=accommodation"]
    own = [reverse("service_page", args=[service]), reverse("prison_page", args=[prison])]
    own += [reverse("organisation_page", args=[listing.service.organisation.slug])]
    return [*map(reverse, PUBLIC_PAGES), *own, reverse("correction_suggest", args=[listing.reference])]


def read(client, paths: list[str]) -> str:
    responses = [client.get(path) for path in paths]
    assert {response.status_code for response in responses} == {200}
    return "\n".join(response.content.decode() for response in responses)


def test_no_canary_stands_on_a_public_page(client, planted):
    _, listing, canaries, public = planted
    text = read(client, pages_of(listing, inside=False))
    assert [word for word in canaries if word.lower() in text.lower()] == []
    assert [word for word in public if word not in text] == []


def test_no_canary_and_no_contact_stands_on_a_page_for_people_in_custody(client, planted):
    _, listing, canaries, public = planted
    text = read(client, pages_of(listing, inside=True))
    assert [word for word in [*canaries, *public] if word.lower() in text.lower()] == []
    assert ADDRESS.findall(text) == contacts_in(text) == []
    assert "mailto:" not in text


def test_staff_who_read_the_pages_for_people_in_custody_get_the_same(client, planted):
    cast, listing, canaries, _ = planted
    client.force_login(cast.hoo)
    text = read(client, pages_of(listing, inside=True))
    assert [word for word in canaries if word.lower() in text.lower()] == []


def test_staff_read_contacts_and_how_a_referral_goes(client, planted):
    cast, listing, _, _ = planted
    client.force_login(cast.stranger)
    text = read(client, [reverse("service_page", args=[listing.service.reference])])
    for column in ("contact_post", "contact_mailbox", "contact_phone", "checked_by", "checked_against"):
        assert getattr(listing, column) in text


def test_staff_read_who_the_contact_of_a_prison_is(client, planted):
    cast, listing, _, _ = planted
    who = factories.hold(factories.post(Role.COORDINATOR, cast.prison), name="Isla Contact")
    address = reverse("prison_page", args=[listing.establishment.slug])
    assert who.name not in client.get(address).content.decode()
    client.force_login(cast.hoo)
    assert who.name in client.get(address).content.decode()


def test_no_canary_is_in_the_index_and_none_is_found(client, planted):
    _, listing, canaries, public = planted
    said = f"{listing.words} {listing.facets} {listing.search}".lower()
    assert [word for word in [*canaries, *public] if word.lower() in said] == []
    for word in canaries:
        assert listing.service.reference not in read(client, [reverse("inside_search") + f"?words={word}"])


def test_an_address_in_the_agreements_own_words_is_left_out_for_everybody(client):
    summary = "Write to anna@harbour.example or call 0141 555 0199 or +44 7700 900123. We help."
    listing = listed(summary=summary)
    Service.objects.filter(pk=listing.service_id).update(description=summary)
    index(Listing.objects.all())
    text = read(client, pages_of(listing, inside=True))
    assert "We help." in text
    assert contacts_in(text) == contacts_in(Listing.objects.get().words) == []
    assert "harbour.example" not in text + Listing.objects.get().words


def test_twin_without_the_rule_the_address_is_shown(client, monkeypatch):
    monkeypatch.setattr(editions, "_plain", lambda value: value)
    listing = listed(summary="Write to anna@harbour.example.")
    assert contacts_in(read(client, pages_of(listing, inside=True))) != []


def test_twin_a_template_that_gets_the_staff_edition_is_caught(client, planted, monkeypatch):
    _, listing, canaries, _ = planted
    monkeypatch.setattr("directory.views.listed.Custody", Staff)
    text = read(client, pages_of(listing, inside=True))
    assert [word for word in canaries if word.lower() in text.lower()] != []


def test_every_column_of_a_listing_is_in_one_edition_or_is_said_to_be_kept():
    columns = {field.name for field in Listing._meta.get_fields() if not field.auto_created or field.name == "id"}
    told = {field.name for field in fields(Staff)} | editions.EVERYBODYS_COLUMNS
    assert columns - told == editions.KEPT | editions.KEPT_FOR_SEARCH
    assert not told & editions.KEPT


def test_each_edition_adds_to_the_one_before():
    assert [len(fields(edition)) for edition in (Custody, Public, Staff)] == [22, 26, 38]
    assert not any(
        "contact" in field.name or "mail" in field.name or "phone" in field.name for field in fields(Custody)
    )


def test_what_people_in_custody_read_comes_from_questions_that_are_public():
    questions = QuestionSet.objects.newest(Kind.AGREEMENT).words.questions
    columns = {question for column, (question, *_) in COLUMNS.items() if column in editions.EVERYBODYS_COLUMNS}
    lists = {question for question, key in (TERMS | LISTED).items() if key in editions.EVERYBODYS}
    assert {question for question in columns | lists if not questions[question].public} == set()
    assert {question for question, key in LISTED.items() if not questions[question].public} == {"S3-01"}


def test_a_question_that_stops_being_public_leaves_the_directory(monkeypatch):
    version = factories.bring_to("in force", factories.Cast())
    monkeypatch.setattr("agreements.projection._public", lambda version: {"S1-05"})
    write_listing(version)
    said = entry(Listing.objects.with_parties().get(), Staff)
    assert (said.summary, said.rhythm, said.settings, said.routes, said.populations) == ("", (), (), (), ())
    assert said.needs
    assert said.days
    assert said.contact_post


def test_a_listing_says_what_its_agreement_says():
    cast = factories.Cast()
    factories.bring_to("in force", cast, S1_01="We bake bread.", S1_02=["inside", "community"], S3_10=["self", "staff"])
    said = entry(Listing.objects.with_parties().get(), Staff)
    assert (said.summary, said.organisation, said.prison) == ("We bake bread.", str(cast.charity), "HMP Perth")
    assert said.settings == ("In prison", "Through the gate", "In the community, on release")
    assert said.routes == ("You ask for a place yourself", "Prison staff refer you")
    assert said.days == ("Monday",)
    assert (said.contact_post, said.contact_mailbox) == ("Service Manager", "service@example.org")
    assert (said.outside_agreements, said.not_confirmed_since) == ("", None)


def test_the_vocabularies_of_a_listing_are_the_options_of_its_questions():
    questions = QuestionSet.objects.newest(Kind.AGREEMENT).words.questions
    lookup = factories.options_for(None)
    asked = {"settings": questions["S1-02"], "routes": questions["S3-10"], "days": questions["S3-01"].parts[0]}
    derived = {"settings": {"through-the-gate"}}
    for key, control in asked.items():
        slugs = {option.value for option in lookup[f"vocabulary:{key}"]}
        assert slugs - derived.get(key, set()) == {option.value for option in control.options}


@pytest.mark.parametrize("text", ["Ask anna@example.org", "Call 0141 555 0199", "He is prisoner number 12345"])
def test_nobody_writes_a_contact_or_a_number_of_a_prisoner_into_a_correction(text):
    form = CorrectionForm({"field": "summary", "proposed": text, "note": ""})
    assert not form.is_valid()
    assert list(form.errors) == ["proposed"]


def test_the_search_index_on_postgres_is_used():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite searches plainly")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = 'directory_listing' AND indexdef LIKE '%gin%'"
        )
        assert {name for (name,) in cursor.fetchall()} == {"listing_search", "listing_words"}


def test_a_prison_and_an_organisation_without_a_service_tell_nothing_or_are_not_there(client):
    organisation = factories.organisation("Nobody listed")
    assert client.get(reverse("organisation_page", args=[organisation.slug])).status_code == 404
    for slug in Establishment.objects.values_list("slug", flat=True):
        assert client.get(reverse("prison_page", args=[slug])).status_code == 200
