"""Parties, posts and people of the demonstration. The prisons are real, whoever works there is invented."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password
from django.utils.text import slugify

from directory.models import Establishment, Holding, Organisation, Post, Role
from portal.foundation import clock
from portal.foundation.models import User
from portal.home.demo.bank import PlannedOrganisation, organisations, read_file
from portal.home.demo.people import DOMAIN, PASSWORD

FIRST_CHARITY = "Walked It Too"
TWO_APPROVERS = "EDI"
FIRST_PRISON = "PER"
# Coordinators' posts that nobody holds, and prisons that have no such post.
VACANT, WITHOUT_COORDINATOR = {"INV", "SHO"}, {"BEL", "LIL", "DUM"}
SECOND_FACTOR = {Role.HOO, Role.APPROVER, Role.SIGNATORY, Role.CJVSF}


@dataclass
class Partner:
    """An organisation with the people who act for it."""

    plan: PlannedOrganisation
    organisation: Organisation
    writer: User
    signatory: User
    phone: str


@dataclass
class Prison:
    """A prison with the people who act for it: approvers in order."""

    establishment: Establishment
    approvers: list[User]
    writer: User
    mailbox: str
    concern_line: str


@dataclass
class Cast:
    partners: dict[str, Partner] = field(default_factory=dict)
    prisons: dict[str, Prison] = field(default_factory=dict)


class Casting:
    """Fills posts with invented people: a name once, one password for all, hashed once."""

    def __init__(self, rng: random.Random):
        self.rng = rng
        self.password = make_password(PASSWORD)
        self.names = self._names()
        self.numbers = count(1)
        self.today = clock.today()

    def _names(self) -> Iterator[str]:
        known = read_file("names.json")
        every = [f"{first} {last}" for first in known["first"] for last in known["last"]]
        return iter(self.rng.sample(every, len(every)))

    def phone(self) -> str:
        """A number from the range that is kept free for films and plays."""
        return f"01632 960 {next(self.numbers):03}"

    def person(self, at: str, email: str = "") -> User:
        name = next(self.names)
        email = email or f"{name.lower().replace(' ', '.')}@{at}.{DOMAIN}"
        joined_at = clock.now() - dt.timedelta(days=self.rng.randint(900, 1800))
        seen = {"joined_at": joined_at, "email_verified_at": joined_at, "last_login": clock.now()}
        return User.objects.create(email=email, name=name, password=self.password, **seen)

    def fill(self, post: Post, at: str, email: str = "") -> User:
        """Somebody holds this post, since before the first agreement."""
        user = self.person(at, email)
        self.hold(post, user)
        if post.role in SECOND_FACTOR:
            TOTP.activate(user, generate_totp_secret())
        return user

    def hold(self, post: Post, user: User, **fields) -> None:
        from_on = self.today - dt.timedelta(days=self.rng.randint(850, 2000))
        Holding.objects.create(post=post, user=user, from_on=from_on, **fields)


def assemble(rng: random.Random) -> Cast:
    """Everybody who is needed before the first agreement starts."""
    casting, cast = Casting(rng), Cast()
    for number, plan in enumerate(organisations()):
        cast.partners[plan.name] = found(plan, number, casting)
    for establishment in Establishment.objects.filter(status="open"):
        cast.prisons[establishment.code] = staff(establishment, casting)
    casting.fill(Post.objects.create(role=Role.CJVSF, title="Portal administrator"), "cjvsf", f"cjvsf@{DOMAIN}")
    casting.fill(Post.objects.create(role=Role.CJVSF, title="Development manager"), "cjvsf")
    return cast


def found(plan: PlannedOrganisation, number: int, casting: Casting) -> Partner:
    at = slugify(plan.name)
    is_first = plan.name == FIRST_CHARITY
    organisation = Organisation.objects.create(
        name=plan.name,
        # Numbers far above any that the register has given out, and only for a few.
        charity_number=f"SC9999{number:02}" if number % 12 == 0 else "",
        website=f"https://{at}.example",
        public_email=f"hello@{at}.{DOMAIN}",
        joined_at=clock.now() - dt.timedelta(days=casting.rng.randint(760, 900)),
    )
    writer = Post.objects.create(organisation=organisation, role=Role.CONTRIBUTOR, title="Service manager")
    signatory = Post.objects.create(organisation=organisation, role=Role.SIGNATORY, title="Chief executive")
    if is_first or number % 3 == 0:
        administrator = Post.objects.create(organisation=organisation, role=Role.ADMINISTRATOR, title="Office manager")
        casting.fill(administrator, at, f"charity.admin@{DOMAIN}" if is_first else "")
    return Partner(
        plan=plan,
        organisation=organisation,
        writer=casting.fill(writer, at, f"charity.manager@{DOMAIN}" if is_first else ""),
        signatory=casting.fill(signatory, at, f"charity.signatory@{DOMAIN}" if is_first else ""),
        phone=casting.phone(),
    )


def staff(establishment: Establishment, casting: Casting) -> Prison:
    at = establishment.slug
    short = establishment.name.split()[-1].lower()
    is_first, has_two = establishment.code == FIRST_PRISON, establishment.code == TWO_APPROVERS
    mailbox = f"offender.outcomes@{at}.{DOMAIN}"
    head = Post.objects.create(
        establishment=establishment,
        role=Role.HOO,
        title=establishment.approver_title,
        mailbox=mailbox,
        approval_order=1,
        signing_order=1,
    )
    approvers = [casting.fill(head, at, f"{short}.hoo@{DOMAIN}" if is_first or has_two else "")]
    if has_two:
        security = {"title": "Head of Security", "approval_order": 2}
        post = Post.objects.create(establishment=establishment, role=Role.APPROVER, **security)
        approvers.append(casting.fill(post, at, f"{short}.security@{DOMAIN}"))
    if is_first:
        reader = Post.objects.create(establishment=establishment, role=Role.READER, title="Residential officer")
        casting.fill(reader, at, f"{short}.staff@{DOMAIN}")
    writer = coordinator(establishment, casting, f"{short}.coordinator@{DOMAIN}" if is_first else "") or approvers[0]
    return Prison(establishment, approvers, writer, mailbox, casting.phone())


def coordinator(establishment: Establishment, casting: Casting, email: str) -> User | None:
    """The third sector coordinator, where there is one today. A vacant post keeps the one who has left."""
    if establishment.code in WITHOUT_COORDINATOR:
        return None
    title = "Third sector coordinator"
    post = Post.objects.create(establishment=establishment, role=Role.COORDINATOR, title=title)
    if establishment.code in VACANT:
        left_on = casting.today - dt.timedelta(days=casting.rng.randint(20, 80))
        casting.hold(post, casting.person(establishment.slug), until_on=left_on)
        return None
    return casting.fill(post, establishment.slug, email)
