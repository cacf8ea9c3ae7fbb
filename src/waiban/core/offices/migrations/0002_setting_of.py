"""An office's value of one setting, for whoever acts: the same case gets the same answer whoever asks."""

from django.db import migrations

SETTING_OF = """
CREATE FUNCTION offices_setting_of(office uuid, wanted text) RETURNS TABLE (value jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT s.value FROM offices_officesetting s WHERE s.office_id = office AND s.key = wanted
    ORDER BY s.version DESC LIMIT 1
$$;
ALTER FUNCTION offices_setting_of(uuid, text) OWNER TO waiban_definer;
REVOKE ALL ON FUNCTION offices_setting_of(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION offices_setting_of(uuid, text) TO waiban_app;
"""


class Migration(migrations.Migration):
    dependencies = [("offices", "0001_initial")]
    operations = [migrations.RunSQL(SETTING_OF, "DROP FUNCTION offices_setting_of(uuid, text)")]
