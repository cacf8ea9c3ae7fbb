"""Fix a setting of an office: a new version with who, when and why; older versions stay."""

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.audit.record import record
from waiban.core.offices import settings
from waiban.core.offices.errors import CannotError
from waiban.core.offices.models import Office, OfficeSetting
from waiban.core.offices.policies import require


@transaction.atomic
def set_setting(office: Office, key: str, value: Any, *, reason: str) -> OfficeSetting:
    """Raises CannotError for a value that the setting doesn't take, or without a reason."""
    setting = settings.known(key)
    principal = require("office.set", setting.permission, office.pk)
    stored = settings.checked(setting, value)
    if setting.check_for is not None and stored:
        setting.check_for(office, str(stored))
    if not reason.strip():
        raise CannotError(_("写一句理由，以后查得到"))
    with connection.cursor() as cursor:  # two at once would ask for one version number
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"setting {office.pk} {key}"])
    last = OfficeSetting.objects.filter(office=office, key=key).order_by("-version").first()
    row = OfficeSetting.objects.create(
        office=office,
        key=key,
        version=last.version + 1 if last else 1,
        value=stored,
        reason=reason.strip(),
        set_by_post_id=principal.post,
        set_by_account_id=principal.account,
        readers=readers(office.pk, staff=True),
    )
    record(
        "office.set", principal, subject=("setting", row.pk), office=office.pk, readers=readers(office.pk, office=True),
        data={"key": key, "version": row.version, "value": stored, "reason": row.reason},
    )  # fmt: skip
    return row
