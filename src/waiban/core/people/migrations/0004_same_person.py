"""All records of one person, by the merges in force. For other definer functions alone: the app's role may not ask,
since the answer would say that a unit's person is known elsewhere."""

from django.db import migrations

SAME_PERSON = """
CREATE FUNCTION people_same_person(travellers uuid[]) RETURNS TABLE (asked uuid, id uuid)
LANGUAGE sql STABLE ROWS 20 SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE up AS (
        SELECT t AS asked, t AS id, 0 AS step FROM unnest(travellers) AS t
        UNION ALL
        SELECT up.asked, m.kept_id, up.step + 1
        FROM up JOIN people_travellermerge m ON m.merged_id = up.id AND m.undone_on IS NULL
    ), root AS (
        SELECT DISTINCT ON (up.asked) up.asked, up.id FROM up ORDER BY up.asked, up.step DESC
    ), down AS (
        SELECT root.asked, root.id FROM root
        UNION
        SELECT down.asked, m.merged_id
        FROM down JOIN people_travellermerge m ON m.kept_id = down.id AND m.undone_on IS NULL
    )
    SELECT down.asked, down.id FROM down
$$;
REVOKE ALL ON FUNCTION people_same_person(uuid[]) FROM PUBLIC;
ALTER FUNCTION people_same_person(uuid[]) OWNER TO waiban_definer;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0003_merges")]
    operations = [migrations.RunSQL(SAME_PERSON, "DROP FUNCTION people_same_person(uuid[])")]
