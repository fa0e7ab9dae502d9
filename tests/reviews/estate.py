"""Many agreements in force at once, without the steps that lead there."""

import datetime as dt
from collections.abc import Iterable

from agreements.models import Agreement, Kind, QuestionSet, Status, Version
from portal.foundation import clock
from tests import factories

LONG_AGO = dt.datetime(2020, 1, 1, 12, tzinfo=dt.UTC)


def in_force(starts: Iterable[dt.date], **fields) -> list[Version]:
    """One agreement for each start, in the order given, each with version 1 in force."""
    starts = list(starts)
    cast = factories.Cast()
    service = cast.start().agreement.service
    now = clock.now()
    agreements = Agreement.objects.bulk_create(
        Agreement(
            organisation=cast.charity,
            establishment=cast.prison,
            service=service,
            started_by=cast.contributor,
            sent_at=now,
            reference=f"PA-{number:06}",
        )
        for number in range(len(starts))
    )
    newest = {kind: QuestionSet.objects.newest(kind) for kind in (Kind.AGREEMENT, Kind.SHARING, Kind.CONSENT)}
    versions = Version.objects.bulk_create(
        Version(
            agreement=agreement,
            number=1,
            question_set=newest[Kind.AGREEMENT],
            sharing_set=newest[Kind.SHARING],
            consent_set=newest[Kind.CONSENT],
            starts_on=start,
            **{"status": Status.IN_FORCE, "started_at": LONG_AGO} | fields,
        )
        for agreement, start in zip(agreements, starts, strict=True)
    )
    for agreement, version in zip(agreements, versions, strict=True):
        agreement.current_version = version
    Agreement.objects.bulk_update(agreements, ["current_version"], batch_size=500)
    return versions
