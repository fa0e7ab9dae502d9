"""How many people, as funders and the public may know it."""

from collections.abc import Iterable

FEWEST = 5
FEWER = f"fewer than {FEWEST}"


def published_count(people: int) -> str:
    """In which band of five a count of people lies; never the count."""
    return published_range(lowest(people), 1)


def published_total(counts: Iterable[int]) -> str:
    """Between which bounds a total lies, as the bands of its parts say.

    A total is made of bands, never of counts: it tells whoever knows the bands of all its parts nothing new. So however
    totals and parts are subtracted, nothing below five can be worked out. A band of its own would tell more: five times
    “fewer than 5” beside “20 to 24” is five times exactly 4.
    """
    bottoms = [lowest(people) for people in counts]
    return published_range(sum(bottoms), len(bottoms))


def lowest(people: int) -> int:
    """Where the band of a count begins."""
    return people - people % FEWEST


def published_range(least: int, parts: int) -> str:
    """What bands together can be: where they begin, added up, and how many there are."""
    most = least + parts * (FEWEST - 1)
    return f"{least} to {most}" if least else f"fewer than {most + 1}"


def is_enough(people: int) -> bool:
    """Whether a count that stands alone, with nothing to subtract it from, may be told as it is."""
    return people >= FEWEST
