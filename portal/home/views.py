"""Pages per role: what waits for me. And the pages that nobody needs to sign in for."""

import sys

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, OperationalError, connection
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe
from django.views.defaults import server_error
from django.views.i18n import set_language

from agreements.models import Agreement, EligibilityCheck, FunderShare, Status
from agreements.turns import my_turn
from directory.feeds.answers import is_open_data, only_read
from directory.standing import standing
from portal.foundation import typed
from portal.foundation.models import Notification
from portal.home.waiting import besides_turns
from reviews import turns as review_turns

FIRST = 20
RETRY_AFTER = 60


@login_not_required
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The first page: what the portal is, and where to begin."""
    if request.user.is_authenticated:
        return redirect("home")
    return render(request, "home/front.html")


@login_not_required
@require_POST
def language_choose(request: HttpRequest) -> HttpResponse:
    """Keep the language that somebody chose, and go back to where they were."""
    return set_language(request)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for me, whose turn it is, since when; for CJVSF, the estate in figures."""
    stands = standing(request.user)
    waiting = my_turn(request.user).select_related(
        "agreement__organisation", "agreement__establishment", "agreement__service"
    )
    reviews = review_turns.my_turn(request.user)
    visible = Agreement.objects.visible_to(request.user)
    context = {
        "holdings": stands.holdings,
        "waiting": waiting[:FIRST],
        "waiting_count": waiting.count(),
        "reviews": reviews[:FIRST],
        "reviews_count": reviews.count(),
        "latest": visible.for_list()[:FIRST],
        "estate": estate(visible) if stands.is_cjvsf else None,
        "elsewhere": besides_turns(request.user),
        "is_funder": bool(stands.funder_ids),
        "shared": FunderShare.objects.visible_to(request.user).count() if stands.funder_ids else 0,
        "drafts_for_a_partner": bool(stands.organisation_ids),
    }
    return render(request, "home/home.html", context)


def estate(agreements: QuerySet[Agreement]) -> dict:
    """The figures that CJVSF opens with: agreements by status, eligibility checks by result, mail that was refused."""
    by_status = dict(agreements.order_by().values_list("current_version__status").annotate(count=Count("pk")))
    return {
        "statuses": [(status.label, status.value, by_status.get(status.value, 0)) for status in Status],
        "checks": EligibilityCheck.objects.order_by("result").values_list("result").annotate(count=Count("pk")),
        "refused": Notification.objects.exclude(refused_at=None).count(),
    }


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A post without our token. The open addresses take none at all, and say so as they say everything."""
    return only_read(request) if is_open_data(request) else render(request, "403_csrf.html", status=403)


@login_not_required
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "live"})


@login_not_required
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether the portal can do its work: the database answers. Redis may be away; the sweeps catch up."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "not ready", "database": "not answering"}, status=503)
    return JsonResponse({"status": "ready", "database": "answering"})


def fault(request: HttpRequest) -> HttpResponse:
    """What is said of any exception. While the database is away or full of others, one may come back with what one typed.

    Nothing here may ask the database: not even who is there. A form with a password carries no such field.
    """
    if not isinstance(sys.exc_info()[1], OperationalError):
        return server_error(request)
    posted = request.POST.lists() if typed.FIELD in request.POST else ()
    context = {
        "path": request.get_full_path(),
        "fields": [(name, value) for name, values in posted for value in values],
        "had_files": bool(request.FILES),
    }
    headers = {"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"}
    return HttpResponse(render_to_string("503.html", context), status=503, headers=headers)
