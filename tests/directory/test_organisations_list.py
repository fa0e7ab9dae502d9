"""Organisations from a list: looked at first, each fault by its row, and all of them or none."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from directory.models import Invitation, Organisation, Post, Role
from directory.operations import listing
from directory.register_list import read
from portal.foundation.exceptions import NotReady
from tests import factories

pytestmark = pytest.mark.django_db

GOOD = """name,charity number,website,email,kind
Kestrel Arts,sc 012345,https://kestrel.example.org,lead@example.org,charity
Heron Trust,,,grants@example.org,funder
"""
BAD = """name,charity_number,website,email,kind
Kestrel Arts,SC1,kestrel,somebody,bank
Kestrel arts,,,,
,SC012345,,,
"""


@pytest.fixture
def cast():
    return factories.Cast()


def send(user, **data):
    client = Client()
    client.force_login(user)
    return client.post(reverse("organisations_add"), data)


def as_file(text):
    return SimpleUploadedFile("list.csv", text.encode("utf-8-sig"))


def test_a_list_is_shown_first_and_added_as_a_whole(cast):
    before = Organisation.objects.count()
    response = send(cast.cjvsf, file=as_file(GOOD))
    assert [(row.number, row.name, row.charity_number, row.faults) for row in response.context["rows"]] == [
        (2, "Kestrel Arts", "SC012345", []),
        (3, "Heron Trust", "", []),
    ]
    assert Organisation.objects.count() == before
    assert send(cast.cjvsf, add="yes", list=response.context["text"]).status_code == 302
    roles = {
        post.organisation.name: post.role
        for post in Post.objects.filter(organisation__name__in=["Kestrel Arts", "Heron Trust"])
    }
    assert roles == {"Kestrel Arts": Role.ADMINISTRATOR, "Heron Trust": Role.FUNDER}
    assert Organisation.objects.get(name="Heron Trust").is_funder
    assert set(Invitation.objects.values_list("email", flat=True)) == {"lead@example.org", "grants@example.org"}


def test_each_fault_is_told_by_its_row_and_nothing_is_added(cast):
    before = Organisation.objects.count()
    response = send(cast.cjvsf, file=as_file(BAD))
    assert {row.number: len(row.faults) for row in response.context["rows"]} == {2: 4, 3: 1, 4: 1}
    assert 'name="add"' not in response.content.decode()
    assert send(cast.cjvsf, add="yes", list=BAD).status_code == 409
    assert Organisation.objects.count() == before


def test_without_the_check_half_a_list_would_come_in(cast, monkeypatch):
    monkeypatch.setattr(listing, "_faults", lambda rows: [])
    assert len(listing.add_organisations("name,kind\nKestrel Arts,bank\n", by=cast.cjvsf)) == 1


def test_one_that_is_there_already_stops_the_list(cast):
    with pytest.raises(NotReady, match="Row 3"):
        listing.add_organisations(f"name\nKestrel Arts\n{cast.charity.name}\n", by=cast.cjvsf)
    assert not Organisation.objects.filter(name="Kestrel Arts").exists()


@pytest.mark.parametrize("text", ["", "title\nKestrel\n", "name\n", "name\n" + "a\n" * 501])
def test_what_is_no_such_list_gets_a_sentence(cast, text):
    response = send(cast.cjvsf, file=SimpleUploadedFile("list.csv", text.encode()))
    assert len(response.context["form"].errors["file"]) == 1


def test_only_cjvsf_adds_organisations(cast):
    for nobody in (cast.signatory, cast.hoo):
        assert send(nobody, file=as_file(GOOD)).status_code == 404
        with pytest.raises(PermissionDenied):
            listing.add_organisations(GOOD, by=nobody)


def test_a_cell_that_would_be_a_formula_is_only_a_name():
    assert read("name\n=Kestrel()\n")[0].name == "=Kestrel()"
