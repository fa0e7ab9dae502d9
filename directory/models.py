"""Who exists and who belongs where: establishments, organisations, services, posts and who holds them, vocabularies."""

from django.db import models
from django.db.models import Q
from django.utils.text import slugify

from portal.foundation import clock, references
from portal.foundation.models import User


class LocalAuthority(models.Model):
    """One of the 32 councils, with the Community Justice Partnership it belongs to."""

    gss = models.CharField("GSS code", max_length=9, primary_key=True)
    name = models.CharField(max_length=60)
    community_justice_partnership = models.CharField(max_length=60)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "local authorities"

    def __str__(self) -> str:
        return self.name


class EstablishmentStatus(models.TextChoices):
    OPEN = "open"
    PLANNED = "planned"
    CLOSED = "closed"


class Establishment(models.Model):
    """A prison or a community custody unit. What isn't public stays empty until an administrator fills it in."""

    code = models.CharField(max_length=3, unique=True, help_text="Ours, not the Scottish Prison Service's")
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=60)
    operator = models.CharField(max_length=60)
    address = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    local_authority = models.ForeignKey(LocalAuthority, on_delete=models.PROTECT)
    design_capacity = models.PositiveIntegerField(null=True, blank=True)
    status = models.CharField(max_length=7, choices=EstablishmentStatus)
    opened = models.CharField(
        max_length=7, blank=True, help_text="As precise as the source: a year, or a year and month"
    )
    closed = models.CharField(max_length=7, blank=True)
    replaced_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replaces")
    note = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    concern_line = models.CharField(max_length=30, blank=True)
    approver_title = models.CharField(max_length=80, default="Head of Offender Outcomes")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def takes_new_agreements(self) -> bool:
        return self.status != EstablishmentStatus.CLOSED


class Organisation(models.Model):
    """A third sector organisation: the partner."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=130, unique=True)
    charity_number = models.CharField(max_length=8, blank=True, help_text="SC and six digits")
    website = models.URLField(blank=True)
    public_email = models.EmailField(blank=True)
    joined_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["charity_number"], condition=~Q(charity_number=""), name="one_organisation_a_charity_number"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.slug = self.slug or slugify(self.name)[:130]
        super().save(*args, **kwargs)


def new_service_reference() -> str:
    return references.new("SV")


class Service(models.Model):
    """What an organisation does: one service may run in several prisons, with an agreement in each."""

    reference = models.CharField(max_length=12, unique=True, default=new_service_reference, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="services")
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="service_name_once_an_organisation")
        ]

    def __str__(self) -> str:
        return self.name


class Vocabulary(models.Model):
    """A list of terms. One without an establishment holds everywhere; an establishment may have its own of the same key."""

    key = models.CharField(max_length=60)
    establishment = models.ForeignKey(Establishment, null=True, blank=True, on_delete=models.CASCADE)
    label = models.CharField(max_length=120)
    source = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "vocabularies"
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(establishment=None), name="one_vocabulary_a_key"),
            models.UniqueConstraint(fields=["key", "establishment"], name="one_vocabulary_a_key_and_prison"),
        ]

    def __str__(self) -> str:
        return self.label


class Term(models.Model):
    vocabulary = models.ForeignKey(Vocabulary, on_delete=models.CASCADE, related_name="terms")
    slug = models.SlugField(max_length=120)
    label = models.CharField(max_length=160)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["vocabulary_id", "position"]
        constraints = [models.UniqueConstraint(fields=["vocabulary", "slug"], name="term_once_a_vocabulary")]

    def __str__(self) -> str:
        return self.label


class Role(models.TextChoices):
    """What a post is for. `agreements.permissions` says what each role may do."""

    CONTRIBUTOR = "contributor", "Contributor"
    SIGNATORY = "signatory", "Signatory"
    ADMINISTRATOR = "administrator", "Administrator"
    HOO = "hoo", "Head of Offender Outcomes"
    APPROVER = "approver", "Further approver or signatory"
    COORDINATOR = "coordinator", "Third sector coordinator"
    READER = "reader", "Prison staff"
    CJVSF = "cjvsf", "CJVSF administrator"


PARTNER_ROLES = (Role.CONTRIBUTOR, Role.SIGNATORY, Role.ADMINISTRATOR)
PRISON_ROLES = (Role.HOO, Role.APPROVER, Role.COORDINATOR, Role.READER)


class Post(models.Model):
    """A seat that outlives its holder. Agreements, actions and mail are addressed to posts.

    `approval_order` and `signing_order` are the prison's policy: posts with a number approve (or sign) in that
    order, posts with the same number in parallel, posts without one not at all.
    """

    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="posts"
    )
    establishment = models.ForeignKey(
        Establishment, null=True, blank=True, on_delete=models.PROTECT, related_name="posts"
    )
    role = models.CharField(max_length=20, choices=Role)
    title = models.CharField(max_length=120)
    mailbox = models.EmailField(blank=True, help_text="A role mailbox that survives a change of staff")
    approval_order = models.PositiveSmallIntegerField(null=True, blank=True)
    signing_order = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                name="post_belongs_to_the_party_of_its_role",
                condition=Q(role__in=PARTNER_ROLES, organisation__isnull=False, establishment=None)
                | Q(role__in=PRISON_ROLES, organisation=None, establishment__isnull=False)
                | Q(role=Role.CJVSF, organisation=None, establishment=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.party_name}"

    @property
    def party_name(self) -> str:
        return str(self.organisation or self.establishment or "CJVSF")


class HoldingQuerySet(models.QuerySet):
    def on(self, day) -> "HoldingQuerySet":
        """Holdings that run on this London date, both ends included."""
        return self.filter(Q(until_on=None) | Q(until_on__gte=day), from_on__lte=day, user__is_active=True)


class Holding(models.Model):
    """Who holds a post, or deputises in it, from a day to a day."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holdings")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="holdings")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    as_deputy = models.BooleanField(default=False)

    objects = HoldingQuerySet.as_manager()

    class Meta:
        ordering = ["post_id", "as_deputy", "from_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=models.F("from_on")), name="holding_ends_after_it_starts"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {'deputises as' if self.as_deputy else 'is'} {self.post}"


class Listing(models.Model):
    """What a service offers at a prison, written here by an agreement in force: the directory never reads agreements."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="listings")
    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="listings")
    agreement_reference = models.CharField(max_length=12, unique=True)
    summary = models.TextField()
    terms = models.ManyToManyField(Term, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    is_live = models.BooleanField(default=True)

    class Meta:
        ordering = ["service__name"]

    def __str__(self) -> str:
        return f"{self.service} at {self.establishment}"
