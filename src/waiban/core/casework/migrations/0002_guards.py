"""What the database itself holds to: releases, versions and decisions never change, and the timeline is
read from the register only by somebody who sees the case.
"""

from django.db import migrations

FROZEN = ("casework_processrelease", "casework_dossierversion", "casework_decision", "casework_memberdecision")

REFUSE = """
CREATE FUNCTION casework_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - 'readers' = to_jsonb(NEW) - 'readers' THEN
        RETURN NEW;  -- who may see it may change; what it says may not
    END IF;
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""

TIMELINE = """
CREATE FUNCTION casework_timeline(wanted uuid)
RETURNS TABLE (id uuid, name text, kind text, account text, post text, for_post text, happened_on date,
               recorded_at timestamptz, data jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT e.id, e.name::text, e.kind::text, coalesce(a.name, '')::text, coalesce(p.name, '')::text,
           coalesce(f.name, '')::text, e.happened_on, e.recorded_at, e.data
    FROM casework_case c
    JOIN audit_event e ON e.case_id = c.id
    LEFT JOIN people_account a ON a.id = e.account_id
    LEFT JOIN people_post p ON p.id = e.post_id
    LEFT JOIN people_post f ON f.id = e.for_post_id
    WHERE c.id = wanted AND c.readers && nullif(current_setting('waiban.keys', true), '')::int[] AND e.kind = 'action'
    ORDER BY e.recorded_at, e.id
$$;
REVOKE ALL ON FUNCTION casework_timeline(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION casework_timeline(uuid) TO waiban_app;
ALTER FUNCTION casework_timeline(uuid) OWNER TO waiban_definer;
GRANT SELECT (id, name) ON people_account TO waiban_definer;
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial"), ("audit", "0001_initial"), ("people", "0002_posts_of")]
    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION casework_refuse_change()"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION casework_refuse_change()",
                f"DROP TRIGGER never_changed ON {table}",
            )
            for table in FROZEN
        ),
        migrations.RunSQL(TIMELINE, "DROP FUNCTION casework_timeline(uuid)"),
    ]
