"""An office's values of settings, for whoever acts: the same case gets the same answer whoever asks."""

from django.db import migrations

SETTINGS_OF = """
CREATE FUNCTION offices_settings_of(office uuid, wanted text[]) RETURNS TABLE (key text, value jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT DISTINCT ON (s.key) s.key, s.value FROM offices_officesetting s
    WHERE s.office_id = office AND s.key = ANY (wanted) ORDER BY s.key, s.version DESC
$$;
REVOKE ALL ON FUNCTION offices_settings_of(uuid, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION offices_settings_of(uuid, text[]) TO waiban_app;
ALTER FUNCTION offices_settings_of(uuid, text[]) OWNER TO waiban_definer;
"""


class Migration(migrations.Migration):
    dependencies = [("offices", "0001_initial")]
    operations = [migrations.RunSQL(SETTINGS_OF, "DROP FUNCTION offices_settings_of(uuid, text[])")]
