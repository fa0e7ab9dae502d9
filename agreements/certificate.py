"""The final PDF's page: the frozen words, and the certificate of who approved and signed them, when, and how.

What it tells of steps and mails is as it stood when the page was made. The page is kept, so the same bytes come out again.
"""

from collections import Counter
from typing import Any

from django.conf import settings

from agreements.documents import page
from agreements.models import Document, Side, Signature, StatusChange, Version
from agreements.statuses import FINAL
from agreements.workflow import BY_NAME
from directory import mail_log
from portal.foundation import audit

BECAME = {"queued": "waiting", "sent": "sent", "refused": "refused", "bounced": "came back"}


def final_page(document: Document, *, seal_fingerprint: str) -> str:
    """The whole page of the final PDF."""
    signatures = list(document.signatures.select_related("post"))
    certificate = {
        "document": document,
        "approvals": document.version.approvals.filter(overtaken_at=None).select_related("post", "by"),
        "signatures": signatures,
        "steps": steps(document.version),
        "seal_fingerprint": seal_fingerprint,
        "audit_head": audit.head(document.version.agreement.about),
        "verify_url": f"{settings.SITE_URL}/verify/",
    }
    signed_on = max(signature.at for signature in signatures)
    told = {"code": document.code, "printed_as": FINAL, "dated": signed_on, "certificate": certificate}
    return page(document.version, document.html, **told)


def steps(version: Version) -> list[tuple[StatusChange, str, str, str]]:
    """Every step that this version has taken, for which party, and what became of the mail about it."""
    agreement = version.agreement
    parties = {Side.PARTNER: str(agreement.organisation), Side.PRISON: str(agreement.establishment)}
    changes = version.changes.select_related("by").order_by("at", "pk")
    return [
        (change, BY_NAME[change.step].label, parties.get(change.side, ""), mail_about(change)) for change in changes
    ]


def mail_about(change: StatusChange) -> str:
    """How many people were written to, and how many couldn't be reached. Their names stay out of the document."""
    mails = mail_log.mails().filter(dedupe_key__startswith=f"step:{change.pk}:")
    counted = Counter(BECAME[mail_log.state_of(mail)] for mail in mails)
    return ", ".join(f"{counted[state]} {state}" for state in BECAME.values() if counted[state]) or "None"


def final_data(document: Document) -> dict[str, Any]:
    """What is attached to the final PDF: the agreement's data, and who signed which words when."""
    return document.data | {
        "words_sha256": document.sha256,
        "code": document.code,
        "signatures": [_signature(signature) for signature in document.signatures.all()],
    }


def _signature(signature: Signature) -> dict[str, str]:
    return {
        "name": signature.name,
        "post": signature.post_title,
        "party": signature.party_name,
        "side": Side(signature.side).value,
        "at": signature.at.isoformat(),
        "words_sha256": signature.words_sha256,
    }
