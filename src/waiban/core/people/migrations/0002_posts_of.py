"""What an account may act as today. Read before anybody acts, so by a function of the role that may read it."""

from django.db import migrations

POSTS_OF = """
CREATE FUNCTION people_posts_of(wanted uuid)
RETURNS TABLE (post_id uuid, unit_id uuid, office_id uuid, role text, office_wide bool, unit_wide bool,
               stands_in bool, since date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH today AS (
        SELECT o.id, (now() AT TIME ZONE o.time_zone)::date AS day FROM offices_office o
    ), acting AS (
        SELECT a.post_id, false AS stands_in, a.since, a.until FROM people_appointment a WHERE a.account_id = wanted
        UNION ALL
        SELECT s.post_id, true, s.since, least(s.until, s.ended_on) FROM people_substitute s WHERE s.account_id = wanted
    )
    SELECT p.id, p.unit_id, p.office_id, p.role::text, p.office_wide, p.unit_wide, acting.stands_in, acting.since
    FROM acting JOIN people_post p ON p.id = acting.post_id JOIN today ON today.id = p.office_id
    WHERE acting.since <= today.day AND (acting.until IS NULL OR acting.until >= today.day)
        AND (p.closed_on IS NULL OR p.closed_on > today.day)
$$;
REVOKE ALL ON FUNCTION people_posts_of(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION people_posts_of(uuid) TO waiban_app;
ALTER FUNCTION people_posts_of(uuid) OWNER TO waiban_definer;
GRANT SELECT ON offices_office TO waiban_definer;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunSQL(POSTS_OF, "DROP FUNCTION people_posts_of(uuid)")]
