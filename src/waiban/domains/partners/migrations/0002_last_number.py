"""The office's last running number of promises: asked by whoever records one, also where he doesn't see them all."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION partners_last_number(wanted_office uuid, wanted_year int) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(max(number), 0) FROM partners_promise WHERE office_id = wanted_office AND year = wanted_year
$$;
REVOKE ALL ON FUNCTION partners_last_number(uuid, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION partners_last_number(uuid, int) TO waiban_app;
ALTER FUNCTION partners_last_number(uuid, int) OWNER TO waiban_definer;
"""


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION partners_last_number(uuid, int)")]
