"""What an invitation's link opens: a page that says what is offered. It signs nobody in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from directory.finding import managed_invitation
from directory.forms.joining import NewAccountForm
from directory.models import Invitation, Role
from directory.operations import invitations
from directory.parties import party_of
from directory.roles import ROLES
from portal.foundation.exceptions import NotReady, Overtaken


@require_POST
def invitation_take_back(request: HttpRequest, invitation_id: int) -> HttpResponse:
    invitation = managed_invitation(request.user, invitation_id)
    try:
        invitations.take_back(invitation, by=request.user)
        messages.success(request, f"The invitation to {invitation.email} is taken back.")
    except NotReady as refused:
        messages.error(request, " ".join(refused.reasons))
    return redirect(party_of(invitation.post))


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """For a new address a name and a password; for a known one, only after signing in with it."""
    invitation = invitations.find(token)
    if invitation is None:
        return render(request, "directory/invitation_gone.html", {"words": invitations.GONE}, status=410)
    try:
        if request.user.is_authenticated:
            return for_somebody(request, invitation, token)
        if account := invitations.account_of(invitation):
            return offer(request, invitation, account=account)
        return for_a_newcomer(request, invitation, token)
    except NotReady as refused:
        return offer(request, invitation, reasons=refused.reasons)
    except Overtaken as late:
        return render(request, "directory/invitation_gone.html", {"words": late.message}, status=410)


def for_somebody(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    if request.user.email != invitation.email:
        return offer(request, invitation, is_other=True, status=403)
    if request.method != "POST":
        return offer(request, invitation)
    invitations.accept(token, by=request.user)
    messages.success(request, f"You hold the post {invitation.post}.")
    return redirect("home")


def for_a_newcomer(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    form = NewAccountForm(request.POST if request.method == "POST" else None, invitation=invitation)
    if request.method != "POST" or not form.is_valid():
        return offer(request, invitation, form=form)
    invitations.accept_with_new_account(token, name=form.cleaned_data["name"], password=form.typed_password)
    messages.success(request, "Your account is open. Sign in with your email address and your new password.")
    return redirect("account_login")


def offer(request: HttpRequest, invitation: Invitation, *, status: int = 200, **context) -> HttpResponse:
    facts = ROLES[Role(invitation.post.role)]
    context |= {"invitation": invitation, "facts": facts, "next": request.path}
    return render(request, "directory/invitation_accept.html", context, status=409 if "reasons" in context else status)
