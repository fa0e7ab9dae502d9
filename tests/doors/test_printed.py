"""What is printed, and what comes as a Word file or a workbook, holds nothing that its reader may not read.

These are packed, so `test_access.py` can't search them as they come. Here they are made by the real printers and unpacked.
"""

import io
import zipfile
from collections.abc import Iterator
from functools import cache
from unittest import mock

import pypdf
import pytest
from django.urls import reverse

from agreements import documents
from agreements.models import Printing, Version
from agreements.tasks import make
from directory import handouts
from directory.models import Handout
from portal.foundation import pdf, printing, seal
from portal.home.keeping.person import ask_for_copy
from reviews import records
from reviews.models import Review, ReviewAnswer
from tests.doors import matrix
from tests.doors.world import PERSONAS, Story, World

pytestmark = pytest.mark.django_db

STRANGER = "signatory of another charity"


@pytest.fixture(scope="module")
def papers(world, tmp_path_factory, django_db_blocker) -> tuple[str, ...]:
    """The addresses of everything that is printed of both stories, once it is."""
    key = tmp_path_factory.mktemp("seal") / "seal.p12"
    seal.make_demo_key(key, passphrase="of a test")
    sealed = mock.patch("agreements.tasks.sealer", return_value=seal.load(key, "of a test"))
    with django_db_blocker.unblock(), sealed:
        told = [path for story in (world.first, world.second) for path in printed(story)]
    return (*told, reverse("list_export", args=["agreements", "xlsx"]))


def printed(story: Story) -> Iterator[str]:
    yield reverse("agreement_copy_in_word", args=[story.version.agreement.reference])
    documents.ask_for_letter(story.version, post="Head of Offender Outcomes")
    documents.ask_for_draft_pdf(story.outline)
    for job in Printing.objects.filter(version__in=[story.version, story.outline], printed_at=None):
        assert printing.print_one(job, make)
        yield reverse("pdf_download", args=[job.version.agreement.reference, job.pk])
    yield record_of(Review.objects.get(agreement=story.version.agreement), story)
    person = story.cast.contributor
    copy = ask_for_copy(person, by=person)
    assert printing.print_one(copy, lambda job: pdf.from_html(job.html))
    yield reverse("personal_data_pdf", args=[person.pk, copy.pk])
    handouts.renew(story.cast.prison)
    for job in Handout.objects.filter(establishment=story.cast.prison, paper="booklet", size="a4"):
        assert printing.print_one(job, handouts.make)
        yield reverse("handout_download", args=[story.cast.prison.slug, job.name])


def record_of(review: Review, story: Story) -> str:
    said = {"question_id": "RVW-05", "value": {"worked": f"{story.canary} says it works", "did_not": "Nothing"}}
    ReviewAnswer.objects.create(review=review, by=story.cast.contributor, **said)
    record = records.ask_for_record(review)
    assert printing.print_one(record, lambda job: pdf.from_html(job.html))
    return reverse("record_download", args=[review.agreement.reference, review.number, record.pk])


@cache
def unpacked(body: bytes) -> str:
    """All text in a file, without the spaces that a line end puts into it: pages, what is attached, what is zipped."""
    if body.startswith(b"%PDF"):
        reader = pypdf.PdfReader(io.BytesIO(body))
        attached = [part.decode() for parts in reader.attachments.values() for part in parts]
        texts = [*(page.extract_text() for page in reader.pages), *attached]
    elif body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            texts = [archive.read(name).decode(errors="replace") for name in archive.namelist()]
    else:
        texts = [body.decode(errors="replace")]
    return "".join("".join(texts).split())


def met(world: World, persona: str, papers: tuple[str, ...]) -> dict[str, set[str]]:
    """By address, whose words this persona finds there."""
    door = matrix.knock(world)
    texts = {path: unpacked(door.at_path(path, "GET", persona).body) for path in papers}
    return {path: {word for word in world.canaries if word in text} for path, text in texts.items()}


def may_meet(world: World, persona: str) -> set[str]:
    """In papers: a funder gets none of them but what is for everybody."""
    return set() if persona == "funder" else world.may_meet(persona)


@pytest.mark.parametrize("persona", PERSONAS)
def test_papers_hold_what_their_reader_may_read_and_all_of_it_is_found(persona, world, papers):
    found = met(world, persona, papers)
    for_all = {path: words for path, words in found.items() if "/print/" in path}
    assert set().union(*for_all.values()) <= world.published
    own = set().union(*(words for path, words in found.items() if path not in for_all))
    assert own == may_meet(world, persona)


def test_the_papers_are_there_to_be_found(world, papers):
    """Otherwise nothing could leak: each kind bears its story's word, and the draft of an outline what only that holds."""
    found = met(world, "CJVSF", papers)
    assert (len(papers), [path for path, words in found.items() if not words]) == (15, [])


def test_without_scoping_a_stranger_would_find_the_other_partys_words_in_papers(world, papers):
    """The twin."""
    everything = mock.patch.object(type(Version.objects.all()), "visible_to", lambda rows, *_: rows.all())
    with everything:
        found = set().union(*met(world, STRANGER, papers).values())
    assert found == set(world.canaries)
