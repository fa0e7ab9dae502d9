"""The pages of agreements beside the least that a signed-in page of 50 rows costs, and how they grow with the estate.

python -m tests.bench.pages 10000 100000

Everything is measured in turns, in this process, and compared as medians. The floor is tests/bench/plain.py, that of a
save the rows that it writes. A connection isn't counted, on neither side. It makes a database of its own beside the one
that DATABASE_URL names (PostgreSQL), and drops it.
"""

import itertools
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import django

from tests.bench.estate import BACKEND, estate, medians, own_database

TURNS = 15
LIST, PAGE, SAVE = 1.5, 2.0, 2.5
LIST_GROWTH, PAGE_GROWTH = 1.15, 1.1
Acts = dict[str, Callable[[], Any]]
LISTS = {
    "list": "",
    "list, last page": "page=999999",
    "list, by status": "status=in+force",
    "list, by prison": "prison=perth",
    "list, what ends soon": "standing=ending",
    "list, by words": "words=service+29",
}


def main(sizes: list[int]) -> int:
    django.setup()
    from django.conf import settings

    settings.DEBUG, settings.ALLOWED_HOSTS, settings.ROOT_URLCONF = False, ["*"], "tests.bench.plain"
    worst, found = 0.0, []
    for size in sizes:
        with own_database():
            times = medians(acts(size), TURNS)
        found.append((size, times))
        worst = max([worst, *(told(size, times, name) for name in times if name not in ("plain", "framed", "save"))])
    for smaller, larger in itertools.pairwise(found):
        worst = max([worst, *(grown(smaller, larger, name) for name in larger[1])])
    return int(worst > 1)


def told(size: int, times: dict[str, float], name: str) -> float:
    """Says how much one costs beside its floor. The share of its bar."""
    bar, floor = (SAVE, "save") if name == "autosave" else (LIST if "list" in name else PAGE, "plain")
    ratio, framed = times[name] / times[floor], times[name] / times["framed"]
    print(
        f"{size:,} agreements, {name}: {times[name] * 1000:.0f} ms, {floor} {times[floor] * 1000:.0f} ms: "
        f"ratio {ratio:.2f} (bar {bar}); beside a plain table in the frame {framed:.2f}"
    )
    return ratio / bar


def grown(smaller: tuple[int, dict], larger: tuple[int, dict], name: str) -> float:
    """Both beside the floor of their own run, since the machine may have become busier meanwhile."""
    before, after = (times[name] / times["plain"] for _, times in (smaller, larger))
    bar = LIST_GROWTH if "list" in name else PAGE_GROWTH
    print(f"from {smaller[0]:,} to {larger[0]:,} agreements, {name}: {after / before:.2f} times (bar {bar})")
    return after / before / bar


def acts(size: int) -> Acts:
    """What is measured, as CJVSF, who sees the whole estate, and as the two sides of one agreement."""
    from tests import factories

    cast = estate(size)
    outline, details = factories.bring_to("outline", cast), factories.bring_to("details", cast)
    charity, prison, cjvsf = (looker(user) for user in (cast.contributor, cast.hoo, cast.cjvsf))
    begun, agreed = (f"/agreements/{version.agreement.reference}/" for version in (outline, details))
    return {
        "plain": partial(cjvsf, "/plain/"),
        "framed": partial(cjvsf, "/framed/"),
        **{name: partial(cjvsf, f"/agreements/?{query}") for name, query in LISTS.items()},
        "list of one prison": partial(prison, "/agreements/"),
        "agreement": partial(charity, agreed),
        "agreement, seen by the prison": partial(prison, agreed),
        "form of stage 1": partial(charity, f"{begun}sections/S1/"),
        "form of stage 3": partial(prison, f"{agreed}sections/S3C/"),
        "autosave": autosave(cast.contributor, f"{begun}sections/S1/"),
        "save": save(outline, cast.contributor),
    }


def signed_in(user):
    from django.test import Client

    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def looker(user) -> Callable[[str], None]:
    client = signed_in(user)

    def look(address: str) -> None:
        assert client.get(address).status_code == 200, address

    return look


def autosave(user, address: str) -> Callable[[], None]:
    """Somebody types on: each save replaces the one before."""
    client, counter, saved = signed_in(user), itertools.count(), {"S1-06": ""}

    def type_on() -> None:
        posted = {"base_S1-06": saved["S1-06"], "S1-06": f"{next(counter)} people ask for it."}
        saved.update(client.post(address, posted, headers={"X-Autosave": "1"}).json()["base"])

    return type_on


def save(version, user) -> Callable[[], None]:
    """What a save must write at least: its owner locked, the answer before marked, the new one, the audit."""
    from django.db import transaction

    from agreements.models import Answer, Version
    from portal.foundation import audit, clock

    def write() -> None:
        with transaction.atomic():
            Version.objects.select_for_update().get(pk=version.pk)
            Answer.objects.filter(version=version, question_id="S1-03", replaced_at=None).update(
                replaced_at=clock.now()
            )
            Answer.objects.create(version=version, question_id="S1-03", value="Ours.", by=user, at=clock.now())
            audit.record("answer", about="agreement:floor", by=user, version=1, questions=["S1-03"])

    return write


if __name__ == "__main__":
    sys.exit(main([int(size.replace("_", "")) for size in sys.argv[1:]] or [10_000, 100_000]))
