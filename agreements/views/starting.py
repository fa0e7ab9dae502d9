"""Where an agreement begins: the public checker, a new draft, a copy, and one service in several prisons."""

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from agreements.eligibility import decide
from agreements.forms.eligibility import EligibilityForm
from agreements.forms.importing import FilledAlreadyForm
from agreements.forms.starting import NewAgreementForm, PrisonForm, organisations_of
from agreements.models import Agreement, EligibilityCheck, Version
from agreements.neighbours import counterpart, provided_at
from agreements.operations import checking, sharing, starting
from agreements.permissions import may
from agreements.questions.progress import answerable
from agreements.questions.shown import shown
from agreements.spread import SharedAnswer, places_of, shared_answers
from agreements.views.finding import find_agreement, find_version
from agreements.views.importing import keep
from portal.foundation import typed
from portal.foundation.exceptions import NotReady, Overtaken

CHECK = "eligibility_check"
CHOSEN = "chosen_for_an_agreement"
KEPT = "We kept what you were typing when your session ended. It isn't saved yet."


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """The checker. Each post asks what its answers lead to, until nothing more is to be asked."""
    questions = checking.newest_questions()
    opened = []
    if request.method == "POST":
        form = EligibilityForm(questions.words, data=request.POST)
        if form.is_valid() and not (opened := form.opened):
            request.session[CHECK] = checking.record_check(questions, form.counted()).pk
            return redirect("start_result")
        form = EligibilityForm(questions.words, form.counted()) if opened else form
    else:
        form = EligibilityForm(questions.words, answers_to_change(request))
    return render(request, "agreements/start.html", {"form": form, "opened": opened})


def remembered_check(request: HttpRequest) -> EligibilityCheck | None:
    return checking.find_check(request.session[CHECK]) if CHECK in request.session else None


def answers_to_change(request: HttpRequest) -> dict:
    """The answers of this session's last check, for somebody who wants to correct one of them."""
    check = remembered_check(request) if "change" in request.GET else None
    return check.answers if check else {}


