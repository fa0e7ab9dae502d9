"""The assurance profile of an organisation, and its answers in a draft."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from agreements.assurance import ProfileReading, may_fill_in, newest_profile, offers, read_profile
from agreements.forms.assurance import UseForm
from agreements.models import AssuranceProfile, Version
from agreements.operations.answering import Saved
from agreements.operations.assurance import fill_in, use_profile
from agreements.reading import read
from agreements.turns import turn, unlocked
from agreements.views.answering import AnswersPage
from agreements.views.finding import find_version
from directory.finding import own_organisation
from directory.models import Organisation
from portal.foundation.exceptions import Overtaken

EARLIER = 20


@require_safe
def profile_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """What the organisation says of itself now, since when, and when it said something else."""
    organisation = own_organisation(request.user, slug)
    profiles = AssuranceProfile.objects.visible_to(request.user).filter(organisation=organisation).select_related("by")
    reading = read_profile(profiles.first())
    context = {
        "organisation": organisation,
        "profile": reading.profile,
        "answers": [(question, reading.shown(question)) for question in reading.asked_in(reading.section)],
        "earlier": profiles.defer("answers")[1 : EARLIER + 1],
        "may_fill_in": may_fill_in(request.user, organisation),
    }
    return render(request, "agreements/profile_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def profile_change(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request.user, slug)
    if not may_fill_in(request.user, organisation):
        raise PermissionDenied
    page = ProfilePage(request, organisation)
    return page.answer(lambda form: fill_in(organisation, form.answers(), replacing=form.bases(), by=request.user))


class ProfilePage(AnswersPage):
    """One request to the profile. It is saved when somebody says so, not by itself: each save is a profile of its own."""

    edit_template = "agreements/profile_change.html"
    conflict_template = "agreements/section_conflict.html"
    locked_template = "agreements/section_locked.html"

    def __init__(self, request: HttpRequest, organisation: Organisation):
        self.organisation = organisation
        reading = self.read_again()
        super().__init__(request, None, reading, reading.section, frozenset(reading.words.questions))

    def read_again(self) -> ProfileReading:
        return read_profile(newest_profile(self.organisation))

    def surroundings(self) -> dict[str, Any]:
        return {
            "organisation": self.organisation,
            "back_url": reverse("profile_detail", args=[self.organisation.slug]),
            "back_label": "Assurance profile",
            "moved_on": "The questions of the profile have changed since you opened the page.",
        }

    def saved(self, saved: Saved) -> HttpResponse:
        reading = self.read_again()
        opened = [question.id for question in reading.asked_in(reading.section) if question not in self.asked]
        if opened:
            messages.info(self.request, "Your answer opens more questions. They are below.")
            return redirect(f"{self.request.path}#question-{opened[0]}")
        messages.success(self.request, "The profile is saved. Drafts can take its answers from now on.")
        return redirect("profile_detail", self.organisation.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def profile_use(request: HttpRequest, reference: str) -> HttpResponse:
    """What the draft says now beside what the profile says; POST takes the answers that were ticked."""
    version = find_version(request, reference)
    profile = newest_profile(version.agreement.organisation)
    if not may_fill_in(request.user, version.agreement.organisation):
        raise PermissionDenied
    reading = read(version)
    open_now = unlocked(reading, request.user, turn(version).asked)
    found = list(offers(reading, profile, open_now)) if profile else []
    form = UseForm(request.POST if request.method == "POST" else None, offers=found)
    if request.method == "POST" and profile and form.is_valid():
        return take(request, version, profile, form)
    context = {"version": version, "agreement": version.agreement, "profile": profile, "offers": found, "form": form}
    return render(request, "agreements/profile_use.html", context)


def take(request: HttpRequest, version: Version, profile: AssuranceProfile, form: UseForm) -> HttpResponse:
    """A profile or an answer that changed since the page was opened is shown again, not written over."""
    reference = version.agreement.reference
    bases = {name: request.POST.get(f"base_{name}", "") for name in form.cleaned_data["questions"]}
    try:
        if request.POST.get("profile") != str(profile.pk):
            raise Overtaken("Your organisation’s profile has changed since you opened the page.")
        saved = use_profile(version, profile, questions=bases, replacing=bases, by=request.user)
    except Overtaken as overtaken:
        context = {"reasons": [overtaken.message], "back_url": reverse("profile_use", args=[reference])}
        return render(request, "409.html", context, status=409)
    if saved.conflicts:
        ids = ", ".join(conflict.question_id for conflict in saved.conflicts)
        messages.error(request, f"Somebody has changed {ids} meanwhile, so it stays. Look at it again.")
        return redirect("profile_use", reference)
    messages.success(request, f"Taken from the profile: {', '.join(saved.written)}.")
    return redirect("agreement_detail", reference)
