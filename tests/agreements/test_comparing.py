"""What changed between two moments of an agreement, and how each save is kept."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse

from agreements.operations import drafting
from agreements.reading import read, read_at
from portal.foundation import clock
from tests import factories

pytestmark = pytest.mark.django_db


def compare(cast: factories.Cast, version, **query) -> str:
    client = Client()
    client.force_login(cast.contributor)
    return client.get(reverse("agreement_compare", args=[version.agreement.reference]), query).content.decode()


def rewrite(version, question_id: str, value, by) -> None:
    row = read(version).rows.get(question_id)
    drafting.save_answers(version, {question_id: value}, replacing={question_id: str(row.pk) if row else ""}, by=by)


def test_two_moments_are_compared_in_words():
    cast = factories.Cast()
    with clock.set_to(dt.datetime(2026, 5, 1, 9, tzinfo=dt.UTC)):
        version = factories.bring_to("details", cast)
    rewrite(version, "S1-06", "We agreed this in other words.", cast.contributor)
    first = version.changes.order_by("pk").first()
    page = compare(cast, version, **{"from": f"1.{first.pk}", "to": "1"})
    text = " ".join(re.sub("<[^>]+>", "", page).split())
    assert re.search(r"in\s*\[added: other\s*\]\s*words", text), text
    assert "1 answer changed" in text


def test_the_answers_of_an_earlier_moment_can_be_read_again():
    cast = factories.Cast()
    version = factories.bring_to("outline", cast)
    with clock.set_to(dt.datetime(2026, 5, 1, 9, tzinfo=dt.UTC)):
        rewrite(version, "S1-06", "First.", cast.contributor)
    with clock.set_to(dt.datetime(2026, 5, 2, 9, tzinfo=dt.UTC)):
        rewrite(version, "S1-06", "Second.", cast.contributor)
    assert read_at(version, dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)).answers == {"S1-06": "First."}
    assert read(version).answers == {"S1-06": "Second."}


def test_a_moment_that_does_not_exist_is_not_found():
    cast = factories.Cast()
    version = factories.bring_to("outline", cast)
    client = Client()
    client.force_login(cast.contributor)
    address = reverse("agreement_compare", args=[version.agreement.reference])
    assert client.get(address, {"from": "9"}).status_code == 404
