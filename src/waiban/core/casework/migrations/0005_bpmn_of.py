"""Whoever sees a case may read the process that it runs on, also a post that sees nothing else of the office."""

from django.db import migrations

BPMN_OF = """
CREATE FUNCTION casework_bpmn_of(wanted uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.bpmn FROM casework_processrelease r
    WHERE r.id = wanted AND (
        r.readers && nullif(current_setting('waiban.keys', true), '')::int[]
        OR EXISTS (
            SELECT 1 FROM casework_case c
            WHERE c.release_id = r.id AND c.readers && nullif(current_setting('waiban.keys', true), '')::int[]
        )
    )
$$;
REVOKE ALL ON FUNCTION casework_bpmn_of(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION casework_bpmn_of(uuid) TO waiban_app;
ALTER FUNCTION casework_bpmn_of(uuid) OWNER TO waiban_definer;
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0004_taken_over")]
    operations = [migrations.RunSQL(BPMN_OF, "DROP FUNCTION casework_bpmn_of(uuid)")]
