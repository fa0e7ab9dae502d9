"""Who is told what. One rule for every ending: everyone who has acted hears of it."""

from django.conf import settings
from django.urls import reverse

from agreements.models import Action, Agreement, Side, StatusChange, Version
from agreements.statuses import facts
from directory.models import Organisation
from portal.foundation import outbox


def party_address(agreement: Agreement, side: str) -> str:
    """The people who act for one side, whoever they are on the day that the mail goes out."""
    if side == Side.PARTNER:
        return f"organisation:{agreement.organisation_id}"
    return f"establishment:{agreement.establishment_id}"


def link(agreement: Agreement) -> str:
    return settings.SITE_URL + reverse("agreement_detail", args=[agreement.reference])


def action_link(action: Action) -> str:
    agreement = action.version.agreement
    return settings.SITE_URL + reverse("action_progress", args=[agreement.reference, action.pk])


def about(version: Version) -> dict[str, str]:
    """What every mail about an agreement says: title, reference, link. Never an answer's text."""
    agreement = version.agreement
    return {
        "title": str(agreement),
        "organisation": str(agreement.organisation),
        "reference": agreement.reference,
        "status": version.get_status_display(),
        "link": link(agreement),
    }


def about_profile(organisation: Organisation) -> dict[str, str]:
    """The same for the assurance profile of an organisation, which has neither reference nor status."""
    path = reverse("profile_detail", args=[organisation.slug])
    facts = {"title": "Assurance profile", "organisation": str(organisation), "reference": "", "status": ""}
    return facts | {"link": settings.SITE_URL + path}


def tell(version: Version, change: StatusChange, *, addressees: set[str], template: str) -> None:
    context = about(version) | {"step": change.step, "by": change.by.name if change.by else "The portal"}
    for addressee in sorted(addressees):
        key = f"step:{change.pk}:{addressee}"
        outbox.queue(to=addressee, template=template, context=context, dedupe_key=key)


def tell_whose_turn_it_is(version: Version, change: StatusChange) -> None:
    """The side that has to act next; the other one sees it on its pages."""
    sides = set(facts(version.status).turn) or set(Side)
    tell(
        version,
        change,
        addressees={party_address(version.agreement, side) for side in sides},
        template="your_turn" if facts(version.status).turn else "agreement_changed",
    )


def tell_everyone_who_acted(version: Version, change: StatusChange) -> None:
    """Both parties if the prison has seen it, and each person who wrote, commented, approved or signed, in whatever post."""
    written = (version.changes, version.answers, version.comments, version.actions, version.approvals)
    acted = {user_id for rows in written for user_id in rows.exclude(by=None).values_list("by_id", flat=True)}
    sides = list(Side) if version.agreement.sent_at else [Side.PARTNER]
    addressees = {f"user:{user_id}" for user_id in acted} | {party_address(version.agreement, side) for side in sides}
    tell(version, change, addressees=addressees, template="agreement_changed")
