"""How many people, as funders and the public may know it."""

FEWEST = 5


def published_count(people: int) -> str:
    """In which band of five a count of people lies; never the count.

    Each count is banded by itself, totals too. What two filters differ by is then known only to within nine, so nothing
    below five can be worked out: with exact totals, cells that are left out could be.
    """
    if people < FEWEST:
        return f"fewer than {FEWEST}"
    lowest = people - people % FEWEST
    return f"{lowest} to {lowest + FEWEST - 1}"
