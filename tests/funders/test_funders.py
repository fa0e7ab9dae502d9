"""What those outside an agreement read: funders what is shared with them, until a day; everybody what both sides show."""

import datetime as dt

import page
import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from agreements import verification
from agreements.effects import Request
from agreements.models import Agreement, FunderShare, Printing, Showing
from agreements.operations.drafting import add_comment
from agreements.operations.showing import end_share, set_showing, share_with_funder
from agreements.tasks import print_documents, sealer
from directory.editions import edition_for
from directory.models import Organisation, Role
from directory.operations import organisations
from directory.parties import Party
from portal.foundation import clock, disclosure, seal
from portal.foundation.exceptions import NotReady
from portal.funders import telling
from tests import factories

pytestmark = pytest.mark.django_db

CANARY = "Kestrel and heron"


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    path = tmp_path_factory.mktemp("seal") / "seal.p12"
    seal.make_demo_key(path, passphrase="of a test")
    return path


@pytest.fixture(autouse=True)
def sealed_here(settings, key, tmp_path):
    settings.SEAL_KEY_FILE, settings.SEAL_KEY_PASSPHRASE = key, "of a test"
    settings.SEAL_KNOWN_CERTIFICATES, settings.MEDIA_ROOT = key.parent, tmp_path
    # A process reads its key once, and another test may have sealed here with another.
    sealer.cache_clear()
    yield
    sealer.cache_clear()


@pytest.fixture
def cast():
    return factories.Cast()


@pytest.fixture
def trust():
    return Organisation.objects.create(name="Heron Trust", is_funder=True)


@pytest.fixture
def funder(trust):
    return factories.hold(factories.post(Role.FUNDER, trust))


@pytest.fixture
def version(cast):
    return factories.bring_to(
        "in force", cast, S1_06="Six in ten said so.", S1_07=CANARY, S1_11={"at_once": 4, "in_total": 12}
    )


