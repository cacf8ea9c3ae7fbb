"""What is found comes newest first, and a common word costs what a rare one does."""

from django.db import migrations

IDS = """
CREATE OR REPLACE FUNCTION search_ids(wanted_kind text, asked text, most int) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    mine int[] := nullif(current_setting('waiban.keys', true), '')::int[];
    wanted tsquery := asked::tsquery;
    found uuid[];
BEGIN
    -- What is common is found among the newest, whatever the number of all; what is rare, by the index.
    IF most IS NOT NULL THEN
        EXECUTE 'SELECT array_agg(of) FROM (SELECT of FROM (SELECT of, readers, bigrams FROM search_entry '
            'WHERE kind = $1 ORDER BY of DESC LIMIT 2000) newest '
            'WHERE readers && $2 AND bigrams @@ $3 ORDER BY of DESC LIMIT $4) first_ones'
            INTO found USING wanted_kind, mine, wanted, most;
        IF cardinality(found) >= most THEN
            RETURN QUERY SELECT unnest(found);
            RETURN;
        END IF;
    END IF;
    -- OFFSET 0 keeps the planner from walking the order of ids in the hope of matches.
    RETURN QUERY EXECUTE 'SELECT of FROM (SELECT of FROM search_entry WHERE kind = $1 AND readers && $2 AND bigrams @@ $3 '
        'OFFSET 0) matched ORDER BY of DESC LIMIT $4' USING wanted_kind, mine, wanted, most;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("search", "0002_closed")]
    operations = [
        migrations.RunSQL(["SET LOCAL ROLE waiban_definer", IDS, "RESET ROLE"], migrations.RunSQL.noop),
    ]
