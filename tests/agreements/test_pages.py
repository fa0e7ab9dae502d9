"""The pages of an agreement: who gets them, what they say, and how many queries they cost."""

import re

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import Agreement, Answer, Status, Version
from agreements.reading import read
from agreements.views.steps import NOT_PROVED
from portal.foundation import clock, typed
from portal.foundation.models import TypedText
from tests import factories

pytestmark = pytest.mark.django_db

ONE = [
    "agreement_detail",
    "agreement_check",
    "agreement_history",
    "agreement_compare",
    "agreement_words",
    "agreement_data",
    "action_list",
    "action_add",
    "data_flow",
]


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


def without_tokens(answer) -> str:
    return re.sub('name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("place", ONE)
def test_another_charity_and_another_prison_find_nothing_there(cast, place):
    version = factories.bring_to("details", cast)
    address = reverse(place, args=[version.agreement.reference])
    other_hoo = factories.hold(factories.post("hoo", factories.prison("EDI")))
    for nosy in (cast.stranger, other_hoo):
        client = signed_in(nosy)
        answer, missing = client.get(address), client.get(reverse(place, args=["PA-000000"]))
        assert answer.status_code == 404
        assert without_tokens(answer) == without_tokens(missing)
    assert signed_in(cast.hoo).get(address).status_code == 200
    assert signed_in(cast.cjvsf).get(address).status_code == 200


def test_the_prison_sees_nothing_before_the_outline_is_sent(cast):
    version = factories.bring_to("outline", cast)
    address = reverse("agreement_detail", args=[version.agreement.reference])
    assert signed_in(cast.hoo).get(address).status_code == 404
    assert signed_in(cast.contributor).get(address).status_code == 200


def test_pages_ask_for_a_sign_in(cast, client):
    version = factories.bring_to("details", cast)
    address = reverse("agreement_detail", args=[version.agreement.reference])
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("place", ["agreement_list", "home"])
def test_lists_cost_the_same_queries_whatever_the_rows(cast, place):
    factories.bring_to("outline", cast)
    client = signed_in(cast.contributor)
    client.get(reverse(place))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse(place))
    for _ in range(3):
        factories.bring_to("outline", cast)
    with CaptureQueriesContext(connection) as four:
        client.get(reverse(place))
    assert len(four) == len(one)
    assert len(one) <= (15 if place == "home" else 10)


def test_the_list_costs_the_same_queries_however_it_is_narrowed(cast):
    client = signed_in(cast.cjvsf)
    given = {"prison": cast.prison.slug, "organisation": cast.charity.slug, "need": "health", "status": "with prison"}
    client.get(reverse("home"))
    numbers = []
    for rows in (1, 2):
        for _ in range(rows):
            factories.bring_to("with prison", cast, S1_05=["health"])
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("agreement_list"), given | {"words": "service", "standing": "drafted"})
        numbers.append((len(page.context["page"].object_list), len(queries)))
    assert numbers == [(1, 10), (3, 10)]


def test_what_has_a_live_copy_is_followed_also_when_another_copy_came_to_nothing(cast):
    version = factories.bring_to("in force", cast)
    Version.objects.filter(pk=version.pk).update(ends_on=clock.today())
    ends_soon = Agreement.objects.filter(pk=version.agreement_id)
    copies = [factories.bring_to(status, cast).agreement for status in ("withdrawn", "outline")]
    Agreement.objects.filter(pk=copies[0].pk).update(copied_from=version.agreement)
    assert list(ends_soon.ending()) == [version.agreement]
    Agreement.objects.filter(pk=copies[1].pk).update(copied_from=version.agreement)
    assert list(ends_soon.ending()) == []


def test_the_form_of_a_section_costs_the_same_queries_however_much_is_answered(cast):
    version = factories.bring_to("outline", cast)
    address, client = reverse("section_edit", args=[version.agreement.reference, "S1"]), signed_in(cast.contributor)
    post_section(client, version, "S1", {"base_S1-06": "", "S1-06": "People ask."})
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    factories.answer_all(version, by=cast.contributor)
    version.terms.clear()  # Like services are asked for once it is known which need is met.
    with CaptureQueriesContext(connection) as all_of_them:
        client.get(address)
    assert len(one) == len(all_of_them) <= 12


