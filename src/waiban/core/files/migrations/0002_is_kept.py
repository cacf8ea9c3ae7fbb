"""The sweeper asks of one digest whether any row of any office points to it, and learns nothing else."""

from django.db import migrations

IS_KEPT = """
CREATE FUNCTION files_is_kept(digest text) RETURNS bool
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM files_storedfile f WHERE f.sha256 = digest)
$$;
REVOKE ALL ON FUNCTION files_is_kept(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION files_is_kept(text) TO waiban_app;
ALTER FUNCTION files_is_kept(text) OWNER TO waiban_definer;
"""


class Migration(migrations.Migration):
    dependencies = [("files", "0001_initial")]
    operations = [migrations.RunSQL(IS_KEPT, "DROP FUNCTION files_is_kept(text)")]
