"""What is printed of a prison's listings, to take away."""

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from directory import listed
from directory.handouts import handouts_for


@login_not_required
@require_safe
def handout_list(request: HttpRequest, slug: str) -> HttpResponse:
    prison = listed.establishment(slug)
    context = {"prison": prison, "handouts": handouts_for(request.user, prison)}
    return render(request, "directory/handout_list.html", context)


@login_not_required
@require_safe
def handout_download(request: HttpRequest, slug: str, handout: str) -> HttpResponse | FileResponse:
    """One of them. The worker makes it: until then the page says so, and browsers try again."""
    prison = listed.establishment(slug)
    found = next((row for row in handouts_for(request.user, prison) if row.name == handout), None)
    if found is None:
        raise Http404
    if not found.file:
        waiting = render(request, "directory/handout_waiting.html", {"prison": prison, "handout": found}, status=503)
        waiting["Retry-After"] = "60"
        return waiting
    return FileResponse(found.file.open(), as_attachment=True, filename=f"{prison.slug}-{found.name}.pdf")
