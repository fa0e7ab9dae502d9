"""The single point of contact of a prison: the coordinator's post, who holds it, since when, and who held it before."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

from directory.models import Establishment, Holding, Post, Role
from directory.seats import when


@dataclass
class Contact:
    """One prison's coordinator's post; none where the prison has no such post."""

    establishment: Establishment
    post: Post | None = None
    now: list[Holding] = field(default_factory=list)
    later: list[Holding] = field(default_factory=list)
    before: list[Holding] = field(default_factory=list)

    @property
    def is_vacant(self) -> bool:
        return not self.now

    @property
    def vacant_since(self) -> dt.date | None:
        """The first day on which nobody held it any more, where somebody did and nobody does."""
        days = [holding.until_on for holding in self.before if holding.until_on and not holding.taken_back]
        return max(days) + dt.timedelta(days=1) if days and self.is_vacant else None

    @property
    def public_mailbox(self) -> str:
        return self.post.mailbox if self.post and self.post.mailbox_is_public else ""


def contacts_of(establishments: Iterable[Establishment]) -> list[Contact]:
    """A contact for each prison, in two queries. Of several coordinators' posts, one that is held counts first."""
    rows = list(establishments)
    by_id = {row.pk: row for row in rows}
    found: dict[int, list[Contact]] = {row.pk: [] for row in rows}
    by_post: dict[int, Contact] = {}
    for post in Post.objects.filter(establishment__in=rows, role=Role.COORDINATOR).order_by("pk"):
        establishment_id = cast(int, post.establishment_id)
        by_post[post.pk] = Contact(by_id[establishment_id], post)
        found[establishment_id].append(by_post[post.pk])
    holdings = Holding.objects.filter(post__in=by_post).select_related("user").order_by("as_deputy", "-from_on", "pk")
    for holding in holdings:
        getattr(by_post[holding.post_id], when(holding)).append(holding)
    return [
        min(found[row.pk], key=lambda contact: contact.is_vacant) if found[row.pk] else Contact(row) for row in rows
    ]


def contact_of(establishment: Establishment) -> Contact:
    return contacts_of([establishment])[0]


def address_of_contact(establishment: Establishment) -> str:
    """Where mail for a prison's single point of contact goes: to the post, or to who leads the prison."""
    post = contact_of(establishment).post
    return f"post:{post.pk}" if post else f"establishment_lead:{establishment.pk}"
