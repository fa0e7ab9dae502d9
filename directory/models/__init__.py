"""Who exists and who belongs where: establishments, organisations, services, posts and who holds them, vocabularies."""

from directory.models.estate import Establishment, EstablishmentStatus, LocalAuthority
from directory.models.handouts import Handout, HandoutQuerySet
from directory.models.joining import (
    Handover,
    Invitation,
    InvitationQuerySet,
    JoiningRequest,
    OrganisationMerge,
    in_fourteen_days,
)
from directory.models.listings import Correction, CorrectionQuerySet, Listing, ListingQuerySet, Origin
from directory.models.mail import Frequency, MailPreference
from directory.models.needs import AreaContact, Idea, NeedsStatement, PartnerView, Weight
from directory.models.organisations import Organisation, RegisteredCharity, Service, new_service_reference
from directory.models.posts import (
    FUNDER_ROLES,
    PARTNER_ROLES,
    PRISON_ROLES,
    Absence,
    AbsenceQuerySet,
    Holding,
    HoldingQuerySet,
    Post,
    Role,
)
from directory.models.vocabularies import Term, Vocabulary

__all__ = [
    "FUNDER_ROLES",
    "PARTNER_ROLES",
    "PRISON_ROLES",
    "Absence",
    "AbsenceQuerySet",
    "AreaContact",
    "Correction",
    "CorrectionQuerySet",
    "Establishment",
    "EstablishmentStatus",
    "Frequency",
    "Handout",
    "HandoutQuerySet",
    "Handover",
    "Holding",
    "HoldingQuerySet",
    "Idea",
    "Invitation",
    "InvitationQuerySet",
    "JoiningRequest",
    "Listing",
    "ListingQuerySet",
    "LocalAuthority",
    "MailPreference",
    "NeedsStatement",
    "Organisation",
    "OrganisationMerge",
    "Origin",
    "PartnerView",
    "Post",
    "RegisteredCharity",
    "Role",
    "Service",
    "Term",
    "Vocabulary",
    "Weight",
    "in_fourteen_days",
    "new_service_reference",
]
