"""A mail as it is written: plain text, complete, and HTML beside it with a language, headings and real links."""

from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from portal.foundation.models import Notification


def compose(row: Notification, told: list[Notification], address: str, connection) -> EmailMultiAlternatives:
    """`told` are the rows that the mail tells: itself, or what a digest has gathered."""
    sender = {"operator": settings.OPERATOR_NAME, "operator_email": settings.OPERATOR_EMAIL}
    context = row.context | sender | {"site_url": settings.SITE_URL}
    headers = {"Message-ID": message_id(row), "Auto-Submitted": "auto-generated"}
    if row.template == "digest":
        preferences = settings.SITE_URL + reverse("mail_preference")
        context |= {"entries": [entry(part) for part in told], "preferences": preferences}
        headers["List-Unsubscribe"] = f"<{preferences}>"
    mail = EmailMultiAlternatives(
        subject=subject(row.template, context),
        body=render_to_string(f"email/{row.template}.txt", context),
        to=[address],
        connection=connection,
        headers=headers,
    )
    mail.attach_alternative(render_to_string(f"email/{row.template}.html", context), "text/html")
    return mail


def message_id(row: Notification) -> str:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{row.message_id}@{domain}>"


def entry(part: Notification) -> dict[str, str]:
    """One line of a digest: what its own mail would have had as a subject, and its link."""
    return {"words": subject(part.template, part.context), "link": part.context["link"]}


def subject(template: str, context: dict) -> str:
    return " ".join(render_to_string(f"email/{template}.subject.txt", context).split())