@login_not_required
@require_safe
def start_result(request: HttpRequest) -> HttpResponse:
    """What the answers come to, why, and what to do next."""
    check = remembered_check(request)
    if check is None:
        return redirect("start")
    asked = answerable(check.question_set.words, check.answers)
    context = {
        "decision": decide(check.answers),
        "answers": [{"label": row.text, "shown": shown(row, check.answers.get(row.id), {})} for row in asked],
        "has_spoken": (check.answers.get("ELG-09") or {}).get("spoken") == "yes",
        "is_known": bool(organisations_of(request.user)),
    }
    return render(request, "agreements/start_result.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def agreement_new(request: HttpRequest) -> HttpResponse:
    """Organisation, prison and service; then whom one will be dealing with and what is there already; then start."""
    organisations = organisations_of(request.user)
    if not organisations:
        raise PermissionDenied
    check, is_post, chosen = remembered_check(request), request.method == "POST", brought_along(request)
    if check is None or (hasattr(check, "agreement") and not is_post):
        messages.info(request, "First check whether you need an agreement.")
        return redirect("start")
    if not decide(check.answers).may_start:
        return redirect("start_result")
    kept = None if is_post else typed.take_back(request)
    if kept is not None:
        messages.info(request, KEPT)
    form = NewAgreementForm(organisations, data=request.POST if is_post else kept, chosen=chosen)
    if is_post and form.is_valid() and form.is_confirmed:
        return begin(request, check, form, FilledAlreadyForm(request.POST, request.FILES))
    return offer(request, form)


def brought_along(request: HttpRequest) -> dict[str, str]:
    """The prison and the need of a wanted idea, kept while the check is answered."""
    if "prison" in request.GET:
        request.session[CHOSEN] = {name: request.GET.get(name, "") for name in ("prison", "need")}
    return request.session.get(CHOSEN, {})


def begin(
    request: HttpRequest, check: EligibilityCheck, form: NewAgreementForm, word: FilledAlreadyForm
) -> HttpResponse:
    if not word.is_valid():
        return offer(request, form, word=word)
    try:
        version = checking.start_from_check(
            check,
            organisation=form.chosen_organisation,
            establishment=form.chosen_prison,
            service_name=form.chosen_service_name,
            needs=form.cleaned_data["needs"],
            by=request.user,
        )
    except Overtaken as overtaken:
        return redirect("agreement_detail", overtaken.stored.reference)
    except NotReady as not_ready:
        return offer(request, form, not_ready.reasons)
    request.session.pop(CHOSEN, None)
    messages.success(request, "You have started the agreement. Look at the answers that came along from your check.")
    if word.cleaned_data["file"]:
        keep(request, version, word)
        return redirect("word_import", version.agreement.reference)
    return redirect("agreement_detail", version.agreement.reference)


def offer(
    request: HttpRequest, form: NewAgreementForm, reasons: Sequence[str] = (), word: FilledAlreadyForm | None = None
) -> HttpResponse:
    """The form; and once it is filled in, what somebody should know before they start."""
    context = {"form": form, "reasons": reasons, "typed_by": typed.token(request.user, request.path)}
    context["word"] = word or FilledAlreadyForm()
    if form.is_valid():
        prison = form.chosen_prison
        own = Agreement.objects.visible_to(request.user).for_list().filter(establishment=prison)
        context |= {
            "prison": prison,
            "counterpart": counterpart(prison),
            "provided": provided_at(prison, form.cleaned_data["needs"]),
            "chose_needs": bool(form.cleaned_data["needs"]),
            "own": own.filter(organisation=form.chosen_organisation, service__name=form.chosen_service_name),
        }
    return render(request, "agreements/agreement_new.html", context, status=409 if reasons else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def agreement_copy(request: HttpRequest, reference: str) -> HttpResponse:
    """A new outline from the words in force, or else from the newest, for the same prison or another."""
    agreement = find_agreement(request, reference)
    source = find_version(request, reference, agreement.current_version.number)
    if not may(request.user, "draft for the partner", source):
        raise PermissionDenied
    form = PrisonForm(request.POST if request.method == "POST" else None)
    reasons: tuple[str, ...] = ()
    if form.is_valid():
        try:
            version = starting.copy(source, establishment=form.chosen_prison, by=request.user)
        except NotReady as not_ready:
            reasons = not_ready.reasons
        else:
            messages.success(request, f"You have copied the agreement. This one is for {form.chosen_prison}.")
            return redirect("agreement_detail", version.agreement.reference)
    shared = [question for question in source.question_set.words.questions.values() if question.shared]
    context = {"agreement": agreement, "form": form, "reasons": reasons, "shared": shared}
    return render(request, "agreements/agreement_copy.html", context, status=409 if reasons else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def service_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """One service in several prisons: what its agreements have in common, and where a prison differs."""
    versions = Version.objects.visible_to(request.user).with_parties().filter(agreement__service__reference=reference)
    places = places_of(versions)
    if not places:
        raise Http404
    answers = shared_answers(places)
    if request.method == "POST":
        return share(request, reference, answers)
    context = {
        "service": places[0].version.agreement.service,
        "organisation": places[0].version.agreement.organisation,
        "places": places,
        "compared": [place for place in places if not place.is_over],
        "answers": answers,
        "may_share": may(request.user, "draft for the partner", places[0].version),
    }
    return render(request, "agreements/service_detail.html", context)


def share(request: HttpRequest, reference: str, answers: Sequence[SharedAnswer]) -> HttpResponse:
    """Use the words of one draft in the others."""
    given = {str(wording.answer.pk): wording.answer for row in answers for wording in row.wordings if wording.answer}
    seen = {version: answer for version, _, answer in (pair.partition(":") for pair in request.POST.getlist("seen"))}
    try:
        chosen = given.get(request.POST.get("answer", ""))
        if chosen is None:
            raise Overtaken("These words have been changed since you opened the page.")
        shared = sharing.share_answer(chosen, replacing=seen, by=request.user)
    except Overtaken as overtaken:
        context = {"reasons": [overtaken.message], "back_url": reverse("service_detail", args=[reference])}
        return render(request, "409.html", context, status=409)
    except NotReady as not_ready:
        messages.error(request, " ".join(not_ready.reasons))
    else:
        say(request, shared)
    return redirect("service_detail", reference)


def say(request: HttpRequest, shared: sharing.Shared) -> None:
    """Where the words went, and where they did not, each in a sentence."""
    if shared.changed:
        messages.success(request, f"The words are now also used at {names(shared.changed)}.")
    if shared.overtaken:
        messages.error(request, f"Somebody has changed the answer at {names(shared.overtaken)} meanwhile, so it stays.")
    if shared.locked:
        messages.info(request, f"You can't change this answer now at {names(shared.locked)}, so it stays.")
    if not (shared.changed or shared.overtaken or shared.locked):
        messages.info(request, "The other drafts say the same already.")


def names(agreements: Sequence[Agreement]) -> str:
    return ", ".join(f"{agreement.establishment} ({agreement.reference})" for agreement in agreements)
