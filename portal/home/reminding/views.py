"""What people are told and when: mail, absences, calendars; and for CJVSF what became of it, and whom nothing reaches."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agreements.views.managing import for_cjvsf
from directory import mail_log as log
from directory.models import Frequency
from directory.operations import mail as operations
from directory.standing import standing
from portal.foundation import clock
from portal.foundation.paging import paged
from portal.home.reminding.forms import AbsenceForm, FrequencyForm
from reviews import calendar, orphans


@require_http_methods(["GET", "HEAD", "POST"])
def mail_preference(request: HttpRequest) -> HttpResponse:
    """How often somebody wants the mail that can wait."""
    chosen = getattr(request.user, "mail_preference", None)
    initial = {"frequency": chosen.frequency if chosen else Frequency.DAILY}
    form = FrequencyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        operations.choose_frequency(form.cleaned_data["frequency"], by=request.user)
        messages.success(request, "Your choice is saved.")
        return redirect("mail_preference")
    return render(request, "home/mail_preference.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def absence_list(request: HttpRequest) -> HttpResponse:
    """When somebody is away, and a form to say so."""
    form = AbsenceForm(request.POST or None, posts=standing(request.user).posts)
    if request.method == "POST" and form.is_valid():
        operations.add_absence(**form.values(), by=request.user)
        messages.success(request, "It’s noted. Mail to your posts goes to their deputies too while you are away.")
        return redirect("absence_list")
    absences = request.user.absences.filter(until_on__gte=clock.today()).select_related(
        "post__organisation", "post__establishment"
    )
    return render(request, "home/absence_list.html", {"form": form, "absences": absences})


@require_POST
def absence_remove(request: HttpRequest, absence_id: int) -> HttpResponse:
    operations.remove_absence(get_object_or_404(request.user.absences, pk=absence_id), by=request.user)
    messages.success(request, "The absence is removed.")
    return redirect("absence_list")


@require_safe
def calendar_list(request: HttpRequest) -> HttpResponse:
    """The secret addresses of the calendars that are open to this person."""
    calendars = [
        (whose, name, address and settings.SITE_URL + reverse("calendar_feed", args=[address.secret]))
        for whose, name, address in calendar.open_to(request.user)
    ]
    return render(request, "home/calendar_list.html", {"calendars": calendars})


@require_POST
def calendar_renew(request: HttpRequest, whose: str) -> HttpResponse:
    """A new secret address. The old one stops working."""
    if whose not in {name for name, _, _ in calendar.open_to(request.user)}:
        raise Http404
    calendar.renew(whose, by=request.user)
    messages.success(request, "Here is a new address. An older one no longer works.")
    return redirect("calendar_list")


@login_not_required
@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """For a calendar program, which can't sign in: whoever knows the address reads the dates."""
    feed = calendar.feed(secret)
    if feed is None:
        raise Http404
    headers = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}
    return HttpResponse(feed, content_type="text/calendar; charset=utf-8", headers=headers)


@require_safe
@for_cjvsf
def mail_log(request: HttpRequest) -> HttpResponse:
    """Every mail and what became of it."""
    state, words = request.GET.get("state", ""), request.GET.get("words", "").strip()
    page = paged(request, log.mails(state, words))
    mails = log.with_people(page["page"])
    context = {"state": state, "words": words, "states": log.STATES, "mails": mails}
    return render(request, "home/mail_log.html", context | page)


@require_safe
@for_cjvsf
def orphan_list(request: HttpRequest) -> HttpResponse:
    """Agreements that nobody looks after on one of their sides."""
    page = paged(request, orphans.agreements())
    return render(request, "home/orphan_list.html", {"rows": orphans.with_reasons(page["page"])} | page)