def test_the_page_of_an_agreement_costs_at_most_fifteen_queries(cast):
    version = factories.bring_to("for approval", cast)
    client = signed_in(cast.hoo)
    client.get("/home/")
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("agreement_detail", args=[version.agreement.reference]))
    assert len(queries) <= 15


def post_section(client: Client, version, section: str, data: dict, **headers):
    return client.post(reverse("section_edit", args=[version.agreement.reference, section]), data, headers=headers)


def test_an_answer_is_saved_and_the_next_section_opens(cast):
    version = factories.bring_to("outline", cast)
    answer = post_section(
        signed_in(cast.contributor), version, "S1", {"base_S1-06": "", "S1-06": "People ask for it.", "continue": "yes"}
    )
    assert answer.status_code == 302
    assert read(version).answers["S1-06"] == "People ask for it."


def test_autosave_takes_the_same_route_and_says_when(cast):
    version = factories.bring_to("outline", cast)
    client = signed_in(cast.contributor)
    answer = post_section(client, version, "S1", {"base_S1-06": "", "S1-06": "People ask."}, **{"X-Autosave": "1"})
    row = Answer.objects.get(version=version, replaced_at=None)
    assert answer.json()["base"] == {"S1-06": row.pk}
    assert len(answer.json()["saved"]) == len("10:42")


