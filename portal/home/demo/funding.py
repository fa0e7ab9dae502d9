"""A funder of the demonstration, and what the first charity lets it and everybody read."""

import datetime as dt

from django.contrib.auth.hashers import make_password

from agreements.models import LIVE, Status, Version
from agreements.operations.showing import set_showing, share_with_funder
from directory.models import Holding, Organisation, Post, Role
from portal.foundation import clock
from portal.foundation.models import User
from portal.home.demo.cast import FIRST_CHARITY, Cast
from portal.home.demo.people import DOMAIN, PASSWORD

SHARED = (*LIVE, Status.SUPPORTED, Status.DETAILS)


def share_with_a_funder(cast: Cast) -> None:
    """Everything of the first charity that its prison has supported; one agreement is shown to everybody."""
    fund, partner = _fund(), cast.partners[FIRST_CHARITY]
    until_on = clock.today() + dt.timedelta(days=365)
    versions = Version.objects.filter(agreement__organisation=partner.organisation, status__in=SHARED)
    for number, version in enumerate(versions.order_by("pk"), start=1):
        grant = f"360G-lantern-2026/{number:03}"
        share_with_funder(version, funder=fund, until_on=until_on, grant_id=grant, by=partner.signatory)
    if shown := versions.filter(status__in=LIVE).select_related("agreement__establishment").first():
        for who in (partner.signatory, cast.prisons[shown.agreement.establishment.code].approvers[0]):
            set_showing(shown, is_shown=True, by=who)


def _fund() -> Organisation:
    fund = Organisation.objects.create(name="The Lantern Fund", is_funder=True, joined_at=clock.now())
    post = Post.objects.create(organisation=fund, role=Role.FUNDER, title="Grants manager")
    user = User.objects.create(email=f"funder@{DOMAIN}", name="Isla Fairweather", password=make_password(PASSWORD))
    Holding.objects.create(post=post, user=user, from_on=clock.today() - dt.timedelta(days=400))
    return fund
