"""CJVSF corrects a name or an address: who may, what is refused, and that what was signed stays."""

import hashlib

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from agreements.models import Signature
from agreements.tasks import print_one
from directory import finding
from directory.operations import accounts
from directory.operations.accounts import correct_person
from portal.foundation import seal
from portal.foundation.models import AuditEvent, Notification, User, UserManager
from tests import factories
from tests.directory.correcting import (
    ADDRESS,
    NAME,
    again,
    enter,
    erased,
    is_in,
    move,
    page_of,
    post,
    said_of,
    sign_in,
    somebody,
)
from tests.markup import faults

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


@pytest.fixture
def who() -> User:
    return somebody()


# The page


def test_cjvsf_changes_both_on_a_page_that_is_filled_in(cast, who):
    client = enter(cast.cjvsf)
    assert f'href="{page_of(who)}"' in client.get(reverse("person_detail", args=[who.pk])).content.decode()
    page = client.get(page_of(who)).content.decode()
    assert [f'value="{value}"' in page for value in said_of(who)] == [True, True]
    assert faults(page.partition("<main")[2].partition(">")[2].partition("</main>")[0]) == []
    assert post(client, who, name=NAME, email=f" {ADDRESS.upper()} ").url == reverse("person_detail", args=[who.pk])
    assert said_of(who) == (NAME, ADDRESS)


def test_a_line_of_the_audit_says_which_and_no_words(cast, who):
    assert move(who, cast, name=NAME) == ["name", "email"]
    line = AuditEvent.objects.get(about=f"user:{who.pk}")
    assert (line.event, line.by, line.detail) == (
        "correct person",
        f"user:{cast.cjvsf.pk}",
        {"fields": ["name", "email"]},
    )


def test_saving_it_as_it_was_changes_nothing_and_tells_nobody(cast, who):
    before = AuditEvent.objects.count()
    answer = enter(cast.cjvsf).post(page_of(who), {"name": who.name, "email": who.email.upper()}, follow=True)
    assert "Nothing has changed." in answer.content.decode()
    assert (AuditEvent.objects.count(), Notification.objects.count()) == (before, 0)


@pytest.mark.parametrize("told", [{"name": " "}, {"email": "merlin"}, {"email": ""}, {"name": "x" * 121}])
def test_what_can_not_be_is_refused_on_the_form_with_what_was_typed(cast, who, told):
    other = {"email": ADDRESS} if "name" in told else {"name": NAME}
    answer = post(enter(cast.cjvsf), who, **told | other)
    assert answer.status_code == 200
    assert f'value="{next(iter(other.values()))}"' in answer.content.decode()
    assert said_of(who) == (who.name, who.email)


# Who may


STRANGERS = ("signatory", "hoo", "stranger", "who")


@pytest.mark.parametrize("name", STRANGERS)
def test_for_everybody_else_the_page_does_not_exist(cast, who, name):
    client = enter(getattr(cast, name, who))
    missing = client.get(reverse("person_correct", args=[987654])).status_code
    assert (client.get(page_of(who)).status_code, post(client, who, name=NAME).status_code, missing) == (404, 404, 404)
    with pytest.raises(PermissionDenied):
        correct_person(who, name=NAME, email=who.email, by=getattr(cast, name, who))
    assert said_of(who) == (who.name, who.email)


def test_twin_without_the_two_guards_a_stranger_changes_an_address(cast, who, monkeypatch):
    monkeypatch.setattr(finding, "only_for_cjvsf", lambda user: None)
    assert post(enter(cast.stranger), who, email=ADDRESS).status_code == 403
    monkeypatch.setattr(accounts, "_only_for_cjvsf", lambda by: None)
    assert post(enter(cast.stranger), who, email=ADDRESS).status_code == 302
    assert again(who).email == ADDRESS


def test_nobody_corrects_themselves_and_an_erased_account_stays_erased(cast, who):
    client = enter(cast.cjvsf)
    for person, words in ((cast.cjvsf, "your own"), (erased(cast, who), "has been erased")):
        answer = post(client, person, name=NAME, email=ADDRESS)
        assert (answer.status_code, words in answer.content.decode()) == (409, True)
        assert said_of(person) == (person.name, person.email)
        assert page_of(person) not in client.get(reverse("person_detail", args=[person.pk])).content.decode()


def test_twin_without_the_refusal_an_erased_account_is_given_a_name(cast, who, monkeypatch):
    monkeypatch.setattr(accounts, "_refuse_to_correct", lambda who, by: None)
    assert post(enter(cast.cjvsf), erased(cast, who), name=NAME).status_code == 302
    assert again(who).name == NAME


# One address, one account


def test_another_accounts_address_is_refused_however_it_is_written(cast, who):
    taken = cast.hoo.email.upper()
    answer = post(enter(cast.cjvsf), who, name=NAME, email=taken)
    page = answer.content.decode()
    assert (answer.status_code, f"Another account has the address {cast.hoo.email}." in page) == (409, True)
    assert (f'value="{NAME}"' in page, f'value="{taken}"' in page) == (True, True)
    assert (said_of(who), Notification.objects.count()) == ((who.name, who.email), 0)
    assert is_in(sign_in(who.email))


def test_twin_with_letters_as_typed_two_accounts_have_one_address(cast, who, monkeypatch):
    monkeypatch.setattr(UserManager, "normalize_email", classmethod(lambda cls, email: email))
    assert post(enter(cast.cjvsf), who, email=cast.hoo.email.upper()).status_code == 302
    assert User.objects.filter(email__iexact=cast.hoo.email).count() == 2


# What was signed


def test_what_was_signed_stays_as_it_was_and_the_next_signature_says_the_new(cast, tmp_path, monkeypatch):
    key = tmp_path / "seal.p12"
    seal.make_demo_key(key, passphrase="of a test")
    monkeypatch.setattr("agreements.tasks.sealer", lambda: seal.load(key, "of a test"))
    who = cast.signatory
    before = (who.name, who.email, who.email_verified_at)
    version = factories.bring_to("in force", cast)
    printing = version.printings.get(kind="final")
    print_one(printing)
    printing.refresh_from_db()
    sealed, page = hashlib.sha256(printing.file.open().read()).hexdigest(), printing.html
    move(who, cast, name=NAME)
    printing.refresh_from_db()
    assert (hashlib.sha256(printing.file.open().read()).hexdigest(), printing.html) == (sealed, page)
    cast.signatory = again(who)
    factories.bring_to("in force", cast)
    signatures = Signature.objects.filter(by=who).order_by("at").values_list("name", "email", "email_verified_at")
    assert list(signatures) == [before, (NAME, ADDRESS, None)]
    code = version.documents.get().code
    shown = Client().post(reverse("verify"), {"code": code}, follow=True).content.decode()
    assert (before[0] in shown, NAME in shown) == (True, False)


def test_ones_own_pages_say_both_and_whom_to_ask(who, settings):
    client = enter(who)
    page = client.get(reverse("mfa_index")).content.decode()
    assert [words in page for words in (who.name, who.email, f"mailto:{settings.OPERATOR_EMAIL}")] == [True] * 3
    mine = client.get(reverse("personal_data", args=[who.pk])).content.decode()
    assert "If your name or your email address is wrong" in mine
