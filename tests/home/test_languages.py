"""The public pages in Scottish Gaelic for whoever chose it, marked as unreviewed; everything else stays in English."""

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation

from portal.foundation import languages
from script import messages
from tests import factories
from tests.agreements.checks import ANSWERS
from tests.directory.shelf import listed

pytestmark = pytest.mark.django_db

UNREVIEWED = "Cha deach na faclan Gàidhlig seo a sgrùdadh le neach-labhairt fhathast."
# A page, and a phrase of its own in Gaelic.
PHRASES = {
    "front": "Aontaidhean Com-pàirteachais le prìosanan na h-Alba",
    "start": "Faigh a-mach a bheil feum agad air aonta",
    "verify": "Dearbh sgrìobhainn",
    "directory_search": "Eòlaire nan seirbheisean",
    "service_page": "Mar a dh’iarras tu",
    "organisation_list": "Buidhnean a tha ag obair ann am prìosan, a rèir ainm",
    "organisation_page": "Seirbheisean",
    "prison_list": "Prìosanan agus aonadan grèim coimhearsnachd",
    "prison_page": "Aon neach-conaltraidh",
    "inside_search": "Lorg cuideachadh",
    "inside_service": "Mar a dh’iarras tu",
    "inside_prison_list": "Prìosanan",
    "inside_prison": "Na tha an seo",
    "start_result": "Tha feum agad air Aonta Com-pàirteachais",
    "privacy": "Dè chumas sinn, agus carson",
    "accessibility": "Dè cho ruigsinneach ’s a tha i",
    "complaints": "Cuir a-steach an gearan",
}


@pytest.fixture
def gaelic(client):
    client.post(reverse("language_choose"), {"language": "gd", "next": "/"})
    return client


def address(name: str) -> str:
    listing = listed("Baking")
    if "service" in name:
        return reverse(name, args=[listing.service.reference])
    if name == "organisation_page":
        return reverse(name, args=[listing.service.organisation.slug])
    return reverse(name, args=["hmp-perth"]) if name in ("prison_page", "inside_prison") else reverse(name)


def read(client, name: str, **how) -> str:
    """The result of the checker stands after the questions have been answered."""
    if name == "start_result":
        client.post(reverse("start"), ANSWERS)
    return client.get(address(name), **how).content.decode()


@pytest.mark.parametrize("name", sorted(languages.PAGES))
def test_a_public_page_is_in_gaelic_for_whoever_chose_it_and_says_that_nobody_has_reviewed_it(gaelic, name):
    text = read(gaelic, name)
    assert PHRASES[name] in text
    assert '<html lang="gd"' in text
    assert UNREVIEWED in text
    assert "These Gaelic words have not yet been reviewed by a speaker." in text
    assert 'value="en-gb"' in text


@pytest.mark.parametrize("name", sorted(languages.PAGES))
def test_without_a_choice_it_is_in_english_whatever_the_browser_prefers(client, name):
    text = read(client, name, headers={"Accept-Language": "gd"})
    assert PHRASES[name] not in text
    assert '<html lang="en-GB"' in text
    assert UNREVIEWED not in text
    assert 'lang="gd">Gàidhlig</button>' in text


@pytest.mark.parametrize("name", ["account_login", "join", "blank_list", "api_page"])
def test_a_page_that_is_not_translated_stays_in_english_and_offers_nothing(gaelic, name):
    text = gaelic.get(reverse(name)).content.decode()
    assert '<html lang="en-GB"' in text
    assert "Leum dhan" not in text
    assert "Gàidhlig" not in text


def test_a_choice_goes_back_to_where_it_was_made_and_can_be_taken_back(client):
    here = "/directory/?words=baking&page=1"
    answer = client.post(reverse("language_choose"), {"language": "gd", "next": here})
    assert (answer.status_code, answer["Location"]) == (302, here)
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME]["httponly"]
    text = client.get(here).content.decode()
    assert 'name="next" value="/directory/?words=baking&amp;page=1"' in text
    client.post(reverse("language_choose"), {"language": "en-gb", "next": here})
    assert '<html lang="en-GB"' in client.get(here).content.decode()


def test_a_choice_leads_to_no_other_site_and_is_never_made_by_a_link(client):
    answer = client.post(reverse("language_choose"), {"language": "gd", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"
    assert client.get(reverse("language_choose"), {"language": "gd"}).status_code == 405


@pytest.mark.parametrize("cookie", ["fr", "xx", "../gd"])
def test_a_language_that_there_is_not_is_english(client, cookie):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = cookie
    assert '<html lang="en-GB"' in client.get("/").content.decode()


def test_one_persons_gaelic_is_not_the_next_ones(gaelic):
    gaelic.get("/")
    assert translation.get_language() == "en-gb"


def test_signed_in_people_read_their_own_pages_in_english(gaelic):
    gaelic.force_login(factories.Cast().hoo)
    assert '<html lang="en-GB"' in gaelic.get(reverse("agreement_list")).content.decode()
    assert '<html lang="gd"' in gaelic.get(reverse("directory_search")).content.decode()


def test_the_compiled_words_are_those_of_the_translators():
    assert messages.MO.read_bytes() == messages.compiled(messages.translated())


def test_every_word_of_the_public_templates_has_gaelic_and_there_are_no_others():
    gaelic = {message.id: message.string for message in messages.translated() if message.id}
    assert {message.id for message in messages.collected() if message.id} == set(gaelic)
    assert [word for word, said in gaelic.items() if not said] == []


def test_twin_a_word_without_gaelic_would_be_noticed(tmp_path):
    page = tmp_path / "new.html"
    page.write_text(
        '{% load i18n %}\n  <p>{% translate "Brand new" %} {% include "x.html" with label=_("Newer") only %}</p>'
    )
    assert messages.messages(page) == ["Brand new", "Newer"]


def test_the_templates_that_are_listed_are_there_and_say_something():
    for name in messages.TEMPLATES:
        assert get_template(name)
        assert messages.messages(messages.ROOT / "templates" / name), name
