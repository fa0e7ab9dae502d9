"""The agreed actions of both sides."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agreements.forms.actions import ActionForm
from agreements.models import Action
from agreements.operations import actions
from agreements.permissions import may_draft
from agreements.views.finding import find_version
from portal.foundation import typed
from portal.foundation.exceptions import NotReady, Overtaken


@require_safe
def action_list(request: HttpRequest, reference: str) -> HttpResponse:
    version = find_version(request, reference)
    context = {
        "version": version,
        "agreement": version.agreement,
        "actions": version.actions.select_related("post"),
        "may_change": may_draft(request.user, version.agreement) and version.status in actions.BEFORE_APPROVAL,
    }
    return render(request, "agreements/action_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def action_add(request: HttpRequest, reference: str) -> HttpResponse:
    version = find_version(request, reference)
    form = ActionForm(request.POST or typed.take_back(request), version=version)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_action(version, by=request.user, **form.values(version))
        except NotReady as reasons:
            form.add_error(None, " ".join(reasons.reasons))
        else:
            messages.success(request, "The action is added.")
            return redirect("action_list", reference)
    return _form_page(request, version, form, action=None)


@require_http_methods(["GET", "HEAD", "POST"])
def action_change(request: HttpRequest, reference: str, action_id: int) -> HttpResponse:
    version = find_version(request, reference)
    action = get_object_or_404(Action, version=version, pk=action_id)
    form = ActionForm(request.POST or typed.take_back(request), version=version, action=action)
    if request.method == "POST" and form.is_valid():
        revision = int(request.POST.get("revision", "0") if request.POST.get("revision", "0").isdecimal() else 0)
        try:
            actions.change_action(action, by=request.user, revision=revision, **form.values(version))
        except NotReady as reasons:
            form.add_error(None, " ".join(reasons.reasons))
        except Overtaken as overtaken:
            form.add_error(None, f"{overtaken.message} Theirs is shown below. Save again to replace it with yours.")
            action.refresh_from_db()
            return _form_page(request, version, form, action=action, stored=action, status=409)
        else:
            messages.success(request, "The action is changed.")
            return redirect("action_list", reference)
    return _form_page(request, version, form, action=action)


def _form_page(request: HttpRequest, version, form: ActionForm, *, action, stored=None, status=200) -> HttpResponse:
    context = {
        "version": version,
        "agreement": version.agreement,
        "form": form,
        "action": action,
        "stored": stored,
        "typed_by": typed.token(request.user, request.path),
    }
    return render(request, "agreements/action_form.html", context, status=status)


@require_POST
def action_pack(request: HttpRequest, reference: str) -> HttpResponse:
    """Add the ready-made set-up actions in one step."""
    version = find_version(request, reference)
    try:
        added = actions.add_the_set_up_pack(version, by=request.user)
        messages.success(request, f"{added} set-up actions are added. Change or remove what doesn’t fit.")
    except NotReady as reasons:
        messages.warning(request, " ".join(reasons.reasons))
    return redirect("action_list", reference)


@require_http_methods(["GET", "HEAD", "POST"])
def action_remove(request: HttpRequest, reference: str, action_id: int) -> HttpResponse:
    version = find_version(request, reference)
    action = get_object_or_404(Action, version=version, pk=action_id)
    if request.method == "POST":
        try:
            actions.remove_action(action, by=request.user)
            messages.success(request, "The action is removed.")
        except NotReady as reasons:
            messages.warning(request, " ".join(reasons.reasons))
        return redirect("action_list", reference)
    context = {"version": version, "agreement": version.agreement, "action": action}
    return render(request, "agreements/action_remove.html", context)
