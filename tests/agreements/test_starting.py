"""From a check to a draft: the start, and the copy of an agreement."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import Agreement, EligibilityCheck, Version
from agreements.operations import starting
from agreements.reading import read
from directory.models import Establishment, Holding, Listing, Role, Service, Term
from portal.foundation import typed
from portal.foundation.models import TypedText
from tests import factories
from tests.agreements.checks import ANSWERS, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


@pytest.fixture
def visitor() -> Client:
    return Client()


@pytest.fixture
def partner(cast) -> Client:
    """A contributor who has just been told that an agreement is needed."""
    client = Client()
    client.post(reverse("start"), ANSWERS)
    client.force_login(cast.contributor)
    return client


def choices(cast, **given) -> dict:
    return {
        "organisation": str(cast.charity.pk),
        "establishment": str(cast.prison.pk),
        "service": "new",
        "service_name": "Fresh start",
    } | given


def test_going_on_needs_a_sign_in_and_then_remembers_the_check(visitor, cast):
    visitor.post(reverse("start"), ANSWERS)
    assert visitor.get(reverse("agreement_new")).url == f"{reverse('account_login')}?next={reverse('agreement_new')}"
    visitor.force_login(cast.contributor)
    assert visitor.get(reverse("agreement_new")).status_code == 200


def test_a_start_without_a_check_begins_with_the_check(cast):
    client = Client()
    client.force_login(cast.contributor)
    response = client.get(reverse("agreement_new"), follow=True)
    assert response.redirect_chain == [(reverse("start"), 302)]
    assert "First check whether you need an agreement." in words(response)


@pytest.mark.parametrize("who", ["hoo", "cjvsf"])
def test_only_a_partner_starts_an_agreement(cast, who):
    client = Client()
    client.post(reverse("start"), ANSWERS)
    client.force_login(getattr(cast, who))
    assert client.get(reverse("agreement_new")).status_code == 403


def test_what_needs_no_agreement_is_not_started(cast):
    client = Client()
    client.force_login(cast.contributor)
    client.post(reverse("start"), ANSWERS | {"ELG-03": "yes"})
    assert client.post(reverse("agreement_new"), choices(cast)).url == reverse("start_result")
    assert Agreement.objects.count() == 0


def test_only_prisons_that_are_open_or_planned_are_offered(partner):
    form = partner.get(reverse("agreement_new")).context["form"]
    offered = {value for value, _ in form.fields["establishment"].choices}
    closed = {str(prison.pk) for prison in Establishment.objects.filter(status="closed")}
    planned = {str(prison.pk) for prison in Establishment.objects.filter(status="planned")}
    assert closed
    assert planned
    assert not closed & offered
    assert planned <= offered


def test_a_closed_prison_is_refused_in_a_sentence(partner, cast):
    closed = Establishment.objects.filter(status="closed").first()
    response = partner.post(reverse("agreement_new"), choices(cast, establishment=str(closed.pk)))
    assert "Choose from the list" in words(response)
    assert Agreement.objects.count() == 0


def test_the_first_step_shows_the_post_and_not_the_person(partner, cast):
    cast.hoo_post.mailbox = "outcomes.perth@example.org"
    cast.hoo_post.save()
    page = words(partner.post(reverse("agreement_new"), choices(cast)))
    assert "Who you will deal with at HMP Perth" in page
    assert "outcomes.perth@example.org" in page
    assert cast.hoo.name not in page
    assert "Nobody holds this post" not in page
    assert Agreement.objects.count() == 0


def test_a_vacant_post_is_said_to_be_vacant(partner, cast):
    Holding.objects.filter(post=cast.hoo_post).update(until_on=dt.date(2021, 1, 1))
    assert "Nobody holds this post at the moment." in words(partner.post(reverse("agreement_new"), choices(cast)))


def test_a_prison_without_such_a_post_says_the_same(partner, cast):
    shotts = factories.prison("SHO")
    page = words(partner.post(reverse("agreement_new"), choices(cast, establishment=str(shotts.pk))))
    assert "Nobody holds this post at the moment." in page


def list_a_service(name: str, need: str, *, at: str = "PER", is_live: bool = True) -> None:
    charity = factories.organisation()
    service = Service.objects.create(organisation=charity, name=name)
    listing = Listing.objects.create(
        service=service, establishment=factories.prison(at), agreement_reference=name[:12], summary="", is_live=is_live
    )
    listing.terms.add(Term.objects.get(vocabulary__key="needs", slug=need))


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ([], {"Homes first", "Well again"}),
        (["health"], {"Well again"}),
        (["accommodation", "health"], {"Homes first", "Well again"}),
    ],
)
def test_what_is_already_provided_there_for_the_same_needs_is_shown(partner, cast, needs, expected):
    list_a_service("Homes first", "accommodation")
    list_a_service("Well again", "health")
    list_a_service("Elsewhere", "health", at="SHO")
    list_a_service("Over", "health", is_live=False)
    response = partner.post(reverse("agreement_new"), choices(cast, needs=needs))
    assert {listing.service.name for listing in response.context["provided"]} == expected


def test_an_agreement_that_the_organisation_has_already_is_pointed_out(partner, cast):
    version = cast.start()
    page = words(partner.post(reverse("agreement_new"), choices(cast, service=str(version.agreement.service_id))))
    assert "Your organisation already has an agreement for this service at HMP Perth." in page
    assert version.agreement.reference in page


def confirmed(cast, **given) -> dict:
    given = choices(cast, **given)
    return given | {"start": "yes", "looked_at": given["establishment"]}


def test_the_confirmed_start_opens_a_draft_with_what_the_check_said(partner, cast):
    response = partner.post(reverse("agreement_new"), confirmed(cast, needs=["health"]))
    agreement = Agreement.objects.get()
    assert response.url == reverse("agreement_detail", args=[agreement.reference])
    assert (agreement.organisation, agreement.establishment) == (cast.charity, cast.prison)
    assert agreement.service.name == "Fresh start"
    assert agreement.eligibility == EligibilityCheck.objects.get()
    assert read(Version.objects.get()).answers == {
        "S1-02": ["inside"],
        "S1-05": ["health"],
        "S1-14": [{"funder": "Trust or foundation", "status": "secured"}],
    }


def test_nothing_starts_before_its_prison_has_been_looked_at(partner, cast):
    shotts = str(factories.prison("SHO").pk)
    response = partner.post(reverse("agreement_new"), confirmed(cast) | {"establishment": shotts})
    assert "Who you will deal with at HMP Shotts" in words(response)
    assert Agreement.objects.count() == 0


def test_one_check_starts_one_agreement_however_often_it_is_pressed(partner, cast):
    first = partner.post(reverse("agreement_new"), confirmed(cast))
    second = partner.post(reverse("agreement_new"), confirmed(cast))
    assert first.url == second.url
    assert Agreement.objects.count() == 1


def test_a_second_agreement_begins_with_a_check_of_its_own(partner, cast):
    partner.post(reverse("agreement_new"), confirmed(cast))
    assert partner.get(reverse("agreement_new")).url == reverse("start")


def test_an_existing_service_keeps_its_spelling(partner, cast):
    Service.objects.create(organisation=cast.charity, name="Fresh Start")
    partner.post(reverse("agreement_new"), confirmed(cast, service_name="fresh start"))
    assert Agreement.objects.get().service.name == "Fresh Start"
    assert Service.objects.count() == 1


def test_a_new_service_needs_a_name(partner, cast):
    response = partner.post(reverse("agreement_new"), confirmed(cast, service_name=" \u200b "))
    assert response.context["form"].error_summary() == [("Enter the name of the new service", "id_service_name")]
    assert Agreement.objects.count() == 0


def test_somebody_elses_organisation_or_service_cannot_be_chosen(partner, cast):
    other = factories.organisation()
    service = Service.objects.create(organisation=other, name="Theirs")
    data = confirmed(cast, organisation=str(other.pk), service=str(service.pk))
    response = partner.post(reverse("agreement_new"), data)
    assert set(response.context["form"].errors) == {"organisation", "service"}
    assert "Theirs" not in words(response)
    assert Agreement.objects.count() == 0


def test_who_drafts_for_two_organisations_chooses_one_of_them(cast):
    second = factories.organisation()
    factories.hold(factories.post(Role.CONTRIBUTOR, second), cast.contributor)
    service = Service.objects.create(organisation=second, name="Second")
    client = Client()
    client.post(reverse("start"), ANSWERS)
    client.force_login(cast.contributor)
    response = client.post(reverse("agreement_new"), confirmed(cast, service=str(service.pk)))
    assert "“Second” belongs to another organisation" in words(response)
    client.post(reverse("agreement_new"), confirmed(cast, service=str(service.pk), organisation=str(second.pk)))
    assert Agreement.objects.get().organisation == second


@pytest.mark.parametrize("name", ["x" * 121, "<b>bold</b>" * 20])
def test_a_name_that_is_too_long_gets_a_sentence_and_comes_back(partner, cast, name):
    response = partner.post(reverse("agreement_new"), confirmed(cast, service_name=name))
    assert "Use 120 characters or fewer" in words(response)
    assert response.context["form"]["service_name"].value() == name


def test_what_was_typed_when_the_session_ended_comes_back(partner, cast):
    path = reverse("agreement_new")
    given = choices(cast, service_name="Half typed", typed_by=typed.token(cast.contributor, path))
    Client().post(path, given)
    assert TypedText.objects.count() == 1
    response = partner.get(path)
    assert "We kept what you were typing" in words(response)
    assert response.context["form"]["service_name"].value() == "Half typed"
    assert Agreement.objects.count() == 0


def test_a_copy_for_another_prison_takes_only_what_is_the_same_everywhere(cast):
    version = factories.bring_to("with prison", cast)
    client = Client()
    client.force_login(cast.contributor)
    shotts = factories.prison("SHO")
    url = reverse("agreement_copy", args=[version.agreement.reference])
    client.post(url, {"establishment": str(shotts.pk)})
    copy = Agreement.objects.get(establishment=shotts)
    assert copy.copied_from == version.agreement
    assert copy.service == version.agreement.service
    answers = read(copy.current_version).answers
    assert set(answers) == set(read(version).answers) & starting.shared_questions(version)
    assert "S1-01" in answers
    assert "S1-06" not in answers


def test_a_copy_asks_for_the_prison_in_a_sentence(cast):
    version = cast.start()
    client = Client()
    client.force_login(cast.contributor)
    response = client.post(reverse("agreement_copy", args=[version.agreement.reference]), {})
    assert response.context["form"].error_summary() == [("Choose a prison", "id_establishment")]
    assert Agreement.objects.count() == 1


def test_a_prison_may_see_an_agreement_but_not_copy_it(cast):
    version = factories.bring_to("with prison", cast)
    client = Client()
    client.force_login(cast.hoo)
    assert client.get(reverse("agreement_copy", args=[version.agreement.reference])).status_code == 403


def test_an_agreement_of_others_cannot_be_copied(cast):
    version = cast.start()
    client = Client()
    client.force_login(cast.stranger)
    assert client.get(reverse("agreement_copy", args=[version.agreement.reference])).status_code == 404


def test_a_copy_in_another_agreement_leaves_the_files_where_they_were_attached():
    from agreements.questions.definition import Control
    from agreements.questions.values import without_files

    files = Control(id="policy", text="Policy", type="file")
    group = Control(
        id="S3-21", text="How?", type="group", parts=(Control(id="process", text="How", type="long_text"), files)
    )
    attached = [{"id": "1", "name": "policy.pdf", "size": 1, "sha256": "0"}]
    assert without_files(files, attached) is None
    assert without_files(group, {"process": "In words.", "policy": attached}) == {"process": "In words."}
