"""Random sequences of joining, leaving, deputising, handing over, merging and closing, while days pass.

Whatever happens: nothing live is without somebody who decides, no open action without a holder of its post, and
nobody who has left sees anything or is reminded of anything, and what was signed stays as it was.
"""

import datetime as dt

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from agreements.models import Action, Agreement, Document, Printing, Side, Version
from agreements.owners import nobody_stands_on_both_sides, nothing_live_is_left_alone
from agreements.permissions import DECIDERS
from directory.addressing import acting
from directory.delivery import spread_over_people
from directory.models import PARTNER_ROLES, Holding, Organisation, OrganisationMerge, Post, Role
from directory.operations import accounts, holdings, invitations, organisations
from directory.standing import standing
from directory.unused import close_unused_accounts
from portal.foundation import clock
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.models import Notification, User
from reviews.reminders import send_reminders
from tests import factories

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
REFUSALS = (NotReady, Overtaken, PermissionDenied)
number = st.integers(min_value=0, max_value=10_000)
days = st.integers(min_value=0, max_value=6)


class World:
    """Two charities, two prisons and CJVSF; an agreement in force between each pair, with an open action of each side."""

    def __init__(self):
        self.people: list[int] = []
        self.cjvsf = self.remember(factories.hold(factories.post(Role.CJVSF, None)))
        self.charities: list[int] = []
        self.posts = [self.seat(role, at) for charity in (1, 2) for role, at in self.seats(charity)]

    def seats(self, charity: int):
        organisation, prison = factories.organisation(), factories.prison("PER" if charity == 1 else "EDI")
        self.charities.append(organisation.pk)
        for role in PARTNER_ROLES:
            yield role, organisation
        for role in (Role.HOO, Role.COORDINATOR):
            yield role, prison
        self.agree(organisation, prison)

    def seat(self, role, at) -> Post:
        post = factories.post(role, at)
        self.remember(factories.hold(post))
        return post

    def remember(self, who: User) -> User:
        self.people.append(who.pk)
        return who

    def agree(self, charity, prison) -> None:
        drafter = Holding.objects.get(post__organisation=charity, post__role=Role.CONTRIBUTOR).user
        version = factories.starting.start(organisation=charity, establishment=prison, service_name="Art", by=drafter)
        Version.objects.filter(pk=version.pk).update(status="in force")
        Agreement.objects.filter(pk=version.agreement_id).update(sent_at=clock.now())
        told = {"version": version, "what": "Book the room", "owner": "both", "due_on": clock.today(), "by": drafter}
        self.sign(version, drafter)
        for post in (
            Post.objects.get(organisation=charity, role=Role.CONTRIBUTOR),
            Post.objects.get(establishment=prison, role=Role.COORDINATOR),
        ):
            Action.objects.create(post=post, **told)

    def sign(self, version: Version, who: User) -> None:
        digest, words = "1" * 64, {"html": "<p>What was signed</p>", "data": {}, "sha256": "2" * 64}
        document = Document.objects.create(version=version, frozen_by=who, **words)
        told = {"version": version, "document": document, "kind": "final", "words_sha256": document.sha256}
        Printing.objects.create(printed_at=clock.now(), sha256=digest, file=f"printed/{version.pk}.pdf", **told)


def signed() -> list[tuple]:
    return [*Document.objects.order_by("pk").values_list(), *Printing.objects.order_by("pk").values_list()]


