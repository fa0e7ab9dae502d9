"""Pages about keeping: the schedule and holds for CJVSF, and one person's data for that person and CJVSF."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from directory.finding import only_for_cjvsf, person
from directory.views.answering import ask, given
from portal.foundation.exceptions import NotReady
from portal.home.keeping import erasing, holds, periods
from portal.home.keeping import person as persons
from portal.home.keeping.forms import HoldForm, LiftForm, PeriodForm
from portal.home.keeping.records import BY_NAME
from portal.home.keeping.tasks import what_would_go

FIRST = 50


@require_safe
def retention(request: HttpRequest) -> HttpResponse:
    """The schedule, with what would go today, and the holds that stop it."""
    found = holds.holds_for(request.user)
    context = {
        "records": what_would_go(),
        "standing": found.filter(lifted_at=None),
        "lifted": found.exclude(lifted_at=None)[:FIRST],
    }
    return render(request, "home/retention.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def retention_change(request: HttpRequest, name: str) -> HttpResponse:
    only_for_cjvsf(request.user)
    records = BY_NAME.get(name)
    if records is None:
        raise Http404
    form = PeriodForm(given(request), records=records)
    if request.method == "POST" and form.is_valid():
        periods.choose_period(name, months=form.cleaned_data["months"], by=request.user)
        messages.success(request, f"{records.label}: {form.cleaned_data['months']} months from now on.")
        return redirect("retention")
    lead = f"It begins to count on {records.counts_from}. Then: {records.then[:1].lower()}{records.then[1:]}."
    return _ask(request, form, title=records.label, lead=lead, button="Save the period")


@require_http_methods(["GET", "HEAD", "POST"])
def hold_place(request: HttpRequest) -> HttpResponse:
    only_for_cjvsf(request.user)
    form = HoldForm(given(request), by=request.user)
    more: dict[str, Any] = {"title": "Place a legal hold", "button": "Place the hold"}
    more["lead"] = "Nothing of the agreement, or of any agreement of the organisation, is deleted until you lift it."
    if request.method == "POST" and form.is_valid():
        try:
            hold = holds.place_hold(form.target, reason=form.cleaned_data["reason"], by=request.user)
        except NotReady as refused:
            return _ask(request, form, reasons=refused.reasons, **more)
        messages.success(request, f"{hold} is on hold.")
        return redirect("retention")
    return _ask(request, form, **more)


@require_http_methods(["GET", "HEAD", "POST"])
def hold_lift(request: HttpRequest, hold_id: int) -> HttpResponse:
    hold = holds.find_hold(request.user, hold_id)
    form = LiftForm(given(request))
    more: dict[str, Any] = {"title": f"Lift the hold on {hold}", "button": "Lift the hold"}
    more["lead"] = f"It was placed because: {hold.reason}"
    if request.method == "POST" and form.is_valid():
        try:
            holds.lift_hold(hold, because=form.cleaned_data["because"], by=request.user)
        except NotReady as refused:
            return _ask(request, form, reasons=refused.reasons, **more)
        messages.success(request, f"The hold on {hold} is lifted.")
        return redirect("retention")
    return _ask(request, form, **more)


def _ask(request: HttpRequest, form, **more: Any) -> HttpResponse:
    return ask(request, "home/retention_form.html", form=form, **more)


@require_http_methods(["GET", "HEAD", "POST"])
def personal_data(request: HttpRequest, person_id: int) -> HttpResponse:
    """What is held about one person. POST asks for it as a PDF."""
    who = persons.find_person(request.user, person_id)
    if request.method == "POST":
        persons.ask_for_copy(who, by=request.user)
        messages.success(request, "The PDF is being made. Load this page again in a minute.")
        return redirect("personal_data", person_id)
    data = [(label, len(rows)) for label, rows in persons.data_of(who).items()]
    copies = who.data_copies.defer("html")[:5]
    return render(request, "home/personal_data.html", {"person": who, "data": data, "copies": copies})


@require_safe
def personal_data_json(request: HttpRequest, person_id: int) -> HttpResponse:
    who = persons.find_person(request.user, person_id)
    response = JsonResponse(persons.data_of(who), json_dumps_params={"indent": 1, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="personal-data.json"'
    return response


@require_safe
def personal_data_pdf(request: HttpRequest, person_id: int, copy_id: int) -> FileResponse:
    copy = persons.find_copy(request.user, person_id, copy_id)
    if not copy.printed_at:
        raise Http404
    return FileResponse(
        copy.file.open(), as_attachment=True, filename="personal-data.pdf", content_type="application/pdf"
    )


@require_http_methods(["GET", "HEAD", "POST"])
def account_erase(request: HttpRequest, person_id: int) -> HttpResponse:
    """GET says what erasing means, POST does it."""
    who = person(request.user, person_id)
    reasons: tuple[str, ...] = ()
    if request.method == "POST":
        try:
            erasing.erase(who, by=request.user)
        except NotReady as refused:
            reasons = refused.reasons
        else:
            messages.success(request, "The account is erased.")
            return redirect("people")
    context = {"person": who, "reasons": reasons}
    return render(request, "home/account_erase.html", context, status=409 if reasons else 200)
