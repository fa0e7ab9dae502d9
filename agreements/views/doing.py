"""Agreed actions after the signature: the board, and one action with what each side may say of it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agreements.filters import narrowed_actions
from agreements.forms.doing import DoneForm, NotNeededForm, SendBackForm
from agreements.models import Action
from agreements.operations import doing
from portal.foundation import clock, typed
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.paging import paged


@require_safe
def action_board(request: HttpRequest) -> HttpResponse:
    """What has to be done under the agreements in force that this person may see: of one, of a party, of the estate."""
    narrowed = narrowed_actions(request.user, request.GET)
    overdue = Action.objects.visible_to(request.user).of_agreements_in_force().overdue().count()
    context = {"filter": narrowed, "overdue": overdue, "today": clock.today()}
    return render(request, "agreements/action_board.html", context | paged(request, narrowed.qs))


def find_action(request: HttpRequest, reference: str, action_id: int) -> Action:
    """An action that has been signed, in an agreement that this person may see; or 404."""
    visible = (
        Action.objects.visible_to(request.user).for_board().select_related("done_by", "confirmed_by", "evidence_file")
    )
    return get_object_or_404(visible.of_agreements_in_force(), version__agreement__reference=reference, pk=action_id)


@require_safe
def action_progress(request: HttpRequest, reference: str, action_id: int) -> HttpResponse:
    """How far an action is, and what this person may say of it."""
    action = find_action(request, reference, action_id)
    is_open = action.state == Action.State.OPEN
    context = {
        "action": action,
        "agreement": action.version.agreement,
        "may_say_done": is_open and doing.may_say_done(request.user, action),
        "may_say_not_needed": is_open and doing.may_say_not_needed(request.user, action),
        "may_answer": not is_open and not action.is_settled and doing.may_answer_claim(request.user, action),
    }
    return render(request, "agreements/action_progress.html", context)


SAYINGS: dict[str, tuple[type, str, str]] = {
    "done": (DoneForm, "Say that it is done", "The other side is asked to confirm it."),
    "not-needed": (NotNeededForm, "Say that it is no longer needed", "The other side is asked to agree."),
    "send-back": (SendBackForm, "Send it back", "It is open again."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def action_say(request: HttpRequest, reference: str, action_id: int, what: str) -> HttpResponse:
    """Say that it is done, or not needed any more; or send back what the other side said."""
    if what not in SAYINGS:
        raise Http404
    action = find_action(request, reference, action_id)
    form_class, label, told = SAYINGS[what]
    form = form_class(request.POST if request.method == "POST" else typed.take_back(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return said(request, action, lambda: say(request, action, what, form.cleaned_data), f"Done. {told}")
    context = {
        "action": action,
        "agreement": action.version.agreement,
        "form": form,
        "label": label,
        "typed_by": typed.token(request.user, request.path),
    }
    return render(request, "agreements/action_say.html", context)


def say(request: HttpRequest, action: Action, what: str, given: dict) -> None:
    stamp = {"revision": revision(request), "by": request.user}
    if what == "done":
        shows = {"evidence": given["evidence"], "file": given["evidence_file"]}
        doing.say_done(action, note=given["completion_note"], on=given["completed_on"], **shows, **stamp)
    elif what == "not-needed":
        doing.say_not_needed(action, note=given["note"], **stamp)
    else:
        doing.send_back(action, note=given["note"], **stamp)


@require_POST
def action_confirm(request: HttpRequest, reference: str, action_id: int) -> HttpResponse:
    """Confirm what the other side says of an action."""
    action = find_action(request, reference, action_id)
    stamp = {"revision": revision(request), "by": request.user}
    return said(request, action, lambda: doing.confirm_claim(action, **stamp), "Confirmed. The action is settled.")


def said(request: HttpRequest, action: Action, act: Callable[[], None], told: str) -> HttpResponse:
    """Do it, say so, and go back to the action; somebody who was slower is told what has changed."""
    back = reverse("action_progress", args=[action.version.agreement.reference, action.pk])
    try:
        act()
    except Overtaken as overtaken:
        return render(request, "409.html", {"reasons": [overtaken.message], "back_url": back}, status=409)
    except NotReady as reasons:
        return render(request, "409.html", {"reasons": reasons.reasons, "back_url": back}, status=409)
    messages.success(request, told)
    return redirect(back)


def revision(request: HttpRequest) -> int:
    """Which revision of the action the page showed."""
    given = request.POST.get("revision", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
