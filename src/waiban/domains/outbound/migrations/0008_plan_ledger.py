"""The quota ledger keeps its own sums and never changes; what a plan says of a trip is answered to whoever asks.

The sums are written by the ledger's trigger alone, in the row that a submission locks, so that two submissions
for the last place meet at the check constraint and one of them is refused.
"""

from django.db import migrations

KEYS = "(SELECT nullif(current_setting('waiban.keys', true), '')::int[])"

LEDGER = """
CREATE FUNCTION outbound_quota_sums() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allotted int := CASE WHEN NEW.kind = 'allotted' THEN 1 ELSE 0 END;
    reserved int := CASE WHEN NEW.kind = 'reserved' THEN 1 WHEN NEW.kind = 'used' THEN -1
                         WHEN NEW.freed_from = 'reserved' THEN -1 ELSE 0 END;
    used int := CASE WHEN NEW.kind = 'used' THEN 1 WHEN NEW.freed_from = 'used' THEN -1 ELSE 0 END;
BEGIN
    UPDATE outbound_quota SET
        groups_allotted = groups_allotted + allotted * NEW.groups,
        groups_reserved = groups_reserved + reserved * NEW.groups,
        groups_used = groups_used + used * NEW.groups,
        people_allotted = people_allotted + allotted * NEW.people,
        people_reserved = people_reserved + reserved * NEW.people,
        people_used = people_used + used * NEW.people
    WHERE id = NEW.quota_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the quota row is not visible to who writes the ledger'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER sums AFTER INSERT ON outbound_quotaentry FOR EACH ROW EXECUTE FUNCTION outbound_quota_sums();

CREATE FUNCTION outbound_quota_by_ledger_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.groups_allotted <> 0 OR NEW.groups_reserved <> 0 OR NEW.groups_used <> 0
           OR NEW.people_allotted <> 0 OR NEW.people_reserved <> 0 OR NEW.people_used <> 0 THEN
            RAISE EXCEPTION 'a quota row begins empty' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND (pg_trigger_depth() > 1 OR
        to_jsonb(OLD) - 'readers' - 'people_limited' = to_jsonb(NEW) - 'readers' - 'people_limited') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the sums of a quota follow its ledger' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER by_ledger_only BEFORE INSERT OR UPDATE OR DELETE ON outbound_quota
    FOR EACH ROW EXECUTE FUNCTION outbound_quota_by_ledger_only();

CREATE FUNCTION outbound_ledger_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - 'readers' = to_jsonb(NEW) - 'readers' THEN
        RETURN NEW;  -- who may see it may change; what it says may not
    END IF;
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON outbound_quotaentry
    FOR EACH ROW EXECUTE FUNCTION outbound_ledger_never_changes();
"""

UNDO_LEDGER = """
DROP TRIGGER never_changed ON outbound_quotaentry;
DROP FUNCTION outbound_ledger_never_changes();
DROP TRIGGER by_ledger_only ON outbound_quota;
DROP FUNCTION outbound_quota_by_ledger_only();
DROP TRIGGER sums ON outbound_quotaentry;
DROP FUNCTION outbound_quota_sums();
"""

FACTS = f"""
CREATE FUNCTION outbound_plan_facts(wanted_unit uuid, wanted_year int, item_year int, item_number int, this_trip uuid)
RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT jsonb_build_object(
        'kept', EXISTS (SELECT FROM outbound_quota q WHERE q.office_id = u.office_id AND q.year = wanted_year),
        'quotas', (
            SELECT jsonb_agg(jsonb_build_object(
                'rank', q.rank, 'allotted', q.groups_allotted,
                'taken', q.groups_reserved + q.groups_used - coalesce(own.groups, 0)))
            FROM outbound_quota q
            LEFT JOIN LATERAL (
                SELECT sum(CASE e.kind WHEN 'reserved' THEN e.groups WHEN 'freed' THEN -e.groups ELSE 0 END) AS groups
                FROM outbound_quotaentry e WHERE e.quota_id = q.id AND e.trip_id = this_trip
            ) own ON true
            WHERE q.unit_id = u.id AND q.year = wanted_year),
        'item', (
            SELECT jsonb_build_object('title', i.title, 'kind', i.kind, 'state', i.state,
                                      'free', i.trip_id IS NULL OR i.trip_id = this_trip)
            FROM outbound_planitem i JOIN outbound_annualplan p ON p.id = i.plan_id
            WHERE p.unit_id = u.id AND p.state = 'approved' AND NOT p.whole_office AND i.year = item_year
              AND i.number = item_number))
    FROM people_unit u WHERE u.id = wanted_unit AND u.readers && {KEYS}
$$;
REVOKE ALL ON FUNCTION outbound_plan_facts(uuid, int, int, int, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outbound_plan_facts(uuid, int, int, int, uuid) TO waiban_app;
ALTER FUNCTION outbound_plan_facts(uuid, int, int, int, uuid) OWNER TO waiban_definer;
"""


class Migration(migrations.Migration):
    dependencies = [("outbound", "0007_documents"), ("people", "0002_posts_of")]
    operations = [
        migrations.RunSQL(LEDGER, UNDO_LEDGER),
        migrations.RunSQL(FACTS, "DROP FUNCTION outbound_plan_facts(uuid, int, int, int, uuid)"),
    ]
