"""The relation between an organisation and a prison, and each set of words in it with its own life cycle."""

from agreements.models.agreement import (
    DRAFTED,
    LIVE,
    OVER,
    Agreement,
    ClarificationRequest,
    EligibilityCheck,
    Side,
    Status,
    StatusChange,
    Version,
)
from agreements.models.answers import Action, Answer, Attachment, Comment, SavedAnswer
from agreements.models.assurance import AssuranceProfile, TakenFromProfile
from agreements.models.bulk import Bulk, BulkRow, Label
from agreements.models.funders import FunderShare, Showing
from agreements.models.imports import SignedPaper, WordImport
from agreements.models.question_set import Kind, QuestionSet
from agreements.models.signing import Approval, Document, Printing, Signature

__all__ = [
    "DRAFTED",
    "LIVE",
    "OVER",
    "Action",
    "Agreement",
    "Answer",
    "Approval",
    "AssuranceProfile",
    "Attachment",
    "Bulk",
    "BulkRow",
    "ClarificationRequest",
    "Comment",
    "Document",
    "EligibilityCheck",
    "FunderShare",
    "Kind",
    "Label",
    "Printing",
    "QuestionSet",
    "SavedAnswer",
    "Showing",
    "Side",
    "Signature",
    "SignedPaper",
    "Status",
    "StatusChange",
    "TakenFromProfile",
    "Version",
    "WordImport",
]