def signed_in(user=None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


def next_month():
    return clock.today() + dt.timedelta(days=30)


def share(version, trust, cast, until_on=None):
    return share_with_funder(version, funder=trust, until_on=until_on or next_month(), by=cast.signatory)


def read(client, version, name="shared_agreement"):
    return client.get(reverse(name, args=[version.agreement.reference]))


def show(version, *people):
    for who in people:
        set_showing(version, is_shown=True, by=who)


# Funders


def test_a_funder_reads_what_was_shared_until_its_last_day(cast, version, trust, funder):
    assert read(signed_in(funder), version).status_code == 404
    share(version, trust, cast)
    text = read(signed_in(funder), version).content.decode()
    said = [
        "Six in ten said so.",
        "Full agreement",
        "Approved by the Head of Offender Outcomes on",
        "Final agreed version",
    ]
    assert [words for words in said if words not in text] == []
    with clock.set_to(clock.now() + dt.timedelta(days=31)):
        assert read(signed_in(funder), version).status_code == 404
        assert telling.portfolio(funder).count() == 0


def test_a_share_that_is_ended_opens_nothing_any_more(cast, version, trust, funder):
    share(version, trust, cast)
    address = reverse("share_end", args=[version.agreement.reference])
    assert signed_in(cast.signatory).post(address, {"funder": trust.pk}).status_code == 302
    assert read(signed_in(funder), version).status_code == 404
    assert signed_in(cast.signatory).post(address, {"funder": trust.pk}).status_code == 404


def test_without_the_days_a_share_would_last_for_ever(cast, version, trust, funder, monkeypatch):
    share(version, trust, cast)
    monkeypatch.setattr("agreements.models.funders.FunderShareQuerySet.open", lambda rows: rows)
    end_share(version, funder=trust, by=cast.signatory)
    assert read(signed_in(funder), version).status_code == 200


def test_another_funder_reads_nothing(cast, version, trust):
    other = factories.hold(factories.post(Role.FUNDER, Organisation.objects.create(name="Osprey", is_funder=True)))
    share(version, trust, cast)
    assert read(signed_in(other), version).status_code == 404
    assert signed_in(other).get(reverse("portfolio")).context["rows"] == []


def test_no_other_answer_no_name_and_no_small_count_is_told(cast, version, trust, funder):
    variation = factories.perform("vary", version, by=cast.signatory).version.agreement.versions.last()
    add_comment(variation, question_id="S1-01", text=CANARY, mentions=[], by=cast.contributor)
    share(version, trust, cast)
    text = read(signed_in(funder), version).content.decode()
    hidden = [CANARY, cast.hoo.name, cast.signatory.name, cast.contributor.name, "12000"]
    assert [words for words in hidden if words in text] == []
    rows = {row["label"]: row.get("value") for row in telling.told(version, [])}
    assert rows["Places at once"] == "Fewer than 5"


def test_without_the_least_count_four_people_would_be_told(version, monkeypatch):
    monkeypatch.setattr(disclosure, "FEWEST", 1)
    assert {row["label"]: row.get("value") for row in telling.told(version, [])}["Places at once"] == "4"


def test_an_outline_and_a_full_agreement_are_told_apart(cast, trust, funder):
    outline = factories.bring_to("supported", cast)
    share(outline, trust, cast)
    (row,) = signed_in(funder).get(reverse("portfolio")).context["rows"]
    assert row.stage == "Outline proposal, before its funding is secured"
    assert "Supported the outline on" in read(signed_in(funder), outline).content.decode()


@pytest.mark.parametrize(
    ("status", "step", "stage", "said"),
    [
        ("with prison", "decline", "Outline proposal, before its funding is secured", "Declined on"),
        ("supported", "end-support", "Outline proposal, before its funding is secured", "Ended its support on"),
        ("details", "", "Full agreement", "Accepted the outline on"),
        ("for approval", "decline", "Full agreement", "Declined on"),
        ("outline", "", "Outline proposal, before its funding is secured", "None yet"),
    ],
)
def test_a_funder_reads_how_far_it_came_and_what_the_prison_said_last(cast, trust, funder, status, step, stage, said):
    version = factories.bring_to(status, cast)
    share(version, trust, cast)
    if step:
        factories.perform(step, version, by=cast.hoo, request=Request(reason="other", note="Because"))
    (row,) = signed_in(funder).get(reverse("portfolio")).context["rows"]
    rows = {row["label"]: row.get("value", "") for row in read(signed_in(funder), version).context["rows"]}
    assert (row.stage, rows["Stage"]) == (stage, stage)
    assert rows["Decision of the prison"].startswith(said)


def test_what_was_signed_on_paper_is_told_so_when_it_has_ended_too(cast):
    version = factories.bring_to("outline", cast)
    factories.scan(version, by=cast.cjvsf)
    factories.perform("take-in-paper", version, by=cast.cjvsf)
    told = []
    for status in ("on paper", "ended"):
        type(version).objects.filter(pk=version.pk).update(status=status)
        rows = telling.told(factories.fresh(version), [])
        told += [row["value"] for row in rows if row["label"] == "Decision of the prison"]
    assert told == [f"Signed on paper, and taken in on {clock.say_day(clock.today())}"] * 2


def test_no_contact_that_somebody_wrote_into_an_answer_is_told(cast):
    version = factories.bring_to("in force", cast, S1_01="Ring Ann on 0141 496 0000 or ann@kestrel.example.")
    show(version, cast.signatory, cast.hoo)
    text = read(signed_in(), version, "public_agreement").content.decode()
    assert "Ring Ann on (contact left out) or (contact left out)." in text


def test_a_funder_opens_nothing_else(cast, version, trust, funder):
    share(version, trust, cast)
    assert Agreement.objects.visible_to(funder).count() == 0
    for name in ("agreement_detail", "agreement_words", "agreement_data", "agreement_readers"):
        assert read(signed_in(funder), version, name).status_code == 404
    assert edition_for(funder) == edition_for(factories.user())
    assert Party(organisation=trust).roles == (Role.FUNDER,)


def test_only_those_who_decide_for_the_partner_share_and_only_with_funders(cast, version, trust):
    for nobody in (cast.contributor, cast.hoo, cast.cjvsf, cast.stranger):
        with pytest.raises(PermissionDenied):
            share_with_funder(version, funder=trust, until_on=next_month(), by=nobody)
    with pytest.raises(NotReady):
        share_with_funder(version, funder=cast.charity, until_on=next_month(), by=cast.signatory)
    with pytest.raises(NotReady):
        share(version, trust, cast, until_on=clock.today() - dt.timedelta(days=1))
    assert FunderShare.objects.count() == 0


@pytest.mark.parametrize("count", [1, 3])
def test_a_portfolio_takes_the_same_queries_whatever_its_length(cast, trust, funder, count, django_assert_num_queries):
    for _ in range(count):
        share(cast.start(), trust, cast)
    client = signed_in(funder)
    client.get(reverse("portfolio"))
    with django_assert_num_queries(5):
        assert len(client.get(reverse("portfolio")).context["rows"]) == count


GRANT = "360G-heron-2026/118"
NOT_GRANTS = ["118", "360G-heron", "360g-heron-1", "360G-heron-1 2", "360G-heron-1\tb", "360G-heron-<b>", "360G--1"]


def posted(cast, version, trust, grant_id: str):
    day = next_month()
    told = {"funder": trust.pk, "until_on-day": day.day, "until_on-month": day.month, "until_on-year": day.year}
    address = reverse("agreement_readers", args=[version.agreement.reference])
    return signed_in(cast.signatory).post(address, told | {"grant_id": grant_id})


def test_a_grant_is_told_to_its_funder_and_to_everybody_once_both_sides_show_the_agreement(
    cast, version, trust, funder
):
    other = Organisation.objects.create(name="Osprey Fund", is_funder=True)
    of_other = factories.hold(factories.post(Role.FUNDER, other))
    share(version, other, cast)
    assert posted(cast, version, trust, f" {GRANT} ").status_code == 302
    pages = [read(signed_in(who), version) for who in (funder, of_other)]
    assert [GRANT in page.content.decode() for page in pages] == [True, False]
    show(version, cast.signatory, cast.hoo)
    assert GRANT in read(signed_in(), version, "public_agreement").content.decode()
    end_share(version, funder=trust, by=cast.signatory)
    assert GRANT not in read(signed_in(), version, "public_agreement").content.decode()


@pytest.mark.parametrize("grant_id", NOT_GRANTS)
def test_what_is_no_identifier_of_a_grant_is_refused_and_nothing_typed_is_lost(cast, version, trust, grant_id):
    page = posted(cast, version, trust, grant_id)
    assert (page.status_code, FunderShare.objects.count()) == (200, 0)
    errors = page.context["form"].errors
    assert (set(errors), page.context["form"]["grant_id"].value()) == ({"grant_id"}, grant_id)


# Everybody


def test_anyone_reads_it_while_both_sides_agree(cast, version):
    for people, status in (((), 404), ((cast.signatory,), 404), ((cast.hoo,), 200)):
        show(version, *people)
        assert read(signed_in(), version, "public_agreement").status_code == status
    set_showing(version, is_shown=False, by=cast.hoo)
    assert read(signed_in(), version, "public_agreement").status_code == 404


def test_without_counting_sides_one_would_do(cast, version, monkeypatch):
    show(version, cast.signatory)
    monkeypatch.setattr(
        "agreements.models.funders.ShowingQuerySet.agreements",
        lambda rows: Agreement.objects.filter(showings__in=rows),
    )
    assert read(signed_in(), version, "public_agreement").status_code == 200


def test_the_code_of_a_signed_document_leads_to_the_public_page(cast, version):
    code = version.documents.get(overtaken_at=None).code
    address = reverse("public_agreement", args=[version.agreement.reference])
    assert address not in signed_in().post(reverse("verify"), {"code": code}).content.decode()
    show(version, cast.signatory, cast.hoo)
    assert address in signed_in().post(reverse("verify"), {"code": code}).content.decode()


def test_who_decides_for_neither_side_cannot_show_it(cast, version):
    for nobody in (cast.contributor, cast.cjvsf):
        with pytest.raises(PermissionDenied):
            set_showing(version, is_shown=True, by=nobody)
    assert Showing.objects.count() == 0


# The letter


def test_supporting_an_outline_makes_a_sealed_letter_that_says_so(cast, settings):
    version = factories.bring_to("supported", cast, S1_06="Six in ten said so.", S1_07=CANARY)
    assert print_documents() == 1
    letter = Printing.objects.get(version=version, kind=Printing.Kind.LETTER)
    assert ("Six in ten said so." in letter.html, CANARY in letter.html, cast.hoo.name in letter.html) == (
        True,
        False,
        False,
    )
    assert CANARY not in str(letter.data)
    content = letter.file.read()
    assert seal.check(content, trusted=seal.known_certificates(settings.SEAL_KNOWN_CERTIFICATES)).genuine
    for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
        assert [failure.message for failure in page.validate_pdf_bytes(content, profile=profile).failures] == []
    finding = verification.of_file(content)
    assert (finding.headline, finding.is_good, finding.standing) == (
        "This letter of support is genuine",
        True,
        "The prison still supports the outline.",
    )
    factories.perform("withdraw", version, by=cast.signatory)
    assert verification.of_file(content).standing.startswith("It was withdrawn on")
    assert verification.of_file(content[:-40] + bytes(40)).is_good is False


def test_accepting_an_outline_makes_no_letter(cast):
    factories.bring_to("details", cast)
    assert Printing.objects.count() == 0


# Two funders that were one


def test_a_merged_funders_people_read_what_both_were_shown_and_undone_each_reads_its_own(cast, version, trust, funder):
    other = Organisation.objects.create(name="Osprey Fund", is_funder=True)
    of_other = factories.hold(factories.post(Role.FUNDER, other))
    share(version, other, cast)
    outline = cast.start()
    share(outline, trust, cast)
    row = organisations.merge(other, into=trust, by=cast.cjvsf)
    both, own = {version.agreement, outline.agreement}, [{version.agreement}, {outline.agreement}]
    assert [read_by(of_other), read_by(funder)] == [both, both]
    organisations.undo_merge(row, by=cast.cjvsf)
    assert [read_by(of_other), read_by(funder)] == own


def read_by(funder) -> set[Agreement]:
    """Asked anew: where somebody stands is remembered for a day."""
    return {found.agreement for found in telling.portfolio(type(funder).objects.get(pk=funder.pk))}


def test_of_two_shares_of_one_agreement_the_one_of_the_funder_that_stays_counts(cast, version, trust, funder):
    other = Organisation.objects.create(name="Osprey Fund", is_funder=True)
    for each in (trust, other):
        share(version, each, cast)
    row = organisations.merge(other, into=trust, by=cast.cjvsf)
    assert telling.portfolio(funder).count() == 1
    end_share(version, funder=trust, by=cast.signatory)
    assert read_by(funder) == set()
    organisations.undo_merge(row, by=cast.cjvsf)
    assert set(other.shared_with.values_list("ended_at", flat=True)) == {None}


def test_a_funder_and_a_partner_are_not_merged(cast, trust):
    for merged, into in ((trust, cast.charity), (cast.charity, trust)):
        with pytest.raises(NotReady, match="One of them is a funder"):
            organisations.merge(merged, into=into, by=cast.cjvsf)
