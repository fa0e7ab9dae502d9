"""Two stories side by side, everybody who may knock, and words in every party's records that only that party knows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest import mock

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db.models import Q
from django.test import Client

from agreements import documents
from agreements.models import AssuranceProfile, Attachment, Bulk, BulkRow, Comment, QuestionSet, Version
from agreements.operations import starting
from agreements.operations.showing import share_with_funder
from agreements.reading import read
from directory.models import (
    Absence,
    Correction,
    Invitation,
    JoiningRequest,
    Listing,
    Organisation,
    OrganisationMerge,
    Post,
    Role,
    Term,
)
from directory.operations.ideas import put_idea
from directory.operations.needs import save_statement, tell_prison
from portal.exports import operations
from portal.exports.lists import AGREEMENTS
from portal.exports.making import make_one
from portal.foundation import clock
from portal.foundation.models import User
from portal.home.models import LegalHold, PersonalDataCopy
from reviews.models import CalendarAddress, Review, ReviewRecord
from reviews.schedule import insert_next_reviews
from tests import factories

OWN, OTHERS, MISSING = "own", "other's", "missing"


@dataclass
class Story:
    """One charity and one prison, an agreement in force between them and an outline that it wasn't sent."""

    canary: str
    cast: factories.Cast
    version: Version
    outline: Version

    @property
    def secret(self) -> str:
        """What stands in the outline only."""
        return f"{self.canary[::-1]}-OUTLINE"


@dataclass
class World:
    first: Story
    second: Story
    people: dict[str, User] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def canaries(self) -> tuple[str, ...]:
        return tuple(word for story in (self.first, self.second) for word in (story.canary, story.secret))

    @property
    def published(self) -> set[str]:
        """What the directory says to everybody bears the canary of its agreement; of an outline it says nothing."""
        return {story.canary for story in (self.first, self.second)}

    def may_meet(self, persona: str) -> set[str]:
        """Whose words this persona may read: their own story's, its outline on the charity's side only."""
        if persona in NOBODYS:
            return set()
        if persona == "CJVSF":
            return set(self.canaries)
        own = self.story(persona, OWN)
        return {own.canary} | ({own.secret} if persona in OF_A_CHARITY else set())

    def story(self, persona: str, whose: str) -> Story:
        is_own = whose == OWN
        return self.first if is_own != (persona in OF_THE_SECOND) else self.second


NOBODYS = ("nobody signed in", "password only", "left their post", "deactivated")
OF_A_PRISON = ("password only", "HOO", "deputy HOO", "coordinator", "prison reader", "HOO of another prison")
OF_A_CHARITY = ("contributor", "signatory", "administrator", "signatory of another charity")
# Whose own story is the second one. Who belongs to neither calls the first one their own.
OF_THE_SECOND = ("signatory of another charity", "HOO of another prison")
PERSONAS = (
    "nobody signed in",
    "password only",
    "contributor",
    "signatory",
    "administrator",
    "signatory of another charity",
    "HOO",
    "deputy HOO",
    "coordinator",
    "prison reader",
    "HOO of another prison",
    "CJVSF",
    "funder",
    "left their post",
    "deactivated",
)


def build() -> World:
    """Everything, in the transaction of the caller. Names and words of each story bear its canary."""
    if not QuestionSet.objects.exists():
        call_command("load_estate", verbosity=0)
        call_command("load_question_sets", verbosity=0)
    world = World(story("KESTREL", "PER"), story("OSPREY", "EDI"))
    for persona, who in people(world).items():
        world.people[persona] = who
        world.cookies[persona] = signed_in(who)
    User.objects.filter(pk=world.people["deactivated"].pk).update(is_active=False)
    return world


def signed_in(who: User) -> str:
    client = Client()
    client.force_login(who)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def story(canary: str, code: str) -> Story:
    with words_of(canary):
        cast = factories.Cast(code)
        for who in (cast.signatory, cast.contributor, cast.hoo):
            rename(who, f"{canary} {who.name}")
        version = factories.bring_to("in force", cast)
    leave_things(version, cast, canary)
    with words_of(f"{canary[::-1]}-OUTLINE"):
        outline = starting.start(
            organisation=cast.charity,
            establishment=cast.prison,
            service_name=f"{canary[::-1]}-OUTLINE service",
            by=cast.contributor,
        )
        factories.answer_all(outline, by=cast.contributor)
    return Story(canary, cast, factories.fresh(version), factories.fresh(outline))


@contextmanager
def words_of(canary: str) -> Iterator[None]:
    """Inside the block, every long text that the factories write bears the canary."""
    plain = factories.sample

    def marked(control: Any, lookup: dict) -> Any:
        value = plain(control, lookup)
        return f"{canary} {value}"[: control.max_length] if control.type == "long_text" else value

    with mock.patch.object(factories, "sample", marked):
        yield


def rename(who: User, name: str) -> None:
    who.name = name
    who.save()


