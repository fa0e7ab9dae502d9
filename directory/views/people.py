"""Who holds which post at a party: giving, ending and handing over."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from directory.finding import managed_holding, managed_party, managed_post, organisations_named
from directory.forms.people import EndForm, GiveForm, HandOverForm, PostForm, describe
from directory.models import Holding, Role
from directory.operations import holdings, invitations, posts
from directory.parties import managed_parties, party_of, prisons
from directory.roles import ROLES
from directory.seats import seats_of
from directory.standing import standing
from directory.views.answering import ask, given
from portal.foundation import clock
from portal.foundation.exceptions import NotReady

FIRST = 50


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """My own posts, and the parties whose people I look after; CJVSF finds any."""
    stands = standing(request.user)
    context: dict[str, Any] = {"holdings": stands.holdings, "parties": managed_parties(request.user)}
    if stands.is_cjvsf:
        name = request.GET.get("name", "").strip()
        found = organisations_named(request.user, name)
        context |= {"is_cjvsf": True, "name": name, "prisons": prisons(), "organisations": found[:FIRST]}
        context["more"] = max(found.count() - FIRST, 0)
    return render(request, "directory/people.html", context)


@require_safe
def role_list(request: HttpRequest) -> HttpResponse:
    """The one table of what each role may do, in plain words."""
    roles = [(role.label, facts.words, facts.abilities) for role, facts in ROLES.items()]
    return render(request, "directory/role_list.html", {"roles": roles})


@require_safe
def party_people(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    party = managed_party(request.user, kind, slug)
    context: dict[str, Any] = {"party": party, "seats": seats_of(party), "is_cjvsf": standing(request.user).is_cjvsf}
    return render(request, "directory/party_people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def post_add(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    party = managed_party(request.user, kind, slug)
    form = PostForm(given(request), party=party, sets_policy=standing(request.user).is_cjvsf)
    context: dict[str, Any] = {"form": form, "party": party, "title": "Add a post", "button": "Add the post"}
    if request.method == "POST" and form.is_valid():
        try:
            posts.add_post(party, by=request.user, **{"role": party.roles[0], **form.cleaned_data})
        except NotReady as refused:
            return ask(request, "directory/people_form.html", reasons=refused.reasons, **context)
        messages.success(request, "The post is added. Nobody holds it yet.")
        return redirect(party)
    return ask(request, "directory/people_form.html", **context)


@require_http_methods(["GET", "HEAD", "POST"])
def post_change(request: HttpRequest, post_id: int) -> HttpResponse:
    post = managed_post(request.user, post_id)
    party = party_of(post)
    form = PostForm(given(request), party=party, sets_policy=standing(request.user).is_cjvsf, post=post)
    context: dict[str, Any] = {
        "form": form,
        "party": party,
        "caption": post,
        "title": "Change a post",
        "button": "Save the post",
    }
    if request.method == "POST" and form.is_valid():
        try:
            posts.change_post(post, by=request.user, **form.cleaned_data)
        except NotReady as refused:
            return ask(request, "directory/people_form.html", reasons=refused.reasons, **context)
        messages.success(request, "The post is changed.")
        return redirect(party)
    return ask(request, "directory/people_form.html", **context)


@require_http_methods(["GET", "HEAD", "POST"])
def post_give(request: HttpRequest, post_id: int) -> HttpResponse:
    """To somebody of the party at once, to anybody else by an invitation."""
    post = managed_post(request.user, post_id)
    form = GiveForm(given(request), post=post, but=request.user)
    context: dict[str, Any] = {
        "form": form,
        "party": party_of(post),
        "caption": post,
        "role": describe(Role(post.role)),
    }
    context |= {"title": "Give this post", "button": "Give the post"}
    if request.method == "POST" and form.is_valid():
        try:
            said = give(request, post, form)
        except NotReady as refused:
            return ask(request, "directory/people_form.html", reasons=refused.reasons, **context)
        messages.success(request, said)
        return redirect(party_of(post))
    return ask(request, "directory/people_form.html", **context)


def give(request: HttpRequest, post, form: GiveForm) -> str:
    if form.person:
        holdings.appoint(post, form.person, by=request.user, **form.days)
        return f"{form.person} has the post {post.title}."
    invitation = invitations.invite(post, form.cleaned_data["email"], by=request.user, **form.days)
    return invited(invitation)


def invited(invitation) -> str:
    until = clock.say_day(invitation.expires_at)
    return f"We have written to {invitation.email}. The invitation runs until {until} and works once."


@require_http_methods(["GET", "HEAD", "POST"])
def holding_end(request: HttpRequest, holding_id: int) -> HttpResponse:
    holding = managed_holding(request.user, holding_id)
    party = party_of(holding.post)
    form = EndForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "party": party, "caption": holding.post, "holding": holding}
    context |= {"title": f"End what {holding.user} may do in this post", "button": "End it", "is_grave": True}
    if request.method == "POST" and form.is_valid():
        try:
            holdings.end_holding(holding, by=request.user, last_day=form.chosen_day)
        except NotReady as refused:
            return ask(request, "directory/people_form.html", reasons=refused.reasons, **context)
        when = f"after {clock.say_day(form.chosen_day)}" if form.chosen_day else "now"
        messages.success(request, f"{holding.user} doesn’t hold {holding.post.title} any more, {when}.")
        return redirect(party)
    return ask(request, "directory/people_form.html", **context)


@require_http_methods(["GET", "HEAD", "POST"])
def holding_hand_over(request: HttpRequest, holding_id: int) -> HttpResponse:
    """One step: the next holder, their first day, a note. Somebody who is new gets an invitation that does the same."""
    holding = managed_holding(request.user, holding_id)
    form = HandOverForm(given(request), post=holding.post, but=holding.user)
    context: dict[str, Any] = {
        "form": form,
        "party": party_of(holding.post),
        "caption": holding.post,
        "holding": holding,
    }
    context |= {"title": f"Hand over from {holding.user}", "button": "Hand over"}
    if request.method == "POST" and form.is_valid():
        try:
            said = hand_over(request, holding, form)
        except NotReady as refused:
            return ask(request, "directory/people_form.html", reasons=refused.reasons, **context)
        messages.success(request, said)
        return redirect(party_of(holding.post))
    return ask(request, "directory/people_form.html", **context)


def hand_over(request: HttpRequest, holding: Holding, form: HandOverForm) -> str:
    on, note = form.cleaned_data["on"], form.cleaned_data["note"]
    if form.person:
        holdings.hand_over(holding, to=form.person, by=request.user, on=on, note=note)
        return f"{form.person} takes over {holding.post.title} on {clock.say_day(on)}."
    days = {"from_on": on, "until_on": holding.until_on, "as_deputy": holding.as_deputy}
    invitation = invitations.invite(
        holding.post, form.cleaned_data["email"], by=request.user, takes_over=holding, note=note, **days
    )
    return f"{invited(invitation)} {holding.user} keeps the post until it is accepted."
