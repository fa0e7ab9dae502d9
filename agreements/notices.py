"""Who is told what. One rule for every ending: everyone who has acted hears of it."""

from collections.abc import Mapping

from django.conf import settings
from django.urls import reverse

from agreements.models import Action, Agreement, Side, StatusChange, Version
from agreements.statuses import facts
from directory.addressing import member_address
from directory.models import Holding, Organisation
from portal.foundation import clock, outbox


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


def tell(version: Version, change: StatusChange, *, addressees: Mapping[str, str], template: str) -> None:
    """To each address; a person's goes only if they still stand behind the second one when it is sent."""
    context = about(version) | {"step": change.step, "by": change.by.name if change.by else "The portal"}
    for addressee, via in sorted(addressees.items()):
        key = f"step:{change.pk}:{addressee}"
        outbox.queue(to=addressee, template=template, context=context, dedupe_key=key, via=via)


def tell_whose_turn_it_is(version: Version, change: StatusChange) -> None:
    """The side that has to act next; the other one sees it on its pages."""
    sides = set(facts(version.status).turn) or set(Side)
    tell(
        version,
        change,
        addressees={party_address(version.agreement, side): "" for side in sides},
        template="your_turn" if facts(version.status).turn else "agreement_changed",
    )


def tell_everyone_who_acted(version: Version, change: StatusChange) -> None:
    """Both parties if the prison has seen it, and each person who wrote, commented, approved or signed, in whatever post.

    Who holds no post at either party any more when the mail goes out has left, and gets none.
    """
    written = (version.changes, version.answers, version.comments, version.actions, version.approvals)
    acted = {user_id for rows in written for user_id in rows.exclude(by=None).values_list("by_id", flat=True)}
    sides = list(Side) if version.agreement.sent_at else [Side.PARTNER]
    parties = {party_address(version.agreement, side): "" for side in sides}
    people = {f"user:{user_id}": via for user_id, via in _memberships(version.agreement, acted).items()}
    tell(version, change, addressees=people | parties, template="agreement_changed")


def _memberships(agreement: Agreement, people: set[int]) -> dict[int, str]:
    """Those of these people who hold a post at one of the parties today, each as a member of it."""
    parties = {"organisation": agreement.organisation_id, "establishment": agreement.establishment_id}
    holdings = Holding.objects.on(clock.today()).filter(user__in=people)
    return {
        user_id: member_address(party, party_id, user_id)
        for party, party_id in parties.items()
        for user_id in holdings.filter(**{f"post__{party}": party_id}).values_list("user_id", flat=True)
    }
