"""A party: an organisation, a prison, or CJVSF itself. And who looks after its people."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from directory.models import FUNDER_ROLES, PARTNER_ROLES, PRISON_ROLES, Establishment, Organisation, Post, Role
from directory.roles import who_may
from directory.standing import standing
from portal.foundation.models import User


@dataclass(frozen=True)
class Party:
    """Whoever has posts. Neither an organisation nor a prison: CJVSF."""

    organisation: Organisation | None = None
    establishment: Establishment | None = None

    @property
    def kind(self) -> str:
        return "organisation" if self.organisation else "prison" if self.establishment else "cjvsf"

    @property
    def slug(self) -> str:
        whole = self.organisation or self.establishment
        return whole.slug if whole else "cjvsf"

    @property
    def name(self) -> str:
        return str(self.organisation or self.establishment or "CJVSF")

    @property
    def about(self) -> str:
        """What the audit chain of its people is called."""
        whole = self.organisation or self.establishment
        return f"{self.kind}:{whole.pk}" if whole else "cjvsf"

    @property
    def keys(self) -> dict[str, Any]:
        """The columns by which a post belongs to it."""
        return {"organisation": self.organisation, "establishment": self.establishment}

    @property
    def roles(self) -> tuple[Role, ...]:
        if self.organisation and self.organisation.is_funder:
            return FUNDER_ROLES
        return {"organisation": PARTNER_ROLES, "prison": PRISON_ROLES, "cjvsf": (Role.CJVSF,)}[self.kind]

    @property
    def posts(self):
        return Post.objects.filter(**self.keys)

    def get_absolute_url(self) -> str:
        return reverse("party_people", args=[self.kind, self.slug])


def party_of(post: Post) -> Party:
    return Party(post.organisation, post.establishment)


def manages(user: User, party: Party) -> bool:
    """CJVSF looks after everybody's people, an administrator after an organisation's, a HOO after a prison's."""
    return standing(user).is_cjvsf or any(
        party_of(post) == party for post in standing(user).posts if post.role in who_may("people")
    )


def managed_parties(user: User) -> list[Party]:
    """The parties at which this person's own posts let them look after people, by name."""
    posts = [post for post in standing(user).posts if post.role in who_may("people")]
    return sorted({party_of(post) for post in posts}, key=lambda party: party.name)


def find_party(kind: str, slug: str) -> Party | None:
    if kind == "cjvsf":
        return Party()
    if kind == "organisation":
        organisation = Organisation.objects.filter(slug=slug).first()
        return Party(organisation=organisation) if organisation else None
    establishment = Establishment.objects.filter(slug=slug).first()
    return Party(establishment=establishment) if establishment else None


def prisons() -> list[Party]:
    return [Party(establishment=establishment) for establishment in Establishment.objects.all()]
