"""Ideas: put by a partner, answered by the prison, counted by CJVSF."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from directory import needs_map
from directory.forms.needs import AnswerForm, IdeaForm
from directory.models import Idea
from directory.operations import ideas as operations
from directory.operations.needs import organisations_of, says_what_is_needed, speaks_for
from directory.seen import find_idea, ideas_seen_by, only_for_post_holders
from directory.standing import standing
from directory.views.answering import ask, given
from portal.foundation.exceptions import NotReady
from portal.foundation.paging import paged

STATES = {
    "waiting": "Waiting for an answer",
    "late": "Waiting for longer than 20 working days",
    **dict(Idea.Reply.choices),
}


@require_safe
def idea_list(request: HttpRequest) -> HttpResponse:
    """One's own, the prison's, or for CJVSF all; and which of them wait for too long."""
    only_for_post_holders(request.user)
    state = request.GET.get("state", "")
    seen = ideas_seen_by(request.user)
    late = seen.silent().count()
    context = {
        "state": state,
        "states": STATES,
        "late": late,
        "may_put": bool(organisations_of(request.user)),
        "is_cjvsf": standing(request.user).is_cjvsf,
    }
    return render(request, "needs/idea_list.html", context | paged(request, in_state(seen, state)))


def in_state(ideas, state: str):
    if state == "waiting":
        return ideas.waiting().order_by("due_on", "pk")
    if state == "late":
        return ideas.silent().order_by("due_on", "pk")
    return ideas.filter(reply=state) if state in STATES else ideas


@require_http_methods(["GET", "HEAD", "POST"])
def idea_new(request: HttpRequest) -> HttpResponse:
    """Prison and need may come along from a gap of the map."""
    organisations = organisations_of(request.user)
    if not organisations:
        raise PermissionDenied
    form = IdeaForm(
        given(request),
        organisations=organisations,
        prisons=needs_map.prisons_of_today(),
        terms=needs_map.terms(),
        initial={"establishment": request.GET.get("prison", ""), "need": request.GET.get("need", "")},
    )
    if request.method == "POST" and form.is_valid():
        prison = form.prisons[form.cleaned_data["establishment"]]
        try:
            idea = operations.put_idea(prison, form.chosen_organisation, by=request.user, **form.values())
        except NotReady as refused:
            return ask(request, "needs/idea_new.html", reasons=refused.reasons, form=form)
        messages.success(request, f"{prison} has been told.")
        return redirect("idea_detail", idea.reference)
    return ask(request, "needs/idea_new.html", form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def idea_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """The idea and its answer; for the prison, the form to answer it."""
    idea = find_idea(request.user, reference)
    may_answer = says_what_is_needed(request.user, idea.establishment) and idea.answered_at is None
    context: dict[str, Any] = {"idea": idea, "may_answer": may_answer}
    context["may_start"] = idea.reply == Idea.Reply.WANTED and speaks_for(request.user, idea.organisation_id)
    if request.method == "POST" and not says_what_is_needed(request.user, idea.establishment):
        raise PermissionDenied
    everything = needs_map.services_at(idea.establishment)
    form = AnswerForm(given(request), listings=everything) if may_answer or request.method == "POST" else None
    context |= {"form": form, "listings": everything.filter(terms=idea.need)}
    if request.method == "POST" and form.is_valid():
        try:
            operations.answer_idea(idea, by=request.user, **form.values())
        except NotReady as refused:
            return ask(request, "needs/idea_detail.html", reasons=refused.reasons, **context)
        messages.success(request, f"{idea.organisation} has been told.")
        return redirect("idea_detail", reference)
    return ask(request, "needs/idea_detail.html", **context)
