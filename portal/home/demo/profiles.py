"""What some organisations say of themselves once, for all their agreements."""

import datetime as dt

from agreements.operations.assurance import fill_in
from directory.models import Holding, Organisation, Role
from portal.foundation import clock

EVERY = 4


def fill_in_profiles() -> None:
    """One organisation in four, the first among them; the insurance of some runs out soon."""
    holdings = Holding.objects.on(clock.today()).filter(post__role=Role.CONTRIBUTOR).select_related("user")
    writers = {
        holding.post.organisation_id: holding.user for holding in holdings.select_related("post").order_by("-pk")
    }
    for number, organisation in enumerate(Organisation.objects.filter(pk__in=writers).order_by("pk")):
        if number % EVERY == 0:
            fill_in(organisation, said(20 + 30 * number), replacing={}, by=writers[organisation.pk])


def said(days: int) -> dict:
    expires = (clock.today() + dt.timedelta(days=days)).isoformat()
    insured = {"insurer": "Invented Mutual", "amount": "5000000.00", "expires": expires}
    return {
        "S3-21": {"process": "The worker tells our protection lead the same day, who tells the prison’s duty manager."},
        "S3-22": [{"kind": "public-liability", **insured}, {"kind": "employers-liability", **insured}],
        "S3-25": {"policies": ["lone-working", "complaints", "whistleblowing"]},
        "S3-26": "Tell any worker, or write to the service manager, who answers within ten working days.",
        "ASP-01": {"ico_number": "Z0000000", "dpo": {"post": "Data protection lead", "email": "data@example.org"}},
    }
