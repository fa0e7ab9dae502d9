"""Pages that show an agreement's words, give its data and hand out its PDFs."""

import json

import pytest
from django.core.files.base import ContentFile

from agreements import documents
from agreements.models import Answer, Comment, Printing
from agreements.reading import read
from portal.foundation import clock
from tests import factories
from tests.agreements import full

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


@pytest.fixture
def version(cast):
    return cast.start()


@pytest.fixture
def address(version) -> str:
    return f"/agreements/{version.agreement.reference}/"


def test_the_words_are_shown_as_they_stand_now(client, cast, version, address):
    Answer.objects.create(version=version, question_id="S1-01", value="A <i>new</i> service", by=cast.contributor)
    client.force_login(cast.contributor)

    page = client.get(address + "words/").content.decode()

    assert "A &lt;i&gt;new&lt;/i&gt; service" in page
    assert documents.sha256(documents.words(read(version))) in page
    assert "as they stand now" in page


def test_frozen_words_are_shown_as_they_were_frozen(client, cast, version, address):
    frozen = documents.freeze(version, by=cast.hoo)
    Answer.objects.create(version=version, question_id="S1-01", value="Written afterwards", by=cast.contributor)
    client.force_login(cast.contributor)

    page = client.get(address + "words/").content.decode()

    assert frozen.html in page
    assert "Written afterwards" not in page


def test_comments_are_an_appendix_of_the_words_and_of_the_data(client, cast, version, address):
    Comment.objects.create(version=version, question_id="S1-04", text="Is <b>this</b> right?", by=cast.hoo)
    client.force_login(cast.contributor)

    assert "Is &lt;b&gt;this&lt;/b&gt; right?" in client.get(address + "words/").content.decode()
    assert json.loads(client.get(address + "data.json").content)["comments"][0]["text"] == "Is <b>this</b> right?"


@pytest.mark.parametrize("number", ["2", "0", "-1", "x", "99999999999999999999", "²", ""])
def test_a_version_that_is_not_there_is_not_found(client, cast, address, number):
    client.force_login(cast.contributor)

    assert client.get(address + "words/", {"version": number}).status_code == 404
    assert client.get(address + "words/", {"version": "1"}).status_code == 200


def test_a_stranger_does_not_learn_that_it_exists(client, cast, version, address):
    printing = documents.ask_for_draft_pdf(version)
    printing.printed_at, printing.sha256 = clock.now(), "0" * 64
    printing.file.save("x.pdf", ContentFile(b"%PDF-1.7"))
    pdf = f"pdf/{printing.pk}/"
    pages = ("words/", "data.json", "data-flow/", "consent-form/standard/", pdf, f"{pdf}state/")

    def statuses(user) -> set[int]:
        client.force_login(user)
        return {client.get(address + page).status_code for page in pages}

    assert statuses(cast.contributor) == {200}
    assert statuses(cast.stranger) == {404}
    assert statuses(cast.hoo) == {404}


def test_the_data_is_a_download_with_the_history(client, cast, address):
    client.force_login(cast.contributor)

    response = client.get(address + "data.json")

    assert response["Content-Disposition"].startswith("attachment; filename=")
    assert {"answers", "actions", "comments", "history", "question_sets"} <= set(json.loads(response.content))


def test_a_copy_is_asked_for_once_for_the_same_words(client, cast, version, address):
    client.force_login(cast.contributor)

    first, second = client.post(address + "pdf/"), client.post(address + "pdf/")

    assert first.url == second.url == address + "#pdf"
    assert Printing.objects.get(version=version).state == "waiting"
    assert client.get(address + "pdf/").status_code == 405


def test_the_state_of_a_pdf_is_a_part_that_looks_again_until_it_is_ready(client, cast, version, address):
    printing = documents.ask_for_draft_pdf(version)
    state = f"{address}pdf/{printing.pk}/state/"
    client.force_login(cast.contributor)

    waiting = client.get(state).content.decode()
    told = client.get(state, headers={"accept": "application/json"}).json()
    printing.printed_at, printing.sha256 = clock.now(), "0" * 64
    printing.save()
    ready = client.get(state).content.decode()

    assert f'data-poll="{state}"' in waiting
    assert told == {"state": "waiting", "label": "Unsealed copy, under development", "url": ""}
    assert "data-poll" not in ready
    assert f'href="{address}pdf/{printing.pk}/"' in ready


def test_a_pdf_is_a_download_once_it_is_there(client, cast, version, address):
    printing = documents.ask_for_draft_pdf(version)
    client.force_login(cast.contributor)
    assert client.get(f"{address}pdf/{printing.pk}/").status_code == 404

    printing.printed_at, printing.sha256 = clock.now(), "0" * 64
    printing.file.save("x.pdf", ContentFile(b"%PDF-1.7"))
    response = client.get(f"{address}pdf/{printing.pk}/")

    name = f"partnership-agreement-{version.agreement.reference}-version-1-draft.pdf"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response.getvalue() == b"%PDF-1.7"


def test_a_pdf_of_another_agreement_is_not_found_under_this_one(client, cast, address):
    other = documents.ask_for_draft_pdf(cast.start())
    client.force_login(cast.contributor)

    assert client.get(f"{address}pdf/{other.pk}/state/").status_code == 404


@pytest.fixture
def shared() -> tuple[str, factories.Cast]:
    cast = factories.Cast()
    return f"/agreements/{full.version().agreement.reference}/consent-form/", cast


@pytest.mark.parametrize(("edition", "pictures"), [("standard", 0), ("large-print", 0), ("icons", 11)])
def test_the_consent_form_comes_in_editions_with_its_version(client, shared, edition, pictures):
    address, cast = shared
    client.force_login(cast.cjvsf)

    page = client.get(f"{address}{edition}/").content.decode()

    assert page.count('class="icon"') == pictures
    assert ("large-print" in page.split("<h1")[0]) is (edition == "large-print")
    assert "version 1. Consent form 2026.1." in page
    assert page.count("☐") > 6
    assert "☑" not in page


def test_the_consent_form_comes_as_plain_text(client, shared):
    address, cast = shared
    client.force_login(cast.cjvsf)

    response = client.get(f"{address}text/")

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert f"[ ] Yes  [ ] No  CON-04.1.purpose {full.HOSTILE}"[:60] in response.content.decode()


def test_there_is_no_consent_form_where_nothing_is_shared(client, cast, address):
    client.force_login(cast.contributor)

    page = client.get(address + "consent-form/standard/").content.decode()

    assert "This agreement has no form for people who take part" in page
    assert "☐" not in page


def test_an_edition_that_is_not_offered_is_not_found(client, cast, address):
    client.force_login(cast.contributor)

    assert client.get(address + "consent-form/braille/").status_code == 404
