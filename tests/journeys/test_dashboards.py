"""Somebody looks at every part of a dashboard, and at the list behind a number, with and without JavaScript."""

import pytest
from django.urls import reverse

from portal.dashboards.parts import PARTS_OF
from portal.dashboards.scope import ESTATE, PRISON
from tests import factories
from tests.journeys.ways import both_ways

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@both_ways
def test_a_dashboard_is_looked_at_narrowed_and_followed_to_a_list(cast, visit, javascript):
    for status in ("with prison", "in force", "declined"):
        factories.bring_to(status, cast)
    cjvsf = visit(cast.cjvsf, javascript=javascript)
    for part in PARTS_OF[ESTATE]:
        cjvsf.go(f"{reverse('estate_dashboard')}?part={part}")
    cjvsf.go(reverse("estate_dashboard"))
    cjvsf.page.locator("#choose-prison").select_option("hmp-perth")
    cjvsf.press("Count these")
    assert "prison=hmp-perth" in cjvsf.page.url
    cjvsf.follow(": Declined")
    assert cjvsf.page.locator("caption").inner_text().startswith("1 agreement")
    cjvsf.go(reverse("report_list"))


def test_a_head_of_offender_outcomes_looks_at_the_own_prison(cast, visit):
    factories.bring_to("with prison", cast)
    head = visit(cast.hoo)
    for part in PARTS_OF[PRISON]:
        head.go(f"{reverse('prison_dashboard', args=[cast.prison.slug])}?part={part}")
