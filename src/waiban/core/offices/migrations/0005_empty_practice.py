"""Emptying a practice area: one function, which knows practice rows by their readers and touches no others."""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION access_practice_keys() RETURNS int[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(array_agg(k.id), '{}') FROM access_readerkey k JOIN offices_office o ON o.id = k.office_id
    WHERE o.practice
$$;

CREATE FUNCTION offices_empty_practice(wanted uuid, tables text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    own int[]; platform int; name text; gone bigint; total bigint := 0;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM offices_office o WHERE o.id = wanted AND o.practice) THEN
        RAISE EXCEPTION 'only a practice area is emptied' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT array_agg(k.id), min(k.id) FILTER (WHERE k.kind = 'system') INTO own, platform
    FROM access_readerkey k WHERE k.office_id = wanted;
    IF NOT coalesce(nullif(current_setting('waiban.keys', true), '')::int[], '{}') @> ARRAY[platform] THEN
        RAISE EXCEPTION 'the platform alone empties a practice area' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOREACH name IN ARRAY tables LOOP
        EXECUTE format('DELETE FROM public.%I WHERE readers && $1', name) USING own;
        GET DIAGNOSTICS gone = ROW_COUNT;
        total := total + gone;
    END LOOP;
    RETURN total;
END $$;

REVOKE ALL ON FUNCTION access_practice_keys(), offices_empty_practice(uuid, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_practice_keys(), offices_empty_practice(uuid, text[]) TO waiban_app, waiban_definer;
GRANT SELECT ON offices_office, access_readerkey TO waiban_definer;
ALTER FUNCTION access_practice_keys() OWNER TO waiban_definer;
ALTER FUNCTION offices_empty_practice(uuid, text[]) OWNER TO waiban_definer;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial"), ("offices", "0004_practice_area")]
    operations = [
        migrations.RunSQL(
            FUNCTIONS, "DROP FUNCTION offices_empty_practice(uuid, text[]); DROP FUNCTION access_practice_keys()"
        )
    ]
