"""Frozen words, who approved and signed them, and the files that are printed from them."""

from django.db import models
from django.db.models import Q

from agreements.models.agreement import Side, Version
from directory.models import Post
from portal.foundation import clock, references
from portal.foundation.models import User
from portal.foundation.printing import PrintJob


class Approval(models.Model):
    """One post's approval of the words that the approver saw."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="approvals")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    as_deputy = models.BooleanField(default=False)
    words_sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(default=clock.now)
    overtaken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "post"], condition=Q(overtaken_at=None), name="one_standing_approval_a_post"
            )
        ]

    def __str__(self) -> str:
        return f"{self.by} for {self.post}"


def new_code() -> str:
    return references.new("PD")


class Document(models.Model):
    """Frozen words with their SHA-256. Signatures point here; the PDF is printed from here. Never edited, only overtaken."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="documents")
    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    html = models.TextField()
    data = models.JSONField()
    sha256 = models.CharField(max_length=64)
    frozen_at = models.DateTimeField(default=clock.now)
    frozen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    overtaken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["frozen_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["version"], condition=Q(overtaken_at=None), name="one_standing_document_a_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version} as frozen on {self.frozen_at:%d %B %Y}"


class Signature(models.Model):
    """Who signed which words, for which party, and how they proved who they are."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=7, choices=Side)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    as_deputy = models.BooleanField(default=False)
    name = models.CharField(max_length=120)
    email = models.EmailField()
    email_verified_at = models.DateTimeField(null=True, blank=True)
    post_title = models.CharField(max_length=120)
    party_name = models.CharField(max_length=120)
    statement = models.TextField()
    words_sha256 = models.CharField(max_length=64)
    proved_by = models.CharField(max_length=60)
    signed_in_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    at = models.DateTimeField(default=clock.now)
    network_address = models.GenericIPAddressField(null=True, blank=True)
    browser = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["document", "post"], name="a_post_signs_a_document_once"),
            models.UniqueConstraint(
                fields=["document"], condition=Q(side=Side.PARTNER), name="the_partner_signs_a_document_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} for {self.party_name}"


def printing_path(printing: "Printing", name: str) -> str:
    return f"printed/{printing.pk}-{printing.sha256[:16]}.pdf"


class Printing(PrintJob):
    """A PDF that was asked for, and the file when the worker has made it. The same HTML is printed once."""

    class Kind(models.TextChoices):
        DRAFT = "draft", "Unsealed copy, under development"
        FINAL = "final", "Final, sealed"
        LETTER = "letter", "Letter of support, sealed"

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="printings")
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="printings")
    kind = models.CharField(max_length=6, choices=Kind)
    file = models.FileField(upload_to=printing_path, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["version", "kind", "words_sha256"], name="the_same_words_are_printed_once"),
            models.UniqueConstraint(fields=["document"], condition=Q(kind="final"), name="one_final_pdf_a_document"),
            models.CheckConstraint(condition=Q(printed_at=None) | ~Q(sha256=""), name="a_printed_pdf_has_a_hash"),
        ]
        indexes = [
            models.Index(fields=["asked_at"], name="printing_waiting", condition=Q(printed_at=None, given_up_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.version}"
