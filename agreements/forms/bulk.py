"""What is asked before something is done to many agreements."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict

from agreements.forms.steps import StepForm
from agreements.models import Agreement
from agreements.workflow import BY_NAME
from directory.models import Holding, Post
from directory.parties import managed_parties
from directory.standing import standing
from portal.foundation import clock
from portal.foundation.forms import ChoiceField, PortalForm, ShortTextField
from portal.foundation.models import User


class LabelForm(PortalForm):
    name = ShortTextField(
        label="Label",
        help_text="One or two words, such as “Visit in spring”. Only CJVSF administrators see labels. "
        "Nothing about a person in custody.",
        max_length=30,
    )
    do = ChoiceField(
        label="What is done with it?",
        choices=(("put", "It is put on"), ("take", "It is taken off")),
        initial="put",
    )


class HandOnForm(PortalForm):
    post = ChoiceField(
        label="Which post gets the open actions?",
        help_text="Open actions of the same side that another post has go to this one.",
        widget=forms.Select,
    )

    def __init__(self, *args, posts: list[Post], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["post"].choices = [("", "Choose a post"), *((str(post.pk), str(post)) for post in posts)]


def form_for(deed: str, data: QueryDict | None, *, user: User, agreements: list[Agreement]) -> PortalForm | None:
    """None where nothing is asked."""
    if deed == "remind":
        return None
    if deed == "label":
        return LabelForm(data)
    if deed == "hand-on":
        return HandOnForm(data, posts=posts_at(agreements, user))
    return StepForm(data, step=BY_NAME[deed], reading=None)


def posts_at(agreements: list[Agreement], user: User) -> list[Post]:
    """The posts of these agreements' parties that somebody holds today, where this person looks after people."""
    organisations = {agreement.organisation_id for agreement in agreements}
    establishments = {agreement.establishment_id for agreement in agreements}
    if not standing(user).is_cjvsf:
        parties = managed_parties(user)
        organisations &= {party.organisation.pk for party in parties if party.organisation}
        establishments &= {party.establishment.pk for party in parties if party.establishment}
    posts = Post.objects.filter(Q(organisation__in=organisations) | Q(establishment__in=establishments))
    held = posts.filter(pk__in=Holding.objects.on(clock.today()).values("post"))
    by_party = held.select_related("organisation", "establishment").order_by("title", "pk")
    return sorted(by_party, key=lambda post: post.party_name)


def given_in(form: PortalForm | None) -> dict[str, Any]:
    """What was filled in, as JSON holds it."""
    values = form.cleaned_data if form else {}
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in values.items()}
