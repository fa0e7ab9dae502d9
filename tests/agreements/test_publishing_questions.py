"""The pages on which CJVSF previews, compares, publishes and discards a draft."""

import html

import pytest
from django.urls import reverse

from agreements.models import Answer, Kind, QuestionSet
from agreements.operations import question_sets as operations
from tests import factories, markup
from tests.agreements.draft_sets import NEW, PAGES, Pages, draft, retire, reword, seen, text_of

pytestmark = pytest.mark.django_db

# Each would be taken for something else by a template language, a format string or a browser.
WORDINGS = ["Is {{7*7}} so?", "{%debug%}", "100%s sure %(label)s?", "{0.__class__} {name}", "<script>alert(1)</script>"]


@pytest.fixture
def cast():
    return factories.Cast()


@pytest.fixture
def pages(client, cast):
    """Opens and posts the pages of the agreement's (or another) set as CJVSF."""
    client.force_login(cast.cjvsf)
    return Pages(client)


def test_the_preview_shows_the_real_controls_of_one_side(cast, pages):
    draft(cast)
    for side, control, other in [("partner", "S1-01", "S2-01"), ("prison", "S2-01", "S1-01")]:
        own = pages.get("question_set_preview", side=side, section=control[:2]).content.decode()
        others = pages.get("question_set_preview", side=side, section=other[:2]).content.decode()
        assert f'name="{control}' in own
        assert f'name="{other}' not in others
        assert other in others


def test_every_section_of_every_set_can_be_previewed_from_both_sides(pages):
    for kind in Kind:
        for section in operations.published_set(kind).words.sections:
            for side in ("partner", "prison"):
                response = pages.get("question_set_preview", kind=kind, side=side, section=section.id)
                assert f"Preview as the {side}: {section.title}" in text_of(response)


def test_the_preview_adds_a_row_and_saves_nothing(cast, pages):
    address = pages.url("question_set_preview") + "?side=partner&section=S1"
    root = markup.html.document_fromstring(pages.client.get(address).content.decode())
    posted = dict(root.forms[-1].form_values())
    response = pages.client.post(address, posted | {"S1-04.0.outcome": "Less reoffending", "rows": "add S1-04"})
    assert response.status_code == 200
    assert 'name="S1-04.count" value="2"' in response.content.decode()
    assert "Less reoffending" in response.content.decode()
    assert not Answer.objects.exists()


def test_the_comparison_names_what_was_added_removed_reworded_and_moved(cast, pages):
    row = draft(cast)
    pages.post("question_add", "S1", **pages.form("question_add", "S1") | NEW | {"type": "date"})
    pages.post("question_retire", "S1-09", seen=seen(row))
    pages.post("question_move", "S2-02", direction="up", seen=seen(row))
    row.refresh_from_db()
    reword(row, "S1-07", cast.cjvsf, text="Where does it happen?", required=False)
    text = text_of(pages.get("question_set_compare"))
    assert "Added S1-20 Anything else? (must be answered)" in text
    assert "Removed S1-09" in text
    assert "[added:" in text
    assert "[removed:" in text
    assert "Must be answered" in text
    assert "Moved S2-0" in text


def test_a_draft_with_faults_still_opens_and_names_every_one(cast, pages):
    row = draft(cast)
    pages.post("question_retire", "S1-02", seen=seen(row))
    reword(row, "S1-06", cast.cjvsf, asked_when={"question": "S5-01", "answered": True})
    retire(row, "S3-15", cast.cjvsf)
    for name in ("question_set_detail", "question_set_preview", "question_set_compare", "question_set_publish"):
        text = text_of(pages.get(name))
        assert "S1-06: its condition looks at S5-01, which comes later" in text
        assert "S3-16: its condition looks at “S3-15”, which was retired" in text
    response = pages.post("question_set_publish", seen=seen(row))
    assert response.status_code == 422
    assert "S3-16: its condition looks at “S3-15”, which was retired" in text_of(response)
    assert operations.open_draft(Kind.AGREEMENT) == row


def test_publishing_asks_first_and_then_new_agreements_begin_under_it(cast, pages):
    row = draft(cast)
    reword(row, "S1-01", cast.cjvsf, text="What will you do?")
    assert f"Publish version {row.version}?" in text_of(pages.get("question_set_publish"))
    assert pages.post("question_set_publish", seen=seen(row)).status_code == 302
    assert operations.open_draft(Kind.AGREEMENT) is None
    assert cast.start().question_set == row


def test_discarding_asks_first_and_leaves_the_published_words(cast, pages):
    row = draft(cast)
    reword(row, "S1-01", cast.cjvsf, text="A bad idea")
    assert "Discard this draft?" in text_of(pages.get("question_set_discard"))
    pages.post("question_set_discard", seen=seen(row))
    assert not QuestionSet.objects.filter(pk=row.pk).exists()
    assert operations.published_set(Kind.AGREEMENT).version == "2026.1"


READERS = ("question_set_detail", "question_edit", "question_add", "question_set_preview")


@pytest.mark.parametrize("wording", WORDINGS)
def test_wording_is_data_on_every_page(cast, pages, client, wording):
    version = cast.start()
    row = draft(cast)
    words = pages.form("question_edit", "S1-01") | {"text": wording, "help": wording}
    assert pages.post("question_edit", "S1-01", **words).status_code == 302
    new = {"type": "choice", "text": wording, "options": f"{wording}\nAnother"}
    assert pages.post("question_add", "S1", **pages.form("question_add", "S1") | NEW | new).status_code == 302
    for name, args in [*((name, args) for name, args in PAGES if name in READERS), ("question_retire", ("S1-20",))]:
        query = {"section": "S1"} if name == "question_set_preview" else {}
        content = pages.get(name, *args, **query).content.decode()
        assert wording in html.unescape(content), name
        assert "<script>alert" not in content, name
    assert f"S1-20 {wording}" in text_of(pages.get("question_set_compare"))
    assert f"S1-20 {wording}" in text_of(pages.get("question_set_publish"))
    operations.publish(QuestionSet.objects.get(pk=row.pk), by=cast.cjvsf)
    client.force_login(cast.contributor)
    shown = text_of(client.get(reverse("newer_questions", args=[version.agreement.reference])))
    assert f"S1-20 {wording}" in shown
