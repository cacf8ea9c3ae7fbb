"""Who reads the register and writes its chain: the office's auditors read, the office's system principal seals.

Here and not in `audit`, which lies below and knows no keys. What belongs to no office is kept
under an office of zeros.
"""

from django.db import migrations

MINE = (
    "(SELECT k.office_id FROM access_readerkey k WHERE k.kind IN ({kinds}) "
    "AND k.id = ANY (nullif(current_setting('waiban.keys', true), '')::int[]))"
)
READ = MINE.format(kinds="'audit', 'system'")
SEAL = MINE.format(kinds="'system'")
NO_OFFICE = "'00000000-0000-0000-0000-000000000000'::uuid"

POLICIES = f"""
CREATE POLICY office_reads ON audit_event FOR SELECT TO waiban_app
    USING (coalesce(office_id, {NO_OFFICE}) IN {READ});
CREATE POLICY office_reads ON audit_seal FOR SELECT TO waiban_app USING (office_id IN {READ});
CREATE POLICY office_reads ON audit_sealhead FOR SELECT TO waiban_app USING (office_id IN {READ});
CREATE POLICY office_seals ON audit_seal FOR INSERT TO waiban_app WITH CHECK (office_id IN {SEAL});
CREATE POLICY office_seals ON audit_sealhead FOR INSERT TO waiban_app WITH CHECK (office_id IN {SEAL});
"""
DROP = """
DROP POLICY office_reads ON audit_event;
DROP POLICY office_reads ON audit_seal;
DROP POLICY office_reads ON audit_sealhead;
DROP POLICY office_seals ON audit_seal;
DROP POLICY office_seals ON audit_sealhead;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial"), ("audit", "0003_seal_guards")]
    operations = [migrations.RunSQL(POLICIES, DROP)]
