"""The whole life of an agreement, through the operations that pages call."""

import pytest

from agreements.models import Agreement, Printing, Status
from directory.models import Listing
from portal.foundation import audit
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_agreement_goes_from_the_outline_into_force():
    cast = factories.Cast()
    version = factories.bring_to("in force", cast)
    agreement = Agreement.objects.get(pk=version.agreement_id)
    assert version.status == Status.IN_FORCE
    assert agreement.current_version == version
    assert [change.step for change in version.changes.all()] == [
        "submit",
        "accept",
        "send-for-approval",
        "approve",
        "sign",
        "sign",
    ]
    assert Printing.objects.get(version=version, kind="final").state == "waiting"
    assert Listing.objects.get().is_live
    assert audit.first_broken_link(agreement.about) is None
