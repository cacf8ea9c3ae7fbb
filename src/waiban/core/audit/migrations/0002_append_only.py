"""The register may be added to and read, never changed: by policy, by grant and by trigger."""

from django.db import migrations

APPEND_ONLY = """
ALTER TABLE audit_event ALTER COLUMN recorded_at SET DEFAULT clock_timestamp();
ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_event FORCE ROW LEVEL SECURITY;
CREATE POLICY added ON audit_event FOR INSERT TO waiban_app WITH CHECK (true);
CREATE POLICY readers_select ON audit_event FOR SELECT TO waiban_app
    USING (readers && (SELECT nullif(current_setting('waiban.keys', true), '')::int[]));
CREATE POLICY definer ON audit_event FOR SELECT TO waiban_definer USING (true);
GRANT SELECT ON audit_event TO waiban_definer;
REVOKE ALL ON audit_event FROM waiban_app;
GRANT SELECT ON audit_event TO waiban_app;
GRANT INSERT (id, office_id, kind, name, principal, account_id, post_id, for_post_id, subject_kind, subject_id,
    case_id, happened_on, data, readers) ON audit_event TO waiban_app;
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the register is never changed: % on %', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop)]
