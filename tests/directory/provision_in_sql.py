"""The map of need a second time: SQL over the base tables. It imports nothing of the portal, and shares no line with it."""

from django.db import connection

TAGGED = """
    SELECT l.id AS listing, e.code AS prison, l.agreement_reference AS reference, l.places AS places, l.service_id AS service,
           t.slug AS slug, v.key AS vocabulary
    FROM directory_listing l
    JOIN directory_establishment e ON e.id = l.establishment_id AND e.status <> 'closed'
    JOIN directory_service s ON s.id = l.service_id
    JOIN directory_organisation o ON o.id = s.organisation_id AND o.left_on IS NULL
    JOIN directory_listing_terms lt ON lt.listing_id = l.id
    JOIN directory_term t ON t.id = lt.term_id
    JOIN directory_vocabulary v ON v.id = t.vocabulary_id AND v.establishment_id IS NULL
    WHERE l.is_live AND (l.ends_on IS NULL OR l.ends_on >= CURRENT_DATE)
"""
MATRIX = f"""
    SELECT prison, slug,
           COUNT(CASE WHEN COALESCE(reference, '') <> '' THEN 1 END),
           COUNT(CASE WHEN COALESCE(reference, '') = '' THEN 1 END)
    FROM ({TAGGED}) tagged WHERE vocabulary = 'needs' GROUP BY prison, slug
"""
# The figures of each agreement's newest four quarters: the column of the listing isn't read.
REACHED = """
    SELECT a.reference AS reference, SUM(newest.number) AS people
    FROM (SELECT agreement_id, number, ROW_NUMBER() OVER (PARTITION BY agreement_id ORDER BY quarter DESC) AS place
          FROM reviews_deliveryfigure
          WHERE replaced_at IS NULL AND question_id = 'S5-02' AND name = 'started') newest
    JOIN agreements_agreement a ON a.id = newest.agreement_id
    WHERE newest.place <= 4 GROUP BY a.reference
"""
EXTENTS = f"""
    SELECT t.prison, t.slug, SUM(t.places), SUM(r.people)
    FROM ({TAGGED}) t LEFT JOIN ({REACHED}) r ON r.reference = t.reference
    WHERE t.vocabulary = 'needs' GROUP BY t.prison, t.slug
"""
DAYS = f"""
    SELECT DISTINCT n.prison, n.slug, d.slug
    FROM ({TAGGED}) n JOIN ({TAGGED}) d ON d.listing = n.listing
    WHERE n.vocabulary = 'needs' AND d.vocabulary = 'days'
"""
DUPLICATES = f"""
    SELECT n.prison, n.slug, g.slug, COUNT(DISTINCT n.service)
    FROM ({TAGGED}) n JOIN ({TAGGED}) g ON g.listing = n.listing
    WHERE n.vocabulary = 'needs' AND g.vocabulary = 'populations'
    GROUP BY n.prison, n.slug, g.slug HAVING COUNT(DISTINCT n.service) >= 2
"""
EACH = {
    "postgresql": "CROSS JOIN LATERAL jsonb_each_text(s.{column}) AS w(slug, weight)",
    "sqlite": "CROSS JOIN (SELECT 1) x, json_each(s.{column}) AS w",
}
SLUG = {"postgresql": "w.slug", "sqlite": "w.key"}
WEIGHT = {"postgresql": "CAST(w.weight AS integer)", "sqlite": "w.value"}
GAPS = """
    SELECT e.code, {slug}, {weight}
    FROM directory_needsstatement s
    JOIN directory_establishment e ON e.id = s.establishment_id AND e.status <> 'closed'
    {each}
    WHERE s.published_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM directory_needsstatement later WHERE later.establishment_id = s.establishment_id
                      AND later.published_at IS NOT NULL AND later.year > s.year)
      AND {weight} > 0
      AND NOT EXISTS (SELECT 1 FROM ({tagged}) t WHERE t.prison = e.code AND t.vocabulary = '{vocabulary}'
                      AND t.slug = {slug})
    ORDER BY {weight} DESC
"""
UNREACHED = f"""
    SELECT e.code, c.slug FROM directory_establishment e
    CROSS JOIN (SELECT t.slug FROM directory_term t JOIN directory_vocabulary v ON v.id = t.vocabulary_id
                WHERE v.key = 'protected_characteristics' AND v.establishment_id IS NULL) c
    WHERE e.status <> 'closed'
      AND NOT EXISTS (SELECT 1 FROM ({TAGGED}) t WHERE t.prison = e.code AND t.slug = c.slug
                      AND t.vocabulary = 'protected_characteristics')
"""


def rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def matrix() -> dict[tuple[str, str], tuple[int, int]]:
    return {(prison, need): (agreements, others) for prison, need, agreements, others in rows(MATRIX)}


def extents() -> dict[tuple[str, str], tuple[int | None, int | None]]:
    """Places and people reached."""
    return {(prison, need): (places, people) for prison, need, places, people in rows(EXTENTS)}


def days() -> set[tuple[str, str, str]]:
    return set(rows(DAYS))


def duplicates() -> dict[tuple[str, str, str], int]:
    return {(prison, need, group): count for prison, need, group, count in rows(DUPLICATES)}


def gaps_of(column: str, vocabulary: str) -> str:
    """The statement for the gaps of one column of the statements."""
    vendor = connection.vendor
    each = EACH[vendor].format(column=column)
    return GAPS.format(slug=SLUG[vendor], weight=WEIGHT[vendor], each=each, tagged=TAGGED, vocabulary=vocabulary)


def gaps(column: str, vocabulary: str) -> list[tuple[str, str, int]]:
    return rows(gaps_of(column, vocabulary))


def unreached() -> set[tuple[str, str]]:
    return set(rows(UNREACHED))
