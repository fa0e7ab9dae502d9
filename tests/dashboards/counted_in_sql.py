"""The figures of the dashboards a second time: SQL over the base tables. It imports nothing of the portal.

Moments are compared in UTC and reviewed days as dates; the caller says where the period and today are.
"""

from django.db import connection

STATUSES = """
    SELECT e.slug, v.status, COUNT(*), COUNT(v.ends_on), COUNT(v.first_review_on), COUNT(v.places)
    FROM agreements_agreement a
    JOIN agreements_version v ON v.id = a.current_version_id
    JOIN directory_establishment e ON e.id = a.establishment_id
    GROUP BY e.slug, v.status
"""
ENDING = """
    SELECT e.slug, COUNT(*)
    FROM agreements_agreement a
    JOIN agreements_version v ON v.id = a.current_version_id
    JOIN directory_establishment e ON e.id = a.establishment_id
    WHERE v.status IN ('in force', 'paused', 'on paper') AND v.ends_on BETWEEN %(today)s AND %(horizon)s
      AND a.id NOT IN (SELECT agreement_id FROM agreements_version
                       WHERE status IN ('outline', 'with prison', 'supported', 'details', 'for approval', 'for signature'))
      AND a.id NOT IN (SELECT c.copied_from_id FROM agreements_agreement c
                       JOIN agreements_version cv ON cv.id = c.current_version_id
                       WHERE c.copied_from_id IS NOT NULL
                         AND cv.status NOT IN ('overtaken', 'ended', 'declined', 'withdrawn', 'lapsed'))
    GROUP BY e.slug
"""
REASONS = """
    SELECT step, reason, COUNT(*) FROM agreements_statuschange
    WHERE reason <> '' AND at >= %(since)s AND at < %(after)s GROUP BY step, reason
"""
LED_TO = """
    SELECT COUNT(*) FROM agreements_statuschange
    WHERE to_status = %(status)s AND step LIKE %(step)s AND at >= %(since)s AND at < %(after)s
"""
TIMES = """
    SELECT from_status,
           PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY working_days),
           PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY working_days),
           COUNT(*)
    FROM agreements_statuschange
    WHERE working_days IS NOT NULL AND at >= %(since)s AND at < %(after)s GROUP BY from_status
"""
REVIEWS = """
    SELECT e.slug,
           COUNT(CASE WHEN r.state = 'open' AND r.due_on >= %(today)s THEN 1 END),
           COUNT(CASE WHEN r.state = 'open' AND r.due_on < %(today)s THEN 1 END),
           COUNT(CASE WHEN r.state = 'held' AND r.held_on BETWEEN %(first)s AND %(today)s THEN 1 END)
    FROM reviews_review r
    JOIN agreements_agreement a ON a.id = r.agreement_id
    JOIN directory_establishment e ON e.id = a.establishment_id
    GROUP BY e.slug
"""
ACTIONS = """
    SELECT c.owner, COUNT(*), COUNT(CASE WHEN c.due_on < %(today)s THEN 1 END)
    FROM agreements_action c JOIN agreements_version v ON v.id = c.version_id
    WHERE v.status IN ('in force', 'paused', 'on paper') AND c.state = 'open'
    GROUP BY c.owner
"""
PLACES = """
    SELECT e.slug, SUM(v.places) FROM agreements_agreement a
    JOIN agreements_version v ON v.id = a.current_version_id
    JOIN directory_establishment e ON e.id = a.establishment_id
    WHERE v.status IN ('in force', 'paused', 'on paper') GROUP BY e.slug
"""
DELIVERED = """
    SELECT question_id, name, SUM(number) FROM reviews_deliveryfigure
    WHERE replaced_at IS NULL AND quarter BETWEEN %(first)s AND %(today)s GROUP BY question_id, name
"""
VACANT = """
    SELECT p.role, COUNT(*) FROM directory_post p
    LEFT JOIN directory_establishment e ON e.id = p.establishment_id
    LEFT JOIN directory_organisation o ON o.id = p.organisation_id
    WHERE COALESCE(e.status, 'open') <> 'closed' AND o.left_on IS NULL AND o.merged_into_id IS NULL
      AND NOT EXISTS (SELECT 1 FROM directory_holding h JOIN foundation_user u ON u.id = h.user_id
                      WHERE h.post_id = p.id AND u.is_active AND NOT h.taken_back AND h.from_on <= %(today)s
                        AND (h.until_on IS NULL OR h.until_on >= %(today)s))
    GROUP BY p.role
"""
CHECKS = "SELECT result, COUNT(*) FROM agreements_eligibilitycheck WHERE asked_at >= %(since)s GROUP BY result"
REFUSED = "SELECT COUNT(*) FROM foundation_notification WHERE closed_at IS NULL AND refused_at IS NOT NULL"
BOUNCED = "SELECT COUNT(*) FROM foundation_notification WHERE closed_at IS NULL AND bounced_at IS NOT NULL"


def rows(sql: str, **given) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given) if given else cursor.execute(sql)
        return cursor.fetchall()


def number(sql: str, **given) -> int:
    return rows(sql, **given)[0][0]
