"""A file that belongs to an answer: added, taken away again by both sides, and replaced."""

from pathlib import Path

import pytest
from playwright.sync_api import FilePayload

from agreements.models import Answer, Version
from tests.journeys.people import Person
from tests.journeys.test_comfort import section
from tests.journeys.ways import both_ways

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

FILES = '[name="S1-19.files"]'


def leaflet(name: str) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": b"%PDF-1.7 " + name.encode()}


def stored(version: Version) -> list[str]:
    answer = Answer.objects.get(version=version, question_id="S1-19", replaced_at=None)
    return [file["name"] for file in answer.value]


def download(person: Person, version: Version, name: str) -> bytes:
    person.go(f"/agreements/{version.agreement.reference}/check/")
    with person.page.expect_download() as coming:
        person.page.get_by_role("link", name=f"Download {name}").click()
    assert coming.value.suggested_filename == name
    return Path(coming.value.path()).read_bytes()


@both_ways
def test_a_file_is_added_downloaded_and_replaced(cast, visit, javascript):
    version = cast.start()
    charity, colleague = (visit(user, javascript=javascript) for user in (cast.contributor, cast.signatory))
    charity.go(section(version))
    charity.page.locator(FILES).set_input_files(leaflet("leaflet.pdf"))
    charity.press("Save and come back later")
    assert stored(version) == ["leaflet.pdf"]
    assert download(colleague, version, "leaflet.pdf") == b"%PDF-1.7 leaflet.pdf"
    charity.go(section(version))
    charity.page.get_by_label("leaflet.pdf").check()
    charity.page.locator(FILES).set_input_files(leaflet("second.pdf"))
    charity.press("Save and come back later")
    assert stored(version) == ["second.pdf"]
    assert download(colleague, version, "second.pdf") == b"%PDF-1.7 second.pdf"


@both_ways
def test_a_file_of_another_kind_is_refused_with_a_sentence(cast, visit, javascript):
    version, charity = cast.start(), visit(cast.contributor, javascript=javascript)
    charity.go(section(version))
    charity.page.locator('[name="S1-06"]').fill("We ran a survey")
    charity.page.locator(FILES).set_input_files({"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"MZ"})
    charity.press("Save and come back later")
    assert "“x.pdf” can’t be read as a pdf file: it is damaged, or of another kind" in charity.text
    assert charity.page.locator('[name="S1-06"]').input_value() == "We ran a survey"
