"""How many people, as funders and the public may know it."""

FEWEST = 5
FEWER = f"fewer than {FEWEST}"


def published_count(people: int) -> str:
    """In which band of five a count of people lies; never the count.

    Each count is banded by itself, totals too. What two filters differ by is then known only to within nine, so nothing
    below five can be worked out: with exact totals, cells that are left out could be.
    """
    if people < FEWEST:
        return FEWER
    lowest = people - people % FEWEST
    return f"{lowest} to {lowest + FEWEST - 1}"


def is_enough(people: int) -> bool:
    """Whether a count that stands alone, with nothing to subtract it from, may be told as it is."""
    return people >= FEWEST
