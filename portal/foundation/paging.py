"""Lists in pages, counted up to a bound."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

PAGE = 50
TALLEST_COUNT = 10_000


class BoundedPaginator(Paginator):
    """Stops counting at a bound, and skips rows by their keys, so that the last page costs what the first does."""

    @cached_property
    def count(self) -> int:
        if not isinstance(self.object_list, QuerySet):
            return len(self.object_list)
        return self.object_list.order_by().values("pk")[:TALLEST_COUNT].count()

    @property
    def told(self) -> str:
        """The count in words: at the bound nobody knows how many more there are."""
        return f"{self.count:,} or more" if self.count == TALLEST_COUNT else f"{self.count:,}"

    def _get_page(self, rows: QuerySet | Sequence, *args: Any) -> Page:
        if isinstance(rows, QuerySet):
            rows = self.object_list.filter(pk__in=rows.values("pk"))
        return super()._get_page(rows, *args)


def paged(request: HttpRequest, rows: QuerySet | Sequence, size: int = PAGE) -> dict[str, Any]:
    """`page`, and what components/pagination.html asks for. A page that doesn't exist is the last, or the first."""
    page = BoundedPaginator(rows, size).get_page(request.GET.get("page"))
    return {
        "page": page,
        "previous_url": _address(request, page.previous_page_number()) if page.has_previous() else "",
        "next_url": _address(request, page.next_page_number()) if page.has_next() else "",
        "where": f"Page {page.number} of {page.paginator.num_pages}",
    }


def _address(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"
