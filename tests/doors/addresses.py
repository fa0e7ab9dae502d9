"""Every address that the resolver knows, and what it looks like for one story or for nothing that exists."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, get_resolver, reverse

from agreements.models import Attachment
from directory.feeds.open_referral import id_of
from directory.models import (
    Correction,
    Idea,
    Invitation,
    JoiningRequest,
    Listing,
    NeedsStatement,
    OrganisationMerge,
)
from directory.operations.invitations import token_of
from portal.dashboards.reports import ask_for_report
from portal.exports.models import Export
from portal.foundation.models import User
from portal.home.models import LegalHold, PersonalDataCopy
from reviews.models import CalendarAddress, ReviewRecord
from tests.doors.world import MISSING, OF_A_PRISON, OTHERS, OWN, Story, section


@dataclass(frozen=True)
class Named:
    """Whose object an address names: a story's, on the side of the one who knocks."""

    story: Story
    persona: str

    @property
    def is_of_the_prison(self) -> bool:
        return self.persona in OF_A_PRISON

    @property
    def person(self) -> User:
        return self.story.cast.hoo if self.is_of_the_prison else self.story.cast.contributor

    @property
    def holding(self):
        return self.person.holdings.first()

    @property
    def export(self) -> Export:
        return self.person.exports.get()

    @property
    def listing(self) -> Listing:
        return Listing.objects.get(agreement_reference=self.story.version.agreement.reference)

    @property
    def invitation(self) -> Invitation:
        return Invitation.objects.get(post=self.holding.post)