def test_a_second_writer_sees_both_texts_and_loses_nothing(cast):
    version = factories.bring_to("outline", cast)
    post_section(signed_in(cast.signatory), version, "S1", {"base_S1-06": "", "S1-06": "Theirs first."})
    client = signed_in(cast.contributor)
    answer = post_section(
        client, version, "S1", {"base_S1-06": "", "S1-06": "Mine second.", "base_S1-07": "", "S1-07": "Ok."}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Theirs first." in page
    assert "Mine second." in page
    assert read(version).answers == {"S1-06": "Theirs first.", "S1-07": "Ok."}
    stored = Answer.objects.get(version=version, question_id="S1-06")
    post_section(client, version, "S1", {"base_S1-06": str(stored.pk), "S1-06": "Both."})
    assert read(version).answers["S1-06"] == "Both."


def test_what_is_typed_for_a_closed_question_is_shown_to_copy_and_not_saved(cast):
    version = factories.bring_to("with prison", cast)
    before = read(version).answers
    answer = post_section(
        signed_in(cast.contributor), version, "S1", {"base_S1-06": "1", "S1-06": "Too late, but kept."}
    )
    assert answer.status_code == 409
    assert "Too late, but kept." in answer.content.decode()
    assert read(version).answers == before


def test_a_number_that_looks_like_a_prisoners_is_questioned_before_it_is_saved(cast):
    version = factories.bring_to("outline", cast)
    client = signed_in(cast.contributor)
    told = {"base_S1-06": "", "S1-06": "Ask 123456 about it."}
    answer = post_section(client, version, "S1", told)
    assert "number of a person in custody" in answer.content.decode()
    assert "123456" in answer.content.decode()
    assert not Answer.objects.filter(version=version).exists()
    post_section(client, version, "S1", told | {"sure_about_numbers": "yes"})
    assert read(version).answers["S1-06"] == "Ask 123456 about it."


def test_text_typed_when_the_session_ended_comes_back_to_the_same_person_only(cast):
    version = factories.bring_to("outline", cast)
    address = reverse("section_edit", args=[version.agreement.reference, "S1"])
    typed_by = typed.token(cast.contributor, address)
    Client().post(address, {"base_S1-06": "", "S1-06": "A long answer " * 400, "typed_by": typed_by})
    assert "A long answer" not in signed_in(cast.signatory).get(address).content.decode()
    page = signed_in(cast.contributor).get(address).content.decode()
    assert "A long answer" in page
    assert "It isn’t saved yet" in page
    assert not TypedText.objects.exists()


def test_a_forged_or_borrowed_token_keeps_nothing(cast):
    version = factories.bring_to("outline", cast)
    address = reverse("section_edit", args=[version.agreement.reference, "S1"])
    for token in (
        "nonsense",
        signing.dumps([cast.contributor.pk, address], salt="other"),
        typed.token(cast.hoo, "/other/"),
    ):
        Client().post(address, {"S1-06": "x", "typed_by": token})
    assert not TypedText.objects.exists()


def sign_form(user, version) -> dict:
    address = reverse("step_take", args=[version.agreement.reference, "sign"])
    page = signed_in(user).get(address)
    return {"opened": page.context["opened"], "intent": "on"}


def recovery_code(user) -> str:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    return RecoveryCodes.activate(user).get_unused_codes()[0]


def test_signing_asks_for_password_and_code_and_a_code_counts_once(cast):
    version = factories.bring_to("for signature", cast)
    address = reverse("step_take", args=[version.agreement.reference, "sign"])
    code = recovery_code(cast.signatory)
    told = sign_form(cast.signatory, version)
    client = signed_in(cast.signatory)
    wrong = client.post(address, told | {"password": "wrong", "code": code})
    assert wrong.context["form"].errors == {"password": [NOT_PROVED]}
    assert not version.documents.get().signatures.exists()
    right = client.post(address, told | {"password": factories.PASSWORD, "code": code})
    assert right.status_code == 302
    signature = version.documents.get().signatures.get()
    assert signature.proved_by == "password and recovery code"
    assert signature.words_sha256 == version.documents.get().sha256
    again = signed_in(cast.hoo).post(
        address, sign_form(cast.hoo, version) | {"password": factories.PASSWORD, "code": code}
    )
    assert again.context["form"].errors == {"password": [NOT_PROVED]}
    assert version.documents.get().signatures.count() == 1


def test_a_password_that_normalising_would_change_signs_as_it_signs_in(cast):
    version = factories.bring_to("for signature", cast)
    cast.signatory.set_password("a long cafe\u0301 password")
    cast.signatory.save()
    told = sign_form(cast.signatory, version) | {"password": "a long cafe\u0301 password"}
    address = reverse("step_take", args=[version.agreement.reference, "sign"])
    answer = signed_in(cast.signatory).post(address, told | {"code": recovery_code(cast.signatory)})
    assert answer.status_code == 302
    assert version.documents.get().signatures.count() == 1


def test_approving_words_that_have_changed_since_is_refused_with_an_explanation(cast):
    version = factories.bring_to("for approval", cast)
    address = reverse("step_take", args=[version.agreement.reference, "approve"])
    client = signed_in(cast.hoo)
    opened = client.get(address).context["opened"]
    row = Answer.objects.filter(version=version, question_id="S4-04", replaced_at=None).first()
    post_section(client, version, "S4", {"base_S4-04": str(row.pk) if row else "", "S4-04": "On a new condition."})
    answer = client.post(address, {"opened": opened})
    assert answer.status_code == 409
    assert "changed since you opened" in answer.content.decode()
    version.refresh_from_db()
    assert version.status == Status.FOR_APPROVAL
    assert client.post(address, {"opened": client.get(address).context["opened"]}).status_code == 302


def test_the_one_who_comes_second_learns_who_was_quicker(cast):
    version = factories.bring_to("for approval", cast)
    address = reverse("step_take", args=[version.agreement.reference, "approve"])
    opened = signed_in(cast.hoo).get(address).context["opened"]
    factories.take("approve", version, cast)
    answer = signed_in(cast.hoo).post(address, {"opened": opened})
    assert answer.status_code == 409
    assert cast.hoo.name in answer.content.decode()


def test_a_step_that_is_not_ones_own_is_forbidden(cast):
    version = factories.bring_to("for approval", cast)
    address = reverse("step_take", args=[version.agreement.reference, "approve"])
    assert signed_in(cast.contributor).get(address).status_code == 403
    assert signed_in(cast.cjvsf).post(address, {}).status_code == 403


def test_another_reason_needs_a_note_and_nothing_typed_is_lost(cast):
    version = factories.bring_to("with prison", cast)
    address = reverse("step_take", args=[version.agreement.reference, "decline"])
    answer = signed_in(cast.hoo).post(address, {"reason": "other", "note": ""})
    assert answer.status_code == 200
    assert "Explain the decision" in answer.content.decode()
    version.refresh_from_db()
    assert version.status == Status.WITH_PRISON
