"""What each role may do. A permission is `thing.act`; the names stand in `access.permissions`."""

from waiban.core.access.permissions import Permission
from waiban.core.people.models import Role

EVERYBODY = frozenset({Permission.CASE_READ, Permission.INBOX_READ, Permission.TRIP_READ})

PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.DESIGNATED_OFFICER: EVERYBODY
    | {
        Permission.CASE_WITHDRAW,
        Permission.DOCUMENT_CARRY,
        Permission.DOCUMENT_READ,
        Permission.FILE_ADD,
        Permission.TRAVELLER_EDIT,
        Permission.TRIP_DRAFT,
        Permission.TRIP_SUBMIT,
    },
    Role.AUDITOR: EVERYBODY | {Permission.AUDIT_READ, Permission.DOCUMENT_READ},
    Role.CITY_LEADER: EVERYBODY | {Permission.CASE_DECIDE, Permission.PAPER_DRAW},
    Role.DESK_OFFICER: EVERYBODY
    | {
        Permission.CASE_ACCEPT,
        Permission.CASE_DECIDE,
        Permission.CASE_RECORD_FROM_PAPER,
        Permission.DOCUMENT_KEEP,
        Permission.DOCUMENT_READ,
        Permission.FILE_ADD,
        Permission.PAPER_DRAW,
        Permission.PAPER_FILE,
        Permission.TRIP_IMPORT,
        Permission.PLAN_BALANCE,
        Permission.TRAVELLER_MERGE,
    },
    Role.INSPECTOR: EVERYBODY | {Permission.AUDIT_READ},
    Role.OFFICE_HEAD: EVERYBODY
    | {
        Permission.CASE_DECIDE,
        Permission.DOCUMENT_KEEP,
        Permission.DOCUMENT_READ,
        Permission.OFFICE_SET,
        Permission.PAPER_DRAW,
        Permission.PAPER_VOID,
        Permission.PEOPLE_SET,
        Permission.PROCESS_RELEASE,
        Permission.SUBSTITUTE_SET,
        Permission.TRIP_IMPORT,
        Permission.TRAVELLER_MERGE,
    },
    Role.PERSONNEL_BODY: EVERYBODY | {Permission.CASE_DECIDE},
    Role.SECTION_HEAD: EVERYBODY
    | {
        Permission.CASE_DECIDE,
        Permission.CASE_RECORD_FROM_PAPER,
        Permission.DOCUMENT_KEEP,
        Permission.DOCUMENT_READ,
        Permission.PAPER_DRAW,
        Permission.SUBSTITUTE_SET,
        Permission.TRAVELLER_MERGE,
    },
    Role.TAIWAN_OFFICE: EVERYBODY | {Permission.CASE_ACCEPT, Permission.CASE_DECIDE, Permission.FILE_ADD},
    Role.UNIT_FINANCE: EVERYBODY | {Permission.CASE_DECIDE, Permission.FILE_ADD},
    Role.UNIT_HEAD: EVERYBODY | {Permission.CASE_DECIDE, Permission.DOCUMENT_READ, Permission.SUBSTITUTE_SET},
}
