"""Staff move on: an invitation, a first sign-in, a handover and its pack, and every page about people looked at on the way."""

import re

import pytest
from django.urls import reverse

from directory.models import Holding
from portal.foundation import clock
from tests import factories
from tests.journeys.people import Person
from tests.journeys.surroundings import wait_until
from tests.journeys.ways import both_ways

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
ADDRESS = "moira.reid@example.org"


def test_a_head_of_offender_outcomes_hands_over_to_somebody_new(cast, visit, worker, mail_server):
    agreement = factories.bring_to("in force", cast).agreement
    leaver, newcomer = visit(cast.hoo), visit(None)
    leaver.go(reverse("party_people", args=["prison", cast.prison.slug]))
    leaver.follow("Hand over")
    today = clock.today()
    page = leaver.page
    page.get_by_label("Somebody else").check()
    page.get_by_label("Their email address").fill(ADDRESS)
    for part, value in (("Day", today.day), ("Month", today.month), ("Year", today.year)):
        page.get_by_label(part, exact=True).fill(str(value))
    page.get_by_label(re.compile("Note for the next holder")).fill("The chaplain knows everybody.")
    leaver.press("Hand over")
    the_newcomer_accepts(newcomer, mail_server)
    assert Holding.objects.on(today).get(post=cast.hoo_post).user.email == ADDRESS
    leaver.go(reverse("agreement_list"))
    assert agreement.reference not in leaver.page.content()


def the_newcomer_accepts(newcomer: Person, mail_server) -> None:
    wait_until(lambda: mail_server.to(ADDRESS))
    words = mail_server.to(ADDRESS)[0].get_body(("plain",)).get_content()
    newcomer.go(re.search(r"http\S+/invitations/\S+", words)[0])
    newcomer.page.get_by_label("Your full name").fill("Moira Reid")
    newcomer.page.get_by_label("Choose a password").fill("three unlikely words")
    newcomer.press("Open the account and accept")
    assert newcomer.page.url.endswith(reverse("account_login"))


@pytest.mark.thorough
@both_ways
def test_every_page_about_people_is_accessible(cast, visit, javascript):
    factories.bring_to("in force", cast)
    cjvsf, anybody = visit(cast.cjvsf, javascript=javascript), visit(None, javascript=javascript)
    holding = Holding.objects.get(user=cast.hoo)
    for address in (
        reverse("people"),
        reverse("role_list"),
        reverse("party_people", args=["prison", cast.prison.slug]),
        reverse("post_add", args=["prison", cast.prison.slug]),
        reverse("post_give", args=[cast.hoo_post.pk]),
        reverse("holding_end", args=[holding.pk]),
        reverse("holding_hand_over", args=[holding.pk]),
        reverse("handover_pack", args=[holding.pk]),
        reverse("person_detail", args=[cast.hoo.pk]),
        reverse("organisation_change", args=[cast.charity.slug]),
        reverse("organisation_merge", args=[cast.charity.slug]),
        reverse("joining_list"),
        reverse("complaint_list"),
    ):
        cjvsf.go(address)
    for address in ("join", "join_done", "privacy", "accessibility", "complaints"):
        anybody.go(reverse(address))