class People(RuleBasedStateMachine):
    """One sequence, on a world that is as it was when the sequence is over."""

    world: World

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.now = START
        self.clock = clock.set_to(self.now)
        self.clock.__enter__()
        self.signed = signed()
        self.people, self.posts, self.cjvsf = list(self.world.people), self.world.posts, self.world.cjvsf

    def teardown(self):
        self.clock.__exit__(None, None, None)
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def person(self, pick: int) -> User:
        return User.objects.get(pk=self.people[pick % len(self.people)])

    def post(self, pick: int) -> Post:
        return Post.objects.get(pk=self.posts[pick % len(self.posts)].pk)

    def holding(self, pick: int) -> Holding | None:
        found = list(Holding.objects.from_day(clock.today()).select_related("user", "post").order_by("pk"))
        return found[pick % len(found)] if found else None

    def later(self, count: int) -> dt.date:
        return clock.today() + dt.timedelta(days=count)

    def attempt(self, deed, *args, **kwargs):
        try:
            with transaction.atomic():
                return deed(*args, **kwargs)
        except REFUSALS:
            return None

    @rule(post=number, by=number, accept_after=days)
    def join(self, post, by, accept_after):
        email = f"joiner{len(self.people)}@example.org"
        invitation = self.attempt(invitations.invite, self.post(post), email, by=self.person(by))
        self.pass_days(accept_after)
        if invitation:
            token = invitations.token_of(invitation)
            who = self.attempt(
                invitations.accept_with_new_account, token, name=email, password="a long enough password"
            )
            if who:
                self.people.append(who.pk)

    @rule(post=number, who=number, by=number, first=days, length=days)
    def deputise(self, post, who, by, first, length):
        last = self.later(first + length)
        fields = {"from_on": self.later(first), "until_on": last, "as_deputy": True}
        self.attempt(holdings.appoint, self.post(post), self.person(who), by=self.person(by), **fields)

    @rule(post=number, who=number, by=number)
    def appoint(self, post, who, by):
        self.attempt(holdings.appoint, self.post(post), self.person(who), by=self.person(by))

    @rule(holding=number, to=number, by=number, on=days, is_cjvsf=st.booleans())
    def hand_over(self, holding, to, by, on, is_cjvsf):
        by = User.objects.get(pk=self.cjvsf.pk) if is_cjvsf else self.person(by)
        if holding := self.holding(holding):
            self.attempt(holdings.hand_over, holding, to=self.person(to), by=by, on=self.later(on))

    @rule(holding=number, by=number, last=st.none() | days, is_cjvsf=st.booleans())
    def leave(self, holding, by, last, is_cjvsf):
        by = User.objects.get(pk=self.cjvsf.pk) if is_cjvsf else self.person(by)
        if holding := self.holding(holding):
            last_day = None if last is None else self.later(last)
            self.attempt(holdings.end_holding, holding, by=by, last_day=last_day)

    @rule(who=number)
    def close(self, who):
        self.attempt(accounts.close_account, self.person(who), by=User.objects.get(pk=self.cjvsf.pk))

    @rule(who=number)
    def sign_in(self, who):
        User.objects.filter(pk=self.person(who).pk, is_active=True).update(last_login=clock.now())

    @rule(months=st.sampled_from((1, 6)))
    def months_pass(self, months):
        """Long enough for accounts that nobody uses to be told of, and to close, and for actions to be late."""
        self.pass_days(31 * months)
        close_unused_accounts()
        self.reminders_go_out()

    def reminders_go_out(self):
        """What is late is told, and to nobody who has left."""
        known = set(Notification.objects.values_list("pk", flat=True))
        send_reminders()
        spread_over_people()
        sent = Notification.objects.filter(template="reminder", addressee__startswith="user:").exclude(pk__in=known)
        told = {int(addressee.removeprefix("user:")) for addressee in sent.values_list("addressee", flat=True)}
        assert told <= {user for user, _ in self.held_today()}

    @rule(turned=st.booleans())
    def merge(self, turned):
        merged, into = sorted(self.charities(), key=lambda charity: charity.pk, reverse=turned)
        self.attempt(organisations.merge, merged, into=into, by=User.objects.get(pk=self.cjvsf.pk))

    @rule()
    def undo_merge(self):
        if row := OrganisationMerge.objects.filter(undone_at=None).first():
            self.attempt(organisations.undo_merge, row, by=User.objects.get(pk=self.cjvsf.pk))

    @rule(which=number)
    def organisation_leaves(self, which):
        charity = self.charities()[which % 2]
        self.attempt(organisations.leave, charity, by=User.objects.get(pk=self.cjvsf.pk))

    def charities(self) -> list[Organisation]:
        return list(Organisation.objects.filter(pk__in=self.world.charities).order_by("pk"))

    @rule(count=days)
    def pass_days(self, count):
        self.clock.__exit__(None, None, None)
        self.now += dt.timedelta(days=count)
        self.clock = clock.set_to(self.now)
        self.clock.__enter__()

    @invariant()
    def every_promise_is_kept(self):
        held, agreements = self.held_today(), list(Agreement.objects.all())
        for agreement in agreements:
            self.somebody_decides_for_each_side(agreement, held)
            self.nobody_stands_on_both_sides(agreement, held)
        open_actions = set(Action.objects.unsettled().values_list("post", flat=True))
        assert open_actions <= {post.pk for _, post in held}
        self.whoever_has_left_sees_nothing_and_hears_nothing({user for user, _ in held})
        assert signed() == self.signed

    def somebody_decides_for_each_side(self, agreement, held):
        for side, at in self.sides(agreement).items():
            assert any(post.role in DECIDERS[side] for _, post in held if at(post)), (agreement, side)

    def nobody_stands_on_both_sides(self, agreement, held):
        partner, prison = ({user for user, post in held if at(post)} for at in self.sides(agreement).values())
        assert not partner & prison

    def whoever_has_left_sees_nothing_and_hears_nothing(self, stay):
        assert acting(Post.objects.all()) <= stay
        for who in User.objects.filter(pk__in=set(self.people) - stay):
            assert standing(who).posts == ()
            assert not Agreement.objects.visible_to(who).exists()

    def held_today(self) -> list[tuple[int, Post]]:
        """Who holds what today, worked out from the rows without the code under test."""
        today = clock.today()
        rows = Holding.objects.select_related("post", "user")
        return [
            (row.user_id, row.post)
            for row in rows
            if row.user.is_active and not row.taken_back and row.from_on <= today <= (row.until_on or today)
        ]

    def sides(self, agreement):
        return {
            Side.PARTNER: lambda post: post.organisation_id == agreement.organisation_id,
            Side.PRISON: lambda post: post.establishment_id == agreement.establishment_id,
        }


def play(sequences: int, steps: int, **limits) -> None:
    with clock.set_to(START):
        People.world = World()
    limits = settings(
        max_examples=sequences,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        **limits,
    )
    run_state_machine_as_test(People, settings=limits)


def test_sixty_sequences_of_people_leave_nothing_alone_and_no_door_open():
    play(60, 8)


@pytest.mark.slow
def test_a_thousand_sequences_of_people_leave_nothing_alone_and_no_door_open():
    play(1000, 20)


@pytest.mark.parametrize("gone", [nothing_live_is_left_alone, nobody_stands_on_both_sides])
def test_without_its_rule_a_sequence_is_found_that_breaks_the_promise(gone, monkeypatch):
    """The twin: the instrument sees what it is for."""
    rules = [path for path in django_settings.RULES_ON_POSTS if not path.endswith(gone.__name__)]
    monkeypatch.setattr(django_settings, "RULES_ON_POSTS", rules)
    with pytest.raises(AssertionError):
        play(300, 8, phases=[Phase.generate], report_multiple_bugs=False)
