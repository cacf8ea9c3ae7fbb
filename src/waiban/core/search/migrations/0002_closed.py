"""Entries are closed to the app's role; it asks by functions that answer with ids of what the asker sees.

`asked` is a tsquery over bigrams that `bigrams.py` writes.
"""

from django.db import migrations

CLOSED = """
ALTER TABLE search_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE search_entry FORCE ROW LEVEL SECURITY;
REVOKE ALL ON search_entry FROM waiban_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON search_entry TO waiban_definer;
CREATE POLICY definer ON search_entry FOR ALL TO waiban_definer USING (true) WITH CHECK (true);
CREATE POLICY upkeep ON search_entry FOR ALL TO waiban_owner
    USING (nullif(current_setting('waiban.upkeep', true), '') = 'on')
    WITH CHECK (nullif(current_setting('waiban.upkeep', true), '') = 'on');
ALTER TABLE search_entry ALTER COLUMN bigrams SET STATISTICS 400;
"""

KEYS = "nullif(current_setting('waiban.keys', true), '')::int[]"

FUNCTIONS = f"""
CREATE FUNCTION search_keep(wanted_kind text, ids uuid[], shown text[], grams text[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO search_entry AS e (of, kind, readers, bigrams)
    SELECT w.of, wanted_kind, w.readers::int[], w.grams::tsvector
    FROM unnest(ids, shown, grams) AS w(of, readers, grams)
    WHERE w.readers::int[] && {KEYS}
    ON CONFLICT (of) DO UPDATE SET readers = excluded.readers, bigrams = excluded.bigrams
    WHERE e.kind = excluded.kind AND e.readers && {KEYS}
      AND (e.readers IS DISTINCT FROM excluded.readers OR e.bigrams IS DISTINCT FROM excluded.bigrams)
$$;

CREATE FUNCTION search_differs(wanted_kind text, ids uuid[], shown text[], grams text[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT w.of
    FROM unnest(ids, shown, grams) AS w(of, readers, grams)
    LEFT JOIN search_entry e ON e.of = w.of AND e.kind = wanted_kind
    WHERE w.readers::int[] && {KEYS}
      AND (e.readers IS DISTINCT FROM w.readers::int[] OR e.bigrams IS DISTINCT FROM w.grams::tsvector)
$$;

CREATE FUNCTION search_listed(wanted_kind text, beyond uuid, most int) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT of FROM search_entry WHERE kind = wanted_kind AND of > beyond AND readers && {KEYS} ORDER BY of LIMIT most
$$;

CREATE FUNCTION search_drop(ids uuid[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM search_entry WHERE of = ANY (ids) AND readers && {KEYS}
$$;

CREATE FUNCTION search_among(wanted_kind text, ids uuid[], asked text) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN QUERY EXECUTE 'SELECT of FROM search_entry WHERE of = ANY ($1) AND kind = $2 AND readers && $3 AND bigrams @@ $4'
        USING ids, wanted_kind, {KEYS}, asked::tsquery;
END $$;

CREATE FUNCTION search_ids(wanted_kind text, asked text, most int) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    mine int[] := {KEYS};
    wanted tsquery := asked::tsquery;
    found uuid[];
BEGIN
    -- What is common is found among the newest, whatever the number of all; what is rare, by the index.
    EXECUTE 'SELECT array_agg(of) FROM (SELECT of FROM (SELECT of, readers, bigrams FROM search_entry WHERE kind = $1 '
        'ORDER BY of DESC LIMIT 2000) newest WHERE readers && $2 AND bigrams @@ $3 ORDER BY of DESC LIMIT $4) some'
        INTO found USING wanted_kind, mine, wanted, most;
    IF cardinality(found) >= most THEN
        RETURN QUERY SELECT unnest(found);
        RETURN;
    END IF;
    -- OFFSET 0 keeps the planner from walking the order of ids in the hope of matches.
    RETURN QUERY EXECUTE 'SELECT of FROM (SELECT of FROM search_entry WHERE kind = $1 AND readers && $2 AND bigrams @@ $3 '
        'OFFSET 0) matched ORDER BY of DESC LIMIT $4' USING wanted_kind, mine, wanted, most;
END $$;

CREATE FUNCTION search_follow() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM search_entry WHERE of = OLD.id;
    ELSE
        UPDATE search_entry SET readers = NEW.readers WHERE of = NEW.id AND readers IS DISTINCT FROM NEW.readers;
    END IF;
    RETURN NULL;
END $$;
"""

SIGNATURES = (
    "search_keep(text, uuid[], text[], text[])",
    "search_differs(text, uuid[], text[], text[])",
    "search_listed(text, uuid, int)",
    "search_drop(uuid[])",
    "search_among(text, uuid[], text)",
    "search_ids(text, text, int)",
)
HANDED_OVER = [
    *(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC" for name in (*SIGNATURES, "search_follow()")),
    *(f"GRANT EXECUTE ON FUNCTION {name} TO waiban_app" for name in SIGNATURES),
    *(f"ALTER FUNCTION {name} OWNER TO waiban_definer" for name in (*SIGNATURES, "search_follow()")),
    # The owner makes the triggers after every migration; a right that it held as the function's owner went with it.
    "SET LOCAL ROLE waiban_definer",
    "GRANT EXECUTE ON FUNCTION search_follow() TO waiban_owner",
    "RESET ROLE",
]


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial"), ("access", "0001_initial")]
    operations = [migrations.RunSQL([CLOSED, FUNCTIONS, *HANDED_OVER], migrations.RunSQL.noop)]
