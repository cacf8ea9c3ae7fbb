"""Facts drawn from other trips: one function each, returning only what a rule needs.

Each answers only for people and units whose own row the asker sees. `seen` says whether
the asker may open the trip itself; reference, unit and approval number of the others stay
with the office.
"""

from django.db import migrations

KEYS = "(SELECT nullif(current_setting('waiban.keys', true), '')::int[])"

FUNCTIONS = f"""
CREATE FUNCTION outbound_last_number(wanted_office uuid, wanted_year int) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(max(number), 0) FROM outbound_trip WHERE office_id = wanted_office AND year = wanted_year
$$;

CREATE FUNCTION outbound_earlier_trips(travellers uuid[], this_trip uuid, before date)
RETURNS TABLE (traveller_id uuid, depart date, return_on date, countries text[], role text, kind text, category text,
               organising text, unit text, approval_no text, seen bool)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT m.traveller_id, m.depart, m.return_on, m.countries::text[], m.role::text, t.kind::text, m.category::text,
           t.dossier ->> 'organising',
           CASE WHEN t.readers && {KEYS} THEN t.dossier ->> 'unit' END,
           CASE WHEN t.readers && {KEYS} THEN t.dossier #>> '{{approval,number}}' END,
           t.readers && {KEYS}
    FROM outbound_tripmember m
    JOIN outbound_trip t ON t.id = m.trip_id
    JOIN people_traveller p ON p.id = m.traveller_id
    WHERE m.traveller_id = ANY (travellers) AND m.counts AND t.id <> this_trip AND p.readers && {KEYS}
      AND m.depart IS NOT NULL AND m.depart < before + 366 AND m.depart > before - 366 * 6
$$;

CREATE FUNCTION outbound_unit_trips(wanted_unit uuid, this_trip uuid, around date)
RETURNS TABLE (reference text, unit text, depart date, return_on date, countries text[], inviter text, leader text,
               leader_heads_unit bool, leadership_of text, seen bool)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN t.readers && {KEYS} THEN t.year || '-' || t.number END, u.name::text, t.depart, t.return_on,
           t.countries::text[], t.dossier #>> '{{invitations,0,inviter}}', head.member ->> 'id',
           (head.member ->> 'heads_unit')::bool, head.member ->> 'leadership_of', t.readers && {KEYS}
    FROM outbound_trip t
    JOIN people_unit u ON u.id = t.unit_id
    LEFT JOIN LATERAL (
        SELECT member FROM jsonb_array_elements(coalesce(t.dossier -> 'members', '[]')) AS member
        WHERE member ->> 'role' = 'leader' LIMIT 1
    ) head ON true
    WHERE t.unit_id = wanted_unit AND t.id <> this_trip AND u.readers && {KEYS}
      AND t.state NOT IN ('draft', 'withdrawn', 'refused')
      AND t.depart BETWEEN around - 400 AND around + 400 AND t.return_on IS NOT NULL
$$;

REVOKE ALL ON FUNCTION outbound_last_number(uuid, int), outbound_earlier_trips(uuid[], uuid, date),
    outbound_unit_trips(uuid, uuid, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outbound_last_number(uuid, int), outbound_earlier_trips(uuid[], uuid, date),
    outbound_unit_trips(uuid, uuid, date) TO waiban_app;
ALTER FUNCTION outbound_last_number(uuid, int) OWNER TO waiban_definer;
ALTER FUNCTION outbound_earlier_trips(uuid[], uuid, date) OWNER TO waiban_definer;
ALTER FUNCTION outbound_unit_trips(uuid, uuid, date) OWNER TO waiban_definer;
"""


class Migration(migrations.Migration):
    dependencies = [("outbound", "0001_initial"), ("people", "0002_posts_of")]
    operations = [migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop)]
