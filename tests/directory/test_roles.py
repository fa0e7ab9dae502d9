"""The table of roles says what the code does: each role is played, and the words are held against it."""

import pytest

from agreements.models import Agreement, Side, Version
from agreements.permissions import DECIDERS, DRAFTERS, may, may_draft, signing_posts
from directory.models import PARTNER_ROLES, PRISON_ROLES, Role
from directory.parties import Party, manages
from directory.roles import ABILITIES, ROLES, who_may
from tests import factories

pytestmark = pytest.mark.django_db
SIDES = {Side.PARTNER: PARTNER_ROLES, Side.PRISON: PRISON_ROLES}
OF_SIDE = [(role, side) for side, roles in SIDES.items() for role in roles]


@pytest.fixture
def version():
    return factories.bring_to("with prison", factories.Cast())


def play(role: Role, version: Version, **fields):
    agreement = version.agreement
    at = agreement.organisation if role in PARTNER_ROLES else agreement.establishment if role in PRISON_ROLES else None
    return factories.hold(factories.post(role, at, **{"approval_order": None, "signing_order": None} | fields))


@pytest.mark.parametrize(("role", "side"), OF_SIDE)
def test_what_a_role_may_do_is_what_its_row_says(version, role, side):
    who, agreement, may_do = play(role, version), version.agreement, ROLES[role].may
    assert Agreement.objects.visible_to(who).filter(pk=agreement.pk).exists() is ("read" in may_do)
    assert may_draft(who, agreement) is ("draft" in may_do)
    assert may(who, f"decide for the {side.value}", version) is ("decide" in may_do)
    assert may(who, "sign", version) is ("sign" in may_do)
    party = (
        Party(organisation=agreement.organisation)
        if side == Side.PARTNER
        else Party(establishment=agreement.establishment)
    )
    assert manages(who, party) is ("people" in may_do)


@pytest.mark.parametrize("role", [role for role in Role if "by policy" in ROLES[role].may])
def test_a_place_in_the_policy_lets_a_post_approve_and_sign(version, role):
    who = play(role, version, approval_order=7, signing_order=7)
    assert may(who, "approve", version)
    assert signing_posts(who, version.agreement)


def test_cjvsf_reads_all_and_takes_no_step(version):
    who = play(Role.CJVSF, version)
    assert Agreement.objects.visible_to(who).count() == Agreement.objects.count()
    assert not may_draft(who, version.agreement)
    assert not any(may(who, permission, version) for permission in ("approve", "sign", "decide for either side"))
    assert manages(who, Party(organisation=version.agreement.organisation))


def test_every_role_has_a_row_and_every_ability_somebody_who_has_it():
    assert set(ROLES) == set(Role)
    assert {ability for facts in ROLES.values() for ability in facts.may} == set(ABILITIES)


def test_the_permissions_of_agreements_are_read_from_the_table():
    assert frozenset.union(*DRAFTERS.values()) == who_may("draft")
    assert frozenset.union(*DECIDERS.values()) == who_may("decide")
