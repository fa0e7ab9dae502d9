"""Agreements that were signed on paper: taken in by CJVSF, in force like any other, and never said to be sealed."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agreements import verification
from agreements.models import Agreement, Answer, Attachment, SignedPaper, Status
from agreements.operations.scanning import MAPPED, take_in_paper
from agreements.operations.starting import begin
from agreements.steps import BY_NAME
from agreements.workflow import perform, steps_open_to
from directory.models import Listing
from portal.foundation.exceptions import NotReady
from portal.foundation.models import Notification
from reviews.models import Review
from reviews.tasks import schedule_reviews
from tests import factories

pytestmark = pytest.mark.django_db

SCAN = b"%PDF-1.7 signed on paper"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def cast():
    return factories.Cast()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def pdf(content: bytes = SCAN) -> SimpleUploadedFile:
    return SimpleUploadedFile("signed.pdf", content)


def posted(cast, **more):
    """What the page of a paper agreement sends."""
    return {
        "scan": pdf(),
        "organisation": str(cast.charity.pk),
        "establishment": str(cast.prison.pk),
        "service_name": "Joinery",
        **dict(zip(("signed_on-day", "signed_on-month", "signed_on-year"), ("20", "1", "2026"), strict=True)),
        **{f"base_{name}": "" for name in MAPPED},
        "S1-01": "A weekly class in joinery.",
        "S1-02": ["inside"],
        "S1-05": ["health"],
        "S1-08": ["men"],
        **_day("S4-05.start", 1, 2, 2026),
        **_day("S4-05.end", 31, 1, 2028),
        **_day("S4-05.first_review", 1, 8, 2027),
    } | more


def _day(path, day, month, year):
    return {f"{path}-day": day, f"{path}-month": month, f"{path}-year": year}


def given(cast, **more):
    return {
        "organisation": cast.charity,
        "establishment": cast.prison,
        "service_name": "Joinery",
        "signed_on": dt.date(2026, 1, 20),
        "scan": pdf(),
        "answers": factories.ON_PAPER,
        "by": cast.cjvsf,
    } | more


def test_it_is_in_force_as_signed_on_paper_and_listed_and_reviewed_like_any_other(cast):
    response = signed_in(cast.cjvsf).post(reverse("paper_add"), posted(cast))
    agreement = Agreement.objects.get()
    assert response.url == reverse("agreement_detail", args=[agreement.reference])
    version = agreement.current_version
    assert (version.status, version.starts_on, version.ends_on) == (
        Status.ON_PAPER,
        dt.date(2026, 2, 1),
        dt.date(2028, 1, 31),
    )
    assert [change.step for change in version.changes.all()] == ["take-in-paper"]
    assert Listing.objects.get(agreement_reference=agreement.reference).is_live
    schedule_reviews()
    assert Review.objects.filter(agreement=agreement).exists()
    told = set(Notification.objects.values_list("addressee", flat=True))
    assert told == {f"organisation:{cast.charity.pk}", f"establishment:{cast.prison.pk}"}
    for reader in (cast.contributor, cast.hoo):
        page = signed_in(reader).get(response.url).content.decode()
        assert "Both sides signed it on paper on 20 January 2026." in page
        assert "The portal hasn’t sealed it." in page


def test_its_file_is_known_and_not_said_to_be_sealed(cast):
    take_in_paper(**given(cast))
    content = Attachment.objects.get().file.read()
    finding = verification.of_file(content)
    assert (finding.headline, finding.is_good, finding.document) == (verification.ON_PAPER, False, None)
    assert "hasn’t sealed it" in " ".join(finding.words)
    assert verification.of_file(content + b" ").headline == verification.NOT_OURS


def test_all_or_nothing_when_the_paper_says_too_little(cast):
    response = signed_in(cast.cjvsf).post(reverse("paper_add"), posted(cast, **{"S1-05": [], "S4-05.end-day": ""}))
    assert response.status_code == 200
    response = signed_in(cast.cjvsf).post(reverse("paper_add"), posted(cast, **{"S1-05": []}))
    assert response.status_code == 409
    assert "A weekly class in joinery." in response.content.decode()
    assert [model.objects.count() for model in (Agreement, Answer, Attachment, SignedPaper)] == [0, 0, 0, 0]


def test_without_its_rule_one_that_says_too_little_comes_in(cast, monkeypatch):
    monkeypatch.setattr("agreements.workflow.reasons_against", lambda *_: [])
    assert take_in_paper(**given(cast, answers={})).status == Status.OUTLINE
    assert Agreement.objects.get().current_version.status == Status.ON_PAPER


def test_a_row_is_added_and_nothing_that_was_typed_goes(cast):
    response = signed_in(cast.cjvsf).post(reverse("paper_add"), posted(cast, rows="add S1-14"))
    page = response.content.decode()
    assert 'name="S1-14.1.funder"' in page
    assert 'value="Joinery"' in page
    assert Agreement.objects.count() == 0


def test_only_cjvsf_takes_paper_in(cast):
    for nobody in (cast.signatory, cast.hoo, cast.stranger):
        assert signed_in(nobody).get(reverse("paper_add")).status_code == 404
        with pytest.raises(PermissionDenied):
            take_in_paper(**given(cast, by=nobody))


def test_an_outline_without_a_scan_is_not_taken_in(cast):
    version = factories.bring_to("outline", cast)
    assert steps_open_to(cast.cjvsf, version) == ()
    with pytest.raises(PermissionDenied):
        perform("take-in-paper", version, by=cast.cjvsf)
    factories.scan(version, by=cast.cjvsf)
    assert steps_open_to(cast.cjvsf, version) == (BY_NAME["take-in-paper"],)


def test_what_was_signed_on_paper_tells_nothing_of_how_long_a_status_takes(cast):
    """Or hundreds taken in on one day would bring the median of the outlines to nothing."""
    version = take_in_paper(**given(cast))
    assert list(version.changes.values_list("step", "working_days")) == [("take-in-paper", None)]


def test_it_is_not_signed_in_the_future_and_starts_before_it_ends(cast):
    response = signed_in(cast.cjvsf).post(reverse("paper_add"), posted(cast, **{"signed_on-year": "2099"}))
    assert response.context["form"].errors == {"signed_on": ["Enter a day that isn’t in the future"]}
    backwards = factories.ON_PAPER | {"S4-05": {"start": "2028-01-01", "end": "2027-01-01"}}
    with pytest.raises(NotReady):
        take_in_paper(**given(cast, answers=backwards))


def test_what_it_asks_is_asked_by_the_published_questions(cast):
    words = begin(
        organisation=cast.charity, establishment=cast.prison, service_name="X", by=cast.cjvsf
    ).question_set.words
    assert [name for name in MAPPED if name not in words.questions] == []
