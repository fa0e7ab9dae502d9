"""Taking a step: what it means, what it asks for, and what stands in the way."""

import datetime as dt

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from agreements import documents, rules
from agreements.effects import Evidence
from agreements.forms.steps import INTENT, StepForm
from agreements.models import Status, Version
from agreements.permissions import may, signing_posts
from agreements.reading import read
from agreements.views.finding import find_version
from agreements.workflow import BY_NAME, Step, perform, reasons_against, steps_open_to, what_happened
from portal.foundation import clock, identity, typed
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.networks import address_of

SALT = "opened words"
NOT_PROVED = (
    "The password, the code or the passkey isn’t right. Each code counts once: wait for the next one and try again"
)


@require_http_methods(["GET", "HEAD", "POST"])
def step_take(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """One step: GET explains and asks, POST takes it."""
    version = find_version(request, reference)
    step = BY_NAME.get(name)
    if step is None:
        raise Http404
    if step not in steps_open_to(request.user, version):
        return closed(request, version, step)
    reading = read(version)
    form = StepForm(request.POST if request.method == "POST" else typed.take_back(request), step=step, reading=reading)
    if request.method != "POST" or not form.is_valid():
        return ask(request, version, step, form)
    try:
        evidence = prove(request, form)
        change = perform(name, version, by=request.user, request=form.request(**evidence))
    except NotReady as not_ready:
        return ask(request, version, step, form, not_ready.reasons)
    except Overtaken as changed:
        return render(request, "409.html", {"reasons": [changed.message], "back_url": back(version)}, status=409)
    messages.success(request, done(step, change))
    return redirect("agreement_detail", reference)


def back(version: Version) -> str:
    return reverse("agreement_detail", args=[version.agreement.reference])


def closed(request: HttpRequest, version: Version, step: Step) -> HttpResponse:
    """Either it was never theirs, or the button was there when they opened the page and somebody was quicker."""
    if not may(request.user, step.permission, version):
        raise PermissionDenied
    return render(request, "409.html", {"reasons": [what_happened(version)], "back_url": back(version)}, status=409)


def ask(
    request: HttpRequest, version: Version, step: Step, form: StepForm, reasons: tuple[str, ...] = ()
) -> HttpResponse:
    words, sha256 = words_to_read(version) if "words" in step.asks else ("", "")
    against = reasons or tuple(reasons_against(step, version, request.user))
    context = {
        "version": version,
        "agreement": version.agreement,
        "step": step,
        "form": form,
        "reasons": against,
        "needs_second_factor": rules.NO_SECOND_FACTOR in against,
        "words": words,
        "sha256": sha256,
        "opened": signing.dumps([sha256, clock.now().isoformat()], salt=SALT),
        "passkeys": identity.asked_of_passkeys(request.user) if "identity" in step.asks else None,
        "signs_for": signing_posts(request.user, version.agreement)[:1] if "identity" in step.asks else (),
        "typed_by": typed.token(request.user, request.path),
    }
    return render(request, "agreements/step_take.html", context, status=409 if reasons else 200)


def words_to_read(version: Version) -> tuple[str, str]:
    """What is approved are the words as they stand; what is signed are the frozen ones."""
    document = rules.standing_document(version) if version.status == Status.FOR_SIGNATURE else None
    words = document.html if document else documents.words(read(version))
    return words, documents.sha256(words)


def prove(request: HttpRequest, form: StepForm) -> dict:
    """The fingerprint of the words that were opened, and for a signature how the person proved who they are."""
    if "words" not in form.step.asks:
        return {}
    sha256, opened_at = opened(request)
    if "identity" not in form.step.asks:
        return {"words_sha256": sha256}
    given = form.cleaned_data
    # The password as it was typed: text is normalised on the way in, and sign-in doesn't normalise it.
    passkey = given["credential"]
    proved_by = identity.prove(request.user, password=request.POST["password"], code=given["code"], passkey=passkey)
    if not proved_by:
        form.add_error("password", NOT_PROVED)
        raise NotReady
    evidence = Evidence(
        proved_by=proved_by,
        signed_in_at=signed_in_at(request),
        opened_at=opened_at,
        network_address=address_of(request),
        browser=request.headers.get("User-Agent", ""),
        statement=INTENT,
    )
    return {"words_sha256": sha256, "evidence": evidence}


def opened(request: HttpRequest) -> tuple[str, dt.datetime]:
    """Which words this person opened, and when: the page that showed them signed it."""
    try:
        sha256, moment = signing.loads(request.POST.get("opened", ""), salt=SALT)
    except signing.BadSignature:
        raise Overtaken("Open the words again before you decide.") from None
    return sha256, dt.datetime.fromisoformat(moment)


def signed_in_at(request: HttpRequest) -> dt.datetime:
    methods = request.session.get("account_authentication_methods") or []
    moments = [method["at"] for method in methods if "at" in method]
    return dt.datetime.fromtimestamp(max(moments), dt.UTC) if moments else request.user.last_login or clock.now()


def done(step: Step, change) -> str:
    now = change.version.get_status_display().lower()
    if change.from_status == change.to_status:
        return f"“{step.label}” is recorded."
    return f"The agreement is now: {now}."
