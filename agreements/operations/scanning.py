"""Bringing in an agreement that both sides signed on paper, so that lists, reviews and dashboards know of it."""

import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from agreements import projection
from agreements.models import Answer, SignedPaper, Version
from agreements.operations.answering import write
from agreements.operations.attaching import store
from agreements.operations.starting import begin
from agreements.workflow import perform
from directory.models import Establishment, Organisation
from directory.standing import standing
from portal.foundation import clock
from portal.foundation.models import User

SCAN = "PAPER"
# What the portal itself reads in an agreement, and can be copied from the paper form.
MAPPED = (
    *("S1-01", "S1-02", "S1-03", "S1-05", "S1-08", "S1-10", "S1-11", "S1-12", "S1-14", "S1-18"),
    *("S3-01", "S3-10", "S3-11", "S4-05"),
)


@transaction.atomic
def take_in_paper(
    *,
    organisation: Organisation,
    establishment: Establishment,
    service_name: str,
    signed_on: dt.date,
    scan: UploadedFile,
    answers: Mapping[str, Any],
    by: User,
) -> Version:
    """All or nothing: the agreement, what the paper says, its scan, and the step. Raises PermissionDenied or NotReady."""
    if not standing(by).is_cjvsf:
        raise PermissionDenied
    version = begin(organisation=organisation, establishment=establishment, service_name=service_name, by=by)
    said = {name: value for name, value in answers.items() if name in MAPPED and value is not None}
    write({}, said, replacing={}, by=by, new=partial(Answer, version=version))
    projection.project(version)
    kept = store(version, SCAN, scan, by=by)
    SignedPaper.objects.create(version=version, scan=kept, signed_on=signed_on, by=by, at=clock.now())
    perform("take-in-paper", version, by=by)
    return version
