"""What is printed of a review: its record as a PDF, and the rating card for people in custody."""

from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from reviews import records
from reviews.models import ReviewRecord
from reviews.views.finding import SignedIn, find_review


@require_safe
def rating_card(request: SignedIn, reference: str, number: int) -> HttpResponse:
    """The anonymous card, to print and cut. It asks for no name, and nothing tells one card from another."""
    review = find_review(request, reference, number)
    context = {"review": review, "agreement": review.agreement, "cards": range(2)}
    return render(request, "reviews/rating_card.html", context)


@require_POST
def record_ask(request: SignedIn, reference: str, number: int) -> HttpResponse:
    """Ask for the record as it stands. The worker prints it; the page says where it is."""
    review = find_review(request, reference, number)
    records.ask_for_record(review)
    return redirect(review.get_absolute_url() + "#pdf")


def find_record(request: SignedIn, reference: str, number: int, record_id: int) -> ReviewRecord:
    review = find_review(request, reference, number)
    return get_object_or_404(review.records.defer("html", "data"), pk=record_id)


@require_safe
def record_state(request: SignedIn, reference: str, number: int, record_id: int) -> HttpResponse:
    """Where the record is: a page that can be loaded again, or JSON."""
    record = find_record(request, reference, number, record_id)
    if request.accepts("text/html"):
        context = {"record": record, "review": record.review, "agreement": record.review.agreement}
        return render(request, "reviews/record_state.html", context)
    url = reverse("record_download", args=[reference, number, record_id]) if record.printed_at else ""
    return JsonResponse({"state": record.state, "label": "Record of the review", "url": url})


@require_safe
def record_download(request: SignedIn, reference: str, number: int, record_id: int) -> FileResponse:
    """The file, always as a download."""
    record = find_record(request, reference, number, record_id)
    if not record.printed_at:
        raise Http404
    name = f"review-{reference}-{number}.pdf"
    return FileResponse(record.file.open(), as_attachment=True, filename=name, content_type="application/pdf")