# What an address may name. A new name in a URL needs a line here, and one in MISSING_VALUES.
VALUES: dict[str, Callable[[Named], Any]] = {
    "reference": lambda named: named.story.version.agreement.reference,
    "section_id": lambda named: section(named.story, "S1-03"),
    "question_id": lambda named: "S1-03",
    "path": lambda named: "S1-04.outcome",
    "comment_id": lambda named: named.story.version.comments.get().pk,
    "attachment_id": lambda named: Attachment.objects.get(version=named.story.version).pk,
    "action_id": lambda named: named.story.version.actions.first().pk,
    "printing_id": lambda named: named.story.version.printings.get(kind="draft").pk,
    "number": lambda named: 1,
    "record_id": lambda named: ReviewRecord.objects.get(review__agreement=named.story.version.agreement).pk,
    "quarter": lambda named: "2027-1",
    "report_id": lambda named: ask_for_report()[0].pk,
    "what": lambda named: "done",
    "person_id": lambda named: named.person.pk,
    "post_id": lambda named: named.holding.post_id,
    "holding_id": lambda named: named.holding.pk,
    "invitation_id": lambda named: named.invitation.pk,
    "token": lambda named: token_of(named.invitation),
    "request_id": lambda named: JoiningRequest.objects.get(name__startswith=named.story.canary).pk,
    "correction_id": lambda named: Correction.objects.get(listing=named.listing).pk,
    "merge_id": lambda named: OrganisationMerge.objects.get(kept=named.story.cast.charity).pk,
    "absence_id": lambda named: named.person.absences.get().pk,
    "hold_id": lambda named: LegalHold.objects.get(organisation=named.story.cast.charity).pk,
    "copy_id": lambda named: PersonalDataCopy.objects.get(person=named.person).pk,
    "secret": lambda named: CalendarAddress.objects.get(user=named.person).secret,
    "whose": lambda named: "mine",
    "slug": lambda named: (named.story.cast.prison if named.is_of_the_prison else named.story.cast.charity).slug,
    "establishment": lambda named: named.story.cast.prison.slug,
    "need": lambda named: "health",
    "year": lambda named: NeedsStatement.objects.get(establishment=named.story.cast.prison).year,
    "area": lambda named: "fife",
    "contact": lambda named: "interface-fife",
    "edition": lambda named: "standard",
    "handout": lambda named: "booklet-custody-a4",
    "resource": lambda named: "services",
    "identifier": lambda named: id_of("service", named.story.version.agreement.service.reference),
    "kind": lambda named: "agreement",
    "name": lambda named: "pause",
    "pk": lambda named: 1,
    "ending": lambda named: "csv",
    "table": lambda named: "agreements",
    "uidb36": lambda named: "1",
    "key": lambda named: "set-password",
}
ORGANISATION_PAGES = (
    "organisation_dashboard",
    "organisation_change",
    "organisation_merge",
    "organisation_leave",
    "organisation_come_back",
    "organisation_page",
    "organisation_about",
    "profile_detail",
    "profile_change",
)
BULK_PAGES = ("bulk_detail", "bulk_undo")
EXPORT_PAGES = ("export_detail", "export_cancel", "export_download")
PRISON_PAGES = ("prison_page", "inside_prison", "handout_list", "handout_download")
SERVICE_PAGES = ("service_detail", "service_page", "service_describe", "inside_service", "api_item")
LISTING_PAGES = ("listing_change", "listing_confirm", "listing_show", "correction_suggest")
# The same name in another URL may mean something else.
VALUES_OF_PAGES: dict[tuple[str, str], Callable[[Named], Any]] = {
    **{(page, "reference"): lambda named: named.story.version.agreement.service.reference for page in SERVICE_PAGES},
    **{(page, "reference"): lambda named: named.listing.reference for page in LISTING_PAGES},
    **{(page, "slug"): lambda named: named.story.cast.prison.slug for page in PRISON_PAGES},
    ("retention_change", "name"): lambda named: "mail",
    ("prison_dashboard", "slug"): lambda named: named.story.cast.prison.slug,
    ("idea_detail", "reference"): lambda named: Idea.objects.get(organisation=named.story.cast.charity).reference,
    **{(page, "kind"): lambda named: "council" for page in ("area_detail", "area_csv", "area_contact")},
    ("list_export", "name"): lambda named: "agreements",
    ("list_dictionary", "name"): lambda named: "agreements",
    **{(page, "reference"): lambda named: named.export.reference for page in EXPORT_PAGES},
    **{(page, "reference"): lambda named: named.person.bulks.get().reference for page in BULK_PAGES},
    ("mail_detail", "name"): lambda named: "no-mail-here-1",
    ("choices_edit", "path"): lambda named: "S1-02",
    **{(page, "slug"): lambda named: named.story.cast.charity.slug for page in ORGANISATION_PAGES},
    ("party_people", "kind"): lambda named: "prison" if named.is_of_the_prison else "organisation",
    ("post_add", "kind"): lambda named: "prison" if named.is_of_the_prison else "organisation",
}
NUMBER, WORD = 999_999_999, "no-such-thing"
MISSING_VALUES: dict[str, Any] = {
    "reference": "PA-000000",
    "attachment_id": "00000000-0000-0000-0000-000000000000",
    "number": 999,
    "uidb36": "zzz",
}
# What belongs to a party or a person: only these have an own and another's.
OF_SOMEBODY = {
    "reference",
    "person_id",
    "post_id",
    "holding_id",
    "invitation_id",
    "absence_id",
    "slug",
    "correction_id",
    "request_id",
    "merge_id",
    "hold_id",
}


@dataclass(frozen=True)
class Address:
    name: str
    route: str
    parameters: tuple[str, ...]

    @property
    def objects(self) -> tuple[str, ...]:
        """Which kinds of object it can name."""
        if not self.parameters:
            return (OWN,)
        return (OWN, OTHERS, MISSING) if OF_SOMEBODY & set(self.parameters) else (OWN, MISSING)

    def path(self, whose: str, story: Story, persona: str) -> str:
        named = Named(story, persona)
        return reverse(self.name, kwargs={name: self._value(name, whose, named) for name in self.parameters})

    def _value(self, parameter: str, whose: str, named: Named) -> Any:
        if whose == MISSING:
            nothing = NUMBER if f"<int:{parameter}>" in self.route else WORD
            return MISSING_VALUES.get(parameter, nothing)
        return VALUES_OF_PAGES.get((self.name, parameter), VALUES[parameter])(named)


def every_address() -> list[Address]:
    return list(_under(get_resolver().url_patterns, "", ()))


def _under(patterns: list, route: str, parameters: tuple[str, ...]) -> Iterator[Address]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        names = (*parameters, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLPattern):
            yield Address(pattern.name or here, here, names)
        else:
            yield from _under(pattern.url_patterns, here, names)
