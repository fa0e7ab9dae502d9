"""For those who look after what the directory says: their listings, the plain lines, their organisation."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from directory import keeping
from directory.forms.listings import AboutForm, DescribeForm, ListingForm, NewListingForm, PlainLineForm
from directory.operations import listings
from directory.views.answering import ask, given
from portal.foundation.exceptions import NotReady
from portal.foundation.paging import paged

FORM = "directory/listing_form.html"


@require_safe
def listing_list(request: HttpRequest) -> HttpResponse:
    """What this person looks after, what has waited longest first."""
    keeping.only_for_keepers(request.user)
    return render(request, "directory/listing_list.html", paged(request, keeping.kept_listings(request.user)))


@require_http_methods(["GET", "HEAD", "POST"])
def listing_add(request: HttpRequest) -> HttpResponse:
    keeping.only_for_keepers(request.user)
    form = NewListingForm(given(request), user=request.user)
    context: dict[str, Any] = {"form": form, "title": "List a service outside the agreements", "button": "List it"}
    return _write(
        request,
        form,
        context,
        lambda: listings.add_listing(by=request.user, **form.told),
        "It is in the directory now.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def listing_change(request: HttpRequest, reference: str) -> HttpResponse:
    listing = keeping.kept_listing(request.user, reference)
    form = (PlainLineForm if listing.is_from_an_agreement else ListingForm)(given(request), listing=listing)
    context: dict[str, Any] = {"form": form, "title": str(listing), "listing": listing, "button": "Save and confirm"}
    deed = lambda: listings.change_listing(listing, by=request.user, **form.told)  # noqa: E731
    return _write(request, form, context, deed, "The directory says so from now on.")


@require_POST
def listing_confirm(request: HttpRequest, reference: str) -> HttpResponse:
    listing = keeping.kept_listing(request.user, reference)
    listings.confirm_listing(listing, by=request.user)
    messages.success(request, f"{listing} is confirmed.")
    return redirect("listing_list")


@require_POST
def listing_show(request: HttpRequest, reference: str) -> HttpResponse:
    """Off the directory, or back on it: the other of what it is now, as the button said."""
    listing = keeping.kept_listing(request.user, reference)
    is_live = request.POST.get("is_live") == "yes"
    try:
        listings.show_listing(listing, is_live=is_live, by=request.user)
        messages.success(request, f"{listing} is {'in the directory again' if is_live else 'off the directory'}.")
    except NotReady as refused:
        messages.error(request, " ".join(refused.reasons))
    return redirect("listing_list")


@require_http_methods(["GET", "HEAD", "POST"])
def service_describe(request: HttpRequest, reference: str) -> HttpResponse:
    service = keeping.kept_service(request.user, reference)
    form = DescribeForm(given(request), service=service)
    context: dict[str, Any] = {"form": form, "title": f"Describe {service}", "button": "Save"}
    deed = lambda: listings.describe_service(service, by=request.user, **form.cleaned_data)  # noqa: E731
    return _write(request, form, context, deed, "The directory says so from now on.")


@require_http_methods(["GET", "HEAD", "POST"])
def organisation_about(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = keeping.kept_organisation(request.user, slug)
    form = AboutForm(given(request), organisation=organisation)
    context: dict[str, Any] = {"form": form, "title": f"What the public reads of {organisation}", "button": "Save"}
    deed = lambda: listings.tell_about_organisation(organisation, by=request.user, **form.cleaned_data)  # noqa: E731
    return _write(request, form, context, deed, "The directory says so from now on.")


def _write(
    request: HttpRequest, form: Any, context: dict[str, Any], deed: Callable[[], object], said: str
) -> HttpResponse:
    """Show the form, or do what it asks for and go back to the list."""
    context["back_url"] = reverse("listing_list")
    if request.method != "POST" or not form.is_valid():
        return ask(request, FORM, **context)
    try:
        deed()
    except NotReady as refused:
        return ask(request, FORM, reasons=refused.reasons, **context)
    messages.success(request, said)
    return redirect("listing_list")
