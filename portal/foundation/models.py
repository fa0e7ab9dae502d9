"""The ground: who signs in, what happened, and what is to be told to whom."""

import hashlib
import secrets
import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.crypto import salted_hmac

from portal.foundation import clock

# Where nobody gets mail: the address of an account that was erased.
NOWHERE = "erased.invalid"


class UserManager(BaseUserManager):
    @classmethod
    def normalize_email(cls, email: str) -> str:
        """Small letters before the @ too, so that one address has one account however it is typed."""
        return super().normalize_email(email.strip()).lower()

    def create_user(self, email: str, name: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=self.normalize_email(email), name=name, **fields)
        user.set_password(password)
        user.save()
        return user


def new_salt() -> str:
    return secrets.token_hex(16)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address. What they may do comes from the posts they hold."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=clock.now)
    email_verified_at = models.DateTimeField(
        null=True, blank=True, help_text="When a link that was sent to the address was used"
    )
    salt = models.CharField(max_length=32, blank=True, default=new_salt, editable=False)
    unused_told_at = models.DateTimeField(
        null=True, blank=True, help_text="When its leads were told that nobody uses it"
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """A session ends when the password changes, and when the address does with which it was opened."""
        of_the_password = super()._get_session_auth_hash(secret)
        return salted_hmac(self.email, of_the_password, secret=secret, algorithm="sha256").hexdigest()

    @property
    def is_erased(self) -> bool:
        return self.email.endswith(f"@{NOWHERE}")

    @property
    def name_sha256(self) -> str:
        """Stands for the name in the audit: it proves the name to whoever has the salt, and tells nobody anything without."""
        return hashlib.sha256(f"{self.salt}{self.name}".encode()).hexdigest()


class AuditEvent(models.Model):
    """One line of what happened, chained by hash within what it is about. No foreign keys: it outlives what it names.

    It holds no name, so that nothing has to be taken out of the chain when a person's data is erased.
    """

    about = models.CharField(max_length=80)
    number = models.PositiveIntegerField()
    event = models.CharField(max_length=80)
    by = models.CharField(max_length=80)
    by_name_sha256 = models.CharField(max_length=160, blank=True, help_text="Empty: the portal itself")
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["about", "number"]
        constraints = [models.UniqueConstraint(fields=["about", "number"], name="audit_one_line_a_number")]

    def __str__(self) -> str:
        return f"{self.about} #{self.number} {self.event}"


class Notification(models.Model):
    """The outbox: a mail to be sent, written in the transaction that caused it, and the server's answer."""

    dedupe_key = models.CharField(max_length=200, unique=True)
    addressee = models.CharField(
        max_length=250, help_text="user:5, mailto:a@example.org, or what directory.addressing knows"
    )
    template = models.CharField(max_length=80)
    context = models.JSONField(default=dict)
    at_once = models.BooleanField(default=True, help_text="Otherwise it may wait for the person's digest")
    via = models.CharField(max_length=250, blank=True, help_text="The party or posts for which this person is told")
    digest = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="collected")
    message_id = models.UUIDField(default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=clock.now)
    not_before = models.DateTimeField(default=clock.now)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True, help_text="Spread, handed on or overtaken: not to be sent")
    server_answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(bounced_at=None) | models.Q(sent_at__isnull=False), name="only_sent_mail_bounces"
            )
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                name="outbox_to_send",
                condition=models.Q(sent_at=None, refused_at=None, closed_at=None),
            ),
            models.Index(fields=["addressee", "-created_at"], name="outbox_by_addressee"),
        ]

    def __str__(self) -> str:
        return f"{self.template} to {self.addressee}"


class TypedText(models.Model):
    """What somebody was typing when their session ended, kept for that person alone until they sign in again."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    path = models.CharField(max_length=300)
    data = models.TextField()
    kept_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "path"], name="one_kept_text_a_page")]

    def __str__(self) -> str:
        return f"{self.user} at {self.path}"
