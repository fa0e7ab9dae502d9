"""Giving, ending and handing over posts: each rule, and its twin that the rule lets pass."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from agreements.models import Agreement
from directory.models import Handover, Holding, Post, Role
from directory.operations import accounts, holdings, posts
from directory.parties import Party, manages
from directory.standing import standing
from portal.foundation import audit, clock
from portal.foundation.exceptions import NotReady
from portal.foundation.models import Notification, User
from tests import factories

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
TODAY, TOMORROW = dt.date(2026, 11, 21), dt.date(2026, 11, 22)


@pytest.fixture(autouse=True)
def a_fixed_day():
    with clock.set_to(NOON):
        yield


@pytest.fixture
def cast():
    return factories.Cast()


@pytest.fixture
def administrator(cast):
    return factories.hold(factories.post(Role.ADMINISTRATOR, cast.charity), name="Ada")


def again(user: User) -> User:
    """The same person, asked anew where they stand."""
    return User.objects.get(pk=user.pk)


def holding_of(user: User) -> Holding:
    return Holding.objects.select_related("post", "user").get(user=user)


def posts_of(user: User) -> list[Post]:
    return list(standing(again(user)).posts)


def reasons(refused) -> str:
    return " ".join(refused.value.reasons)


# Giving


def test_an_administrator_gives_a_post_of_the_own_organisation(cast, administrator):
    newcomer, post = factories.user(), holding_of(cast.contributor).post
    holdings.appoint(post, newcomer, by=administrator)
    assert posts_of(newcomer) == [post]


@pytest.mark.parametrize("who", ["contributor", "signatory", "hoo", "stranger"])
def test_nobody_else_gives_a_post_of_an_organisation(cast, who):
    with pytest.raises(PermissionDenied):
        holdings.appoint(holding_of(cast.contributor).post, factories.user(), by=getattr(cast, who))


def test_a_hoo_gives_posts_of_the_prison_and_of_no_other(cast):
    own = factories.post(Role.COORDINATOR, cast.prison)
    elsewhere = factories.post(Role.COORDINATOR, factories.prison("EDI"))
    newcomer = factories.user()
    holdings.appoint(own, newcomer, by=cast.hoo)
    with pytest.raises(PermissionDenied):
        holdings.appoint(elsewhere, newcomer, by=cast.hoo)
    assert posts_of(newcomer) == [own]


def test_cjvsf_gives_posts_everywhere(cast):
    newcomer = factories.user()
    holdings.appoint(factories.post(Role.COORDINATOR, cast.prison), newcomer, by=cast.cjvsf)
    holdings.appoint(holding_of(cast.stranger).post, factories.user(), by=cast.cjvsf)
    assert len(posts_of(newcomer)) == 1


@pytest.mark.parametrize("who", ["hoo", "cjvsf"])
def test_nobody_gives_a_post_to_themselves(cast, who):
    with pytest.raises(NotReady, match="yourself"):
        holdings.appoint(factories.post(Role.APPROVER, cast.prison), getattr(cast, who), by=getattr(cast, who))


def test_a_post_that_begins_later_opens_nothing_before(cast):
    newcomer = factories.user()
    holdings.appoint(factories.post(Role.COORDINATOR, cast.prison), newcomer, by=cast.hoo, from_on=TOMORROW)
    assert posts_of(newcomer) == []
    with clock.set_to(NOON + dt.timedelta(days=1)):
        assert len(posts_of(newcomer)) == 1


def test_a_deputy_has_a_last_day_and_stands_in_until_it_is_over(cast):
    deputy = factories.user()
    with pytest.raises(NotReady, match="Say until when"):
        holdings.appoint(cast.hoo_post, deputy, by=cast.hoo, as_deputy=True)
    holdings.appoint(cast.hoo_post, deputy, by=cast.hoo, as_deputy=True, until_on=TOMORROW)
    assert standing(again(deputy)).is_deputy_in(cast.hoo_post)
    with clock.set_to(NOON + dt.timedelta(days=2)):
        assert posts_of(deputy) == []


def test_nobody_holds_one_post_twice_on_one_day(cast):
    newcomer = factories.user()
    holdings.appoint(cast.hoo_post, newcomer, by=cast.hoo, until_on=TOMORROW)
    with pytest.raises(NotReady, match="already on those days"):
        holdings.appoint(cast.hoo_post, newcomer, by=cast.hoo, from_on=TOMORROW)
    holdings.appoint(cast.hoo_post, newcomer, by=cast.hoo, from_on=TOMORROW + dt.timedelta(days=1))


def test_a_closed_account_gets_no_post(cast):
    gone = factories.user()
    accounts.close_account(gone, by=cast.cjvsf)
    with pytest.raises(NotReady, match="is closed"):
        holdings.appoint(cast.hoo_post, again(gone), by=cast.hoo)


# Both sides


@pytest.mark.parametrize("status", ["outline", "with prison", "in force"])
def test_nobody_gets_a_post_that_puts_them_on_both_sides_of_a_live_agreement(cast, status):
    factories.bring_to(status, cast)
    with pytest.raises(NotReady) as refused:
        holdings.appoint(factories.post(Role.READER, cast.prison), cast.contributor, by=cast.hoo)
    assert "both sides of one agreement" in reasons(refused)
    assert len(posts_of(cast.contributor)) == 1


def test_not_even_as_a_deputy_for_a_day(cast, administrator):
    factories.bring_to("with prison", cast)
    with pytest.raises(NotReady, match="both sides"):
        holdings.appoint(holding_of(cast.signatory).post, cast.hoo, by=administrator, as_deputy=True, until_on=TODAY)


def test_both_sides_are_open_to_somebody_where_there_is_no_live_agreement(cast):
    factories.bring_to("ended", cast)
    holdings.appoint(factories.post(Role.READER, cast.prison), cast.contributor, by=cast.hoo)
    assert len(posts_of(cast.contributor)) == 2


def test_one_after_the_other_is_not_both_sides(cast):
    factories.bring_to("with prison", cast)
    colleague = factories.user()
    factories.hold(holding_of(cast.contributor).post, colleague, until_on=TODAY)
    reader = factories.post(Role.READER, cast.prison)
    with pytest.raises(NotReady, match="both sides"):
        holdings.appoint(reader, colleague, by=cast.hoo, from_on=TODAY)
    holdings.appoint(reader, colleague, by=cast.hoo, from_on=TOMORROW)


# Ending


def test_access_ends_at_once_when_a_holding_is_ended_now(cast, administrator):
    version = factories.bring_to("outline", cast)
    holdings.end_holding(holding_of(cast.contributor), by=administrator)
    assert not Agreement.objects.visible_to(again(cast.contributor)).filter(pk=version.agreement_id).exists()
    assert holding_of(cast.contributor).until_on == TODAY - dt.timedelta(days=1)


def test_access_lasts_through_the_last_day(cast, administrator):
    holdings.end_holding(holding_of(cast.contributor), by=administrator, last_day=TODAY)
    assert posts_of(cast.contributor)
    with clock.set_to(NOON + dt.timedelta(days=1)):
        assert not posts_of(cast.contributor)


def test_a_holding_of_today_ends_today_and_counts_for_no_day(cast):
    newcomer = factories.user()
    holding = holdings.appoint(cast.hoo_post, newcomer, by=cast.hoo)
    holdings.end_holding(holding, by=cast.hoo)
    assert posts_of(newcomer) == []
    assert Holding.objects.get(user=newcomer).taken_back


@pytest.mark.parametrize("status", ["with prison", "for signature", "in force", "paused"])
def test_the_only_hoo_does_not_leave_something_live_to_nobody(cast, status):
    factories.bring_to(status, cast)
    with pytest.raises(NotReady) as refused:
        holdings.end_holding(holding_of(cast.hoo), by=cast.cjvsf)
    assert "nobody would decide for HMP Perth" in reasons(refused)
    assert posts_of(cast.hoo)


@pytest.mark.parametrize("status", ["outline", "ended", "declined"])
def test_the_only_hoo_leaves_when_the_prison_has_nothing_live_that_it_knows_of(cast, status):
    factories.bring_to(status, cast)
    holdings.end_holding(holding_of(cast.hoo), by=cast.cjvsf)
    assert not posts_of(cast.hoo)


def test_an_end_in_the_future_leaves_nobody_either(cast):
    factories.bring_to("in force", cast)
    with pytest.raises(NotReady, match="From 23 November 2026 nobody would decide"):
        holdings.end_holding(holding_of(cast.hoo), by=cast.cjvsf, last_day=TOMORROW)


def test_a_deputy_with_a_last_day_is_no_owner(cast):
    factories.bring_to("in force", cast)
    holdings.appoint(cast.hoo_post, factories.user(), by=cast.hoo, as_deputy=True, until_on=TOMORROW)
    with pytest.raises(NotReady, match="From 23 November 2026"):
        holdings.end_holding(holding_of(cast.hoo), by=cast.cjvsf)


def test_the_only_signatory_leaves_while_an_administrator_stays(cast, administrator):
    factories.bring_to("in force", cast)
    holdings.end_holding(holding_of(cast.signatory), by=administrator)
    assert not posts_of(cast.signatory)


def test_a_post_that_the_policy_names_is_not_left_empty(cast):
    security = factories.hold(factories.post(Role.APPROVER, cast.prison, title="Head of Security", approval_order=2))
    factories.bring_to("with prison", cast)
    with pytest.raises(NotReady, match="nobody would be Head of Security"):
        holdings.end_holding(holding_of(security), by=cast.hoo)


def test_a_post_with_an_open_action_is_not_left_empty(cast, administrator):
    version = factories.bring_to("details", cast)
    factories.add_an_action(version, by=cast.contributor)
    version.actions.update(post=holding_of(cast.contributor).post)
    with pytest.raises(NotReady, match="nobody would be Service Manager"):
        holdings.end_holding(holding_of(cast.contributor), by=administrator)
    version.actions.all().delete()
    holdings.end_holding(holding_of(cast.contributor), by=administrator)


def test_cjvsf_keeps_an_administrator(cast):
    second = factories.hold(holding_of(cast.cjvsf).post)
    holdings.end_holding(holding_of(second), by=cast.cjvsf)
    third = factories.hold(holding_of(cast.cjvsf).post, until_on=TOMORROW)
    with pytest.raises(NotReady, match="no administrator"):
        holdings.end_holding(holding_of(cast.cjvsf), by=third)


def test_what_is_over_is_not_ended_again(cast, administrator):
    holding = holding_of(cast.contributor)
    holdings.end_holding(holding, by=administrator)
    with pytest.raises(NotReady, match="any more"):
        holdings.end_holding(holding, by=administrator)


# Handing over


def test_a_handover_moves_everything_that_belongs_to_the_post(cast):
    version = factories.bring_to("for approval", cast)
    version.actions.update(post=cast.hoo_post)
    successor = factories.user("Moira Reid")
    holdings.hand_over(holding_of(cast.hoo), to=successor, by=cast.cjvsf, on=TODAY, note="Call the chaplain.")
    factories.with_second_factor(successor)
    before, after = again(cast.hoo), again(successor)
    assert standing(before).posts == ()
    assert not Agreement.objects.visible_to(before).exists()
    assert [action.post for action in version.actions.all()] == [cast.hoo_post]
    cast.hoo = after
    factories.take("approve", version, cast)
    factories.take("partner signs", version, cast)
    factories.take("prison signs", version, cast)
    assert factories.fresh(version).status == "in force"


def test_a_handover_on_a_later_day_keeps_the_first_holder_until_the_day_before(cast):
    factories.bring_to("in force", cast)
    successor = factories.user()
    handover = holdings.hand_over(holding_of(cast.hoo), to=successor, by=cast.hoo, on=TODAY + dt.timedelta(days=9))
    assert posts_of(cast.hoo)
    assert not posts_of(successor)
    assert (handover.left.until_on, handover.taken.from_on) == (dt.date(2026, 11, 29), dt.date(2026, 11, 30))


def test_whoever_takes_over_is_told_and_the_history_keeps_both_names(cast):
    successor = factories.user("Moira Reid")
    holdings.hand_over(holding_of(cast.hoo), to=successor, by=cast.cjvsf, on=TODAY, note="Call the chaplain.")
    mail = Notification.objects.get(addressee=f"user:{successor.pk}")
    assert (mail.template, mail.context["left_by"]) == ("handed_over", cast.hoo.name)
    assert "chaplain" not in str(mail.context)
    handover = Handover.objects.get()
    assert (handover.left.user, handover.taken.user, handover.by) == (cast.hoo, successor, cast.cjvsf)
    assert audit.first_broken_link(f"prison:{cast.prison.pk}") is None


@pytest.mark.parametrize("who", ["contributor", "signatory", "stranger"])
def test_only_those_who_look_after_the_people_hand_a_post_over(cast, who):
    with pytest.raises(PermissionDenied):
        holdings.hand_over(holding_of(cast.hoo), to=factories.user(), by=getattr(cast, who), on=TODAY)


def test_a_post_is_not_handed_to_somebody_of_the_other_side(cast):
    factories.bring_to("in force", cast)
    with pytest.raises(NotReady, match="both sides"):
        holdings.hand_over(holding_of(cast.hoo), to=cast.signatory, by=cast.cjvsf, on=TODAY)
    assert posts_of(cast.hoo)


@pytest.mark.parametrize(("to", "on", "says"), [("hoo", TODAY, "already"), ("other", dt.date(2026, 11, 20), "today")])
def test_a_handover_that_makes_no_sense_is_refused(cast, to, on, says):
    to = cast.hoo if to == "hoo" else factories.user()
    with pytest.raises(NotReady, match=says):
        holdings.hand_over(holding_of(cast.hoo), to=to, by=cast.cjvsf, on=on)


def test_a_post_has_one_successor_at_a_time(cast):
    deputy = factories.hold(cast.hoo_post)
    first, second = factories.user(), factories.user()
    handover = holdings.hand_over(holding_of(cast.hoo), to=first, by=cast.cjvsf, on=TODAY + dt.timedelta(days=6))
    with pytest.raises(NotReady, match="takes over on 27 November 2026 already"):
        holdings.hand_over(holding_of(cast.hoo), to=second, by=cast.cjvsf, on=TODAY)
    holdings.end_holding(handover.taken, by=cast.cjvsf)
    holdings.hand_over(holding_of(cast.hoo), to=second, by=cast.cjvsf, on=TODAY)
    assert posts_of(second) == posts_of(deputy) == [cast.hoo_post]


# Closing an account


def test_a_closed_account_loses_its_session_with_the_next_request(cast, client):
    factories.bring_to("outline", cast)
    client.force_login(cast.contributor, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/agreements/").status_code == 200
    accounts.close_account(cast.contributor, by=cast.cjvsf)
    assert client.get("/agreements/").status_code == 302
    accounts.reopen_account(again(cast.contributor), by=cast.cjvsf)
    assert client.get("/agreements/").status_code == 302
    assert not posts_of(cast.contributor)


def test_an_account_is_not_closed_while_something_live_would_be_left_to_nobody(cast):
    factories.bring_to("in force", cast)
    with pytest.raises(NotReady, match="Hand the post over instead"):
        accounts.close_account(cast.hoo, by=cast.cjvsf)
    assert again(cast.hoo).is_active
    holdings.hand_over(holding_of(cast.hoo), to=factories.user(), by=cast.cjvsf, on=TODAY)
    accounts.close_account(cast.hoo, by=cast.cjvsf)
    assert not again(cast.hoo).is_active


@pytest.mark.parametrize("who", ["hoo", "signatory", "contributor"])
def test_only_cjvsf_closes_and_opens_accounts(cast, who):
    with pytest.raises(PermissionDenied):
        accounts.close_account(cast.stranger, by=getattr(cast, who))
    with pytest.raises(PermissionDenied):
        accounts.reopen_account(cast.stranger, by=getattr(cast, who))


def test_nobody_closes_their_own_account(cast):
    with pytest.raises(NotReady, match="your own"):
        accounts.close_account(cast.cjvsf, by=cast.cjvsf)


# Posts


def test_a_prison_s_policy_is_cjvsf_s_to_set(cast):
    party = Party(establishment=cast.prison)
    with pytest.raises(PermissionDenied):
        posts.add_post(party, by=cast.hoo, role=Role.APPROVER, title="Governor", signing_order=2)
    post = posts.add_post(party, by=cast.hoo, role=Role.APPROVER, title="Governor")
    with pytest.raises(PermissionDenied):
        posts.change_post(cast.hoo_post, by=cast.hoo, approval_order=None)
    posts.change_post(post, by=cast.cjvsf, signing_order=2)
    assert Post.objects.get(pk=post.pk).signing_order == 2


def test_only_a_hoo_or_a_further_approver_has_a_place_in_the_policy(cast):
    with pytest.raises(NotReady, match="Only a Head of Offender Outcomes"):
        posts.add_post(
            Party(establishment=cast.prison), by=cast.cjvsf, role=Role.READER, title="Officer", approval_order=2
        )


def test_a_party_has_posts_of_its_own_roles_only(cast):
    with pytest.raises(NotReady, match="no posts of that role"):
        posts.add_post(Party(organisation=cast.charity), by=cast.cjvsf, role=Role.HOO, title="Head")


def test_who_looks_after_people_follows_the_post(cast, administrator):
    party = Party(organisation=cast.charity)
    assert [manages(again(who), party) for who in (administrator, cast.cjvsf)] == [True, True]
    assert not any(manages(again(who), party) for who in (cast.signatory, cast.contributor, cast.hoo, cast.stranger))
    holdings.end_holding(holding_of(administrator), by=cast.cjvsf)
    assert not manages(again(administrator), party)
