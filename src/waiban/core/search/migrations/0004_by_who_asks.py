"""Whoever sees a whole office finds a word by its index, a common one among the newest; anybody else by their own rows.

`kind` stands outside, so that no plan reads all of a kind in the hope that a word is rare; OFFSET 0 keeps it there.
"""

from django.db import migrations

IDS = """
CREATE OR REPLACE FUNCTION search_ids(wanted_kind text, asked text, most int) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    mine int[] := nullif(current_setting('waiban.keys', true), '')::int[];
    wanted tsquery := asked::tsquery;
    found uuid[];
BEGIN
    IF NOT EXISTS (SELECT 1 FROM access_readerkey WHERE id = ANY (mine) AND kind IN ('office', 'audit', 'system')) THEN
        RETURN QUERY EXECUTE 'SELECT of FROM (SELECT of, kind FROM search_entry WHERE readers && $2 AND bigrams @@ $3 '
            'OFFSET 0) matched WHERE kind = $1 ORDER BY of DESC LIMIT $4' USING wanted_kind, mine, wanted, most;
        RETURN;
    END IF;
    IF most IS NOT NULL THEN
        EXECUTE 'SELECT array_agg(of) FROM (SELECT of FROM (SELECT of, readers, bigrams FROM search_entry '
            'WHERE kind = $1 ORDER BY of DESC LIMIT greatest(500, $4 * 2)) newest '
            'WHERE readers && $2 AND bigrams @@ $3 ORDER BY of DESC LIMIT $4) first_ones'
            INTO found USING wanted_kind, mine, wanted, most;
        IF cardinality(found) >= most THEN
            RETURN QUERY SELECT unnest(found);
            RETURN;
        END IF;
    END IF;
    RETURN QUERY EXECUTE 'SELECT of FROM (SELECT of, kind, readers FROM search_entry WHERE bigrams @@ $3 OFFSET 0) matched '
        'WHERE kind = $1 AND readers && $2 ORDER BY of DESC LIMIT $4' USING wanted_kind, mine, wanted, most;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("search", "0003_newest_first"), ("access", "0002_register")]
    operations = [
        migrations.RunSQL(
            ["GRANT SELECT ON access_readerkey TO waiban_definer", "SET LOCAL ROLE waiban_definer", IDS, "RESET ROLE"],
            migrations.RunSQL.noop,
        ),
    ]
