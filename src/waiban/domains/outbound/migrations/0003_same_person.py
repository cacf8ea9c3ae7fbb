"""A person's earlier trips are those of every record that the office has merged with the one asked for."""

from django.db import migrations

KEYS = "(SELECT nullif(current_setting('waiban.keys', true), '')::int[])"

EARLIER_TRIPS = f"""
SET LOCAL ROLE waiban_definer;
DROP FUNCTION outbound_earlier_trips(uuid[], uuid, date);
RESET ROLE;
CREATE FUNCTION outbound_earlier_trips(travellers uuid[], this_trip uuid, before date)
RETURNS TABLE (traveller_id uuid, depart date, return_on date, countries text[], role text, kind text, category text,
               organising text, unit text, approval_no text, seen bool)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.asked, m.depart, m.return_on, m.countries::text[], m.role::text, t.kind::text, m.category::text,
           t.dossier ->> 'organising',
           CASE WHEN t.readers && {KEYS} THEN t.dossier ->> 'unit' END,
           CASE WHEN t.readers && {KEYS} THEN t.dossier #>> '{{approval,number}}' END,
           t.readers && {KEYS}
    FROM people_same_person(travellers) s
    JOIN people_traveller p ON p.id = s.asked
    JOIN outbound_tripmember m ON m.traveller_id = s.id
    JOIN outbound_trip t ON t.id = m.trip_id
    WHERE m.counts AND t.id <> this_trip AND p.readers && {KEYS}
      AND m.depart IS NOT NULL AND m.depart < before + 366 AND m.depart > before - 366 * 6
$$;
REVOKE ALL ON FUNCTION outbound_earlier_trips(uuid[], uuid, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outbound_earlier_trips(uuid[], uuid, date) TO waiban_app;
ALTER FUNCTION outbound_earlier_trips(uuid[], uuid, date) OWNER TO waiban_definer;
"""


class Migration(migrations.Migration):
    dependencies = [("outbound", "0002_history"), ("people", "0004_same_person")]
    operations = [migrations.RunSQL(EARLIER_TRIPS, migrations.RunSQL.noop)]
