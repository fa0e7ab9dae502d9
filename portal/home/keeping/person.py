"""What the portal holds about one person, and nothing that is somebody else's.

Every column that points at a person stands here; a test counts them, and says which are left out and why.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.http import Http404
from django.template.loader import render_to_string

from directory.standing import standing
from portal.foundation import clock
from portal.foundation.models import AuditEvent, Notification, User
from portal.home.keeping.telling import tables
from portal.home.models import PersonalDataCopy

AGREEMENT, VERSION = "agreement__reference", "version__agreement__reference"
DOCUMENT, REVIEW = "document__version__agreement__reference", "review__agreement__reference"
PARTY = ("post__title", "post__organisation__name", "post__establishment__name")

PLACE = ("establishment__name",)


@dataclass(frozen=True)
class Held:
    """Rows of one model that point at the person by one column, and which of their columns are told."""

    label: str
    model: str
    column: str
    told: tuple[str, ...]

    def rows(self, person: User) -> list[dict[str, Any]]:
        model = apps.get_model(self.model)
        return list(model._base_manager.filter(**{self.column: person}).order_by("pk").values(*self.told))


HELD = (
    Held("Email addresses", "account.EmailAddress", "user", ("email", "verified")),
    Held("Second factors", "mfa.Authenticator", "user", ("type", "created_at", "last_used_at")),
    Held("Sessions", "usersessions.UserSession", "user", ("created_at", "last_seen_at", "ip", "user_agent")),
    Held("Posts", "directory.Holding", "user", (*PARTY, "from_on", "until_on", "as_deputy")),
    Held("Absences", "directory.Absence", "user", ("post__title", "from_on", "until_on")),
    Held("How often you want mail", "directory.MailPreference", "user", ("frequency",)),
    Held("Calendar address", "reviews.CalendarAddress", "user", ("renewed_at",)),
    Held("Words kept when a session ended", "foundation.TypedText", "user", ("path", "kept_at")),
    Held("Invitations you accepted", "directory.Invitation", "accepted_by", (*PARTY, "invited_at", "accepted_at")),
    Held("Invitations you made", "directory.Invitation", "invited_by", (*PARTY, "invited_at")),
    Held("Requests to join that you decided", "directory.JoiningRequest", "decided_by", ("name", "decided_at")),
    Held("Handovers that you recorded", "directory.Handover", "by", ("taken__post__title", "at")),
    Held("Merges that you made", "directory.OrganisationMerge", "by", ("kept__name", "merged__name", "at")),
    Held("Merges that you undid", "directory.OrganisationMerge", "undone_by", ("kept__name", "merged__name")),
    Held("Listings you confirmed", "directory.Listing", "confirmed_by", ("service__name", *PLACE, "confirmed_on")),
    Held("Corrections you suggested", "directory.Correction", "said_by", ("listing__reference", "proposed", "said_at")),
    Held(
        "Corrections you decided",
        "directory.Correction",
        "decided_by",
        ("listing__reference", "decision", "decided_at"),
    ),
    Held("Needs statements you saved", "directory.NeedsStatement", "saved_by", (*PLACE, "year", "saved_at")),
    Held(
        "Needs statements you published", "directory.NeedsStatement", "published_by", (*PLACE, "year", "published_at")
    ),
    Held("What you told a prison", "directory.PartnerView", "by", (*PLACE, "text", "at")),
    Held("Ideas you put", "directory.Idea", "told_by", (*PLACE, "reference", "text", "told_at")),
    Held("Ideas you answered", "directory.Idea", "answered_by", (*PLACE, "reference", "why", "answered_at")),
    Held("Contacts of areas you changed", "directory.AreaContact", "changed_by", ("area", "changed_at")),
    Held("Agreements you started", "agreements.Agreement", "started_by", ("reference", "started_at")),
    Held("Steps you took", "agreements.StatusChange", "by", (VERSION, "step", "reason", "at")),
    Held("Clarifications you asked for", "agreements.ClarificationRequest", "asked_by", (VERSION, "asked_at")),
    Held("Answers you wrote", "agreements.Answer", "by", (VERSION, "question_id", "at")),
    Held("Files you attached", "agreements.Attachment", "by", (VERSION, "question_id", "name", "at")),
    Held("Word files you sent", "agreements.WordImport", "by", (VERSION, "name", "at")),
    Held("Agreements on paper you took in", "agreements.SignedPaper", "by", (VERSION, "signed_on", "at")),
    Held(
        "Agreements you shared with a funder",
        "agreements.FunderShare",
        "shared_by",
        (AGREEMENT, "until_on", "shared_at"),
    ),
    Held("Agreements you agreed to show", "agreements.Showing", "by", (AGREEMENT, "at")),
    Held("Comments you wrote", "agreements.Comment", "by", (VERSION, "question_id", "text", "at")),
    Held("Comments you resolved", "agreements.Comment", "resolved_by", (VERSION, "question_id", "resolved_at")),
    Held("Actions you wrote", "agreements.Action", "by", (VERSION, "at")),
    Held("Actions you said were done", "agreements.Action", "done_by", (VERSION, "completed_on")),
    Held("Actions you confirmed", "agreements.Action", "confirmed_by", (VERSION, "confirmed_at")),
    Held("Approvals you gave", "agreements.Approval", "by", (VERSION, "post__title", "as_deputy", "at")),
    Held("Words you froze", "agreements.Document", "frozen_by", (VERSION, "frozen_at")),
    Held(
        "Signatures",
        "agreements.Signature",
        "by",
        (DOCUMENT, "name", "email", "post_title", "party_name", "proved_by", "at", "network_address", "browser"),
    ),
    Held("Profiles you filled in", "agreements.AssuranceProfile", "by", ("organisation__name", "at")),
    Held("Question sets you published", "agreements.QuestionSet", "published_by", ("kind", "version", "published_at")),
    Held("What you wrote in reviews", "reviews.ReviewAnswer", "by", (REVIEW, "question_id", "at")),
    Held("Reviews you confirmed", "reviews.Review", "partner_confirmed_by", (AGREEMENT, "partner_confirmed_at")),
    Held("Reviews you confirmed", "reviews.Review", "prison_confirmed_by", (AGREEMENT, "prison_confirmed_at")),
    Held("Figures you entered", "reviews.DeliveryFigure", "by", (AGREEMENT, "quarter", "at")),
    Held("Labels you put on", "agreements.Label", "by", (AGREEMENT, "at")),
    Held("What you did to many agreements", "agreements.Bulk", "by", ("deed", "asked_at", "done_at")),
    Held("Files you asked for", "exports.Export", "by", ("name", "ending", "query", "asked_at")),
    Held("Complaints you acknowledged", "home.Complaint", "acknowledged_by", ("reference", "acknowledged_at")),
    Held("Complaints you answered", "home.Complaint", "answered_by", ("reference", "answered_at")),
    Held("Legal holds you placed", "home.LegalHold", "placed_by", ("placed_at",)),
    Held("Legal holds you lifted", "home.LegalHold", "lifted_by", ("lifted_at",)),
    Held("Copies of this data", "home.PersonalDataCopy", "person", ("asked_at", "printed_at")),
)


def data_of(person: User) -> dict[str, Any]:
    """By heading, the rows under it. The account first."""
    names = ("name", "email", "email_verified_at", "joined_at", "last_login", "is_active")
    data: dict[str, Any] = {"Account": [{name: getattr(person, name) for name in names}]}
    for held in HELD:
        data.setdefault(held.label, []).extend(held.rows(person))
    mail = Notification.objects.filter(addressee__in=[f"user:{person.pk}", f"mailto:{person.email}"])
    data["Mail to you"] = list(mail.order_by("pk").values("template", "created_at", "sent_at", "server_answer"))
    acts = AuditEvent.objects.filter(by=f"user:{person.pk}").order_by("pk")
    data["What the audit says you did"] = list(acts.values("about", "event", "at"))
    return {label: rows for label, rows in data.items() if rows}


def ask_for_copy(person: User, *, by: User) -> PersonalDataCopy:
    """Leave the PDF to the worker."""
    context = {
        "person": person,
        "tables": list(tables(data_of(person))),
        "operator": settings.OPERATOR_NAME,
        "at": clock.now(),
        "complaints_url": f"{settings.SITE_URL}/complaints/",
    }
    html = render_to_string("pdf/personal_data.html", context)
    sha256 = hashlib.sha256(html.encode()).hexdigest()
    return PersonalDataCopy.objects.create(person=person, asked_by=by, html=html, words_sha256=sha256)


def find_person(user: User, person_id: int) -> User:
    """One's own data, or for CJVSF anybody's."""
    if user.pk != person_id and not standing(user).is_cjvsf:
        raise Http404
    person = User.objects.filter(pk=person_id).first()
    if person is None:
        raise Http404
    return person


def find_copy(user: User, person_id: int, copy_id: int) -> PersonalDataCopy:
    copy = PersonalDataCopy.objects.defer("html").filter(person=find_person(user, person_id), pk=copy_id).first()
    if copy is None:
        raise Http404
    return copy