def leave_things(version: Version, cast: factories.Cast, canary: str) -> None:
    """A comment, a file and a printed PDF: the canary stands in each."""
    Comment.objects.create(version=version, question_id="S1-03", text=f"{canary} comment", by=cast.contributor)
    content = ContentFile(f"{canary} file".encode(), name="file")
    facts = {"question_id": "S1-17", "name": f"{canary}.pdf", "kind": "pdf", "size": len(content), "sha256": "0" * 64}
    Attachment.objects.create(version=version, by=cast.contributor, file=content, **facts)
    documents.ask_for_draft_pdf(factories.fresh(version))
    insert_next_reviews()
    review = Review.objects.get(agreement=version.agreement)
    ReviewRecord.objects.create(review=review, words_sha256="2" * 64)
    for printed in (*version.printings.all(), *review.records.all()):
        printed.sha256, printed.printed_at = "1" * 64, clock.now()
        printed.file.save("printed.pdf", ContentFile(f"%PDF {canary}".encode()))
    for post in Post.objects.filter(Q(organisation=cast.charity) | Q(establishment=cast.prison)):
        Invitation.objects.create(post=post, email=f"{canary}@example.org", invited_by=cast.cjvsf)
    for who in (cast.contributor, cast.hoo):
        Absence.objects.create(user=who, from_on=clock.today(), until_on=clock.today())
        CalendarAddress.objects.create(user=who)
        make_one(operations.ask_for_export(AGREEMENTS, ending="csv", query="", by=who))
        bulk = Bulk.objects.create(by=who, deed="remind", not_before=clock.now() + timedelta(minutes=10))
        BulkRow.objects.create(bulk=bulk, agreement=version.agreement)
        copy = PersonalDataCopy.objects.create(person=who, asked_by=who, words_sha256="2" * 64)
        copy.sha256, copy.printed_at = "1" * 64, clock.now()
        copy.file.save("copy.pdf", ContentFile(f"%PDF {canary}".encode()))
    AssuranceProfile.objects.create(
        organisation=cast.charity,
        question_set=version.question_set,
        answers={"S3-26": f"{canary} profile"},
        by=cast.contributor,
    )
    LegalHold.objects.create(organisation=cast.charity, reason=f"{canary} hold", placed_by=cast.cjvsf)
    tell_needs(cast, canary)
    merged = factories.organisation()
    OrganisationMerge.objects.create(kept=cast.charity, merged=merged, moved={}, renamed={}, by=cast.cjvsf)
    listing = Listing.objects.get(agreement_reference=version.agreement.reference)
    Correction.objects.create(listing=listing, field="other", proposed=f"{canary} slip")
    JoiningRequest.objects.create(name=f"{canary} asks", contact_email=f"{canary}@example.org", why=canary)


def tell_needs(cast: factories.Cast, canary: str) -> None:
    """A draft of what the prison needs, what the charity told it, and an idea: nobody else reads them."""
    save_statement(cast.prison, by=cast.hoo, revision=0, needs={"health": 3}, sources=f"{canary} survey")
    tell_prison(cast.prison, cast.charity, by=cast.contributor, text=f"{canary} sees a need")
    need = Term.objects.get(vocabulary__key="needs", slug="health")
    put_idea(cast.prison, cast.charity, by=cast.contributor, kind="pitch", need=need, group=None, text=f"{canary} idea")


def people(world: World) -> dict[str, User]:
    first, second = world.first.cast, world.second.cast
    yesterday = clock.today() - timedelta(days=1)
    hold, post = factories.hold, factories.post
    found = {
        "password only": hold(first.hoo_post, as_deputy=True),
        "contributor": first.contributor,
        "signatory": first.signatory,
        "administrator": hold(post(Role.ADMINISTRATOR, first.charity)),
        "signatory of another charity": second.signatory,
        "HOO": first.hoo,
        "deputy HOO": hold(first.hoo_post, as_deputy=True),
        "coordinator": hold(post(Role.COORDINATOR, first.prison)),
        "prison reader": hold(post(Role.READER, first.prison)),
        "HOO of another prison": second.hoo,
        "CJVSF": first.cjvsf,
        "funder": funder_of(world.first),
        "left their post": hold(first.hoo_post, until_on=yesterday),
        "deactivated": hold(post(Role.CONTRIBUTOR, first.charity)),
    }
    Authenticator.objects.filter(user=found["password only"]).delete()
    return found


def funder_of(story: Story) -> User:
    """Somebody at a funder with whom the charity shares its agreement, and nobody else theirs."""
    fund = Organisation.objects.create(name=f"Fund of {story.cast.charity}", is_funder=True)
    until_on = clock.today() + timedelta(days=30)
    share_with_funder(story.version, funder=fund, until_on=until_on, by=story.cast.signatory)
    return factories.hold(factories.post(Role.FUNDER, fund))


def section(story: Story, question_id: str) -> str:
    words = read(story.version).definitions[0]
    return words.section_of(question_id).id
