"""Change what an office prints of itself: names, telephone, the notice on the sign-in page."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.permissions import Permission
from waiban.core.audit.record import record
from waiban.core.offices.errors import CannotError
from waiban.core.offices.models import Office
from waiban.core.offices.policies import require

FIELDS = ("name", "name_en", "short_name", "telephone", "notice")


@transaction.atomic
def save_office(
    office_id: uuid.UUID, *, name: str, name_en: str, short_name: str, telephone: str, notice: str
) -> Office:
    """Papers that are drawn already keep what they say; numbers of new ones take the new short name."""
    office = Office.objects.select_for_update().get(pk=office_id)
    principal = require("office.save", Permission.OFFICE_SET, office.pk)
    values = {"name": name, "name_en": name_en, "short_name": short_name, "telephone": telephone, "notice": notice}
    values = {field: value.strip() for field, value in values.items()}
    if not values["name"] or not values["short_name"]:
        raise CannotError(_("写全称和简称"))
    before = {field: getattr(office, field) for field in FIELDS}
    for field, value in values.items():
        setattr(office, field, value)
    office.save(update_fields=FIELDS)
    record(
        "office.save", principal, subject=("office", office.pk), office=office.pk,
        readers=readers(office.pk, office=True), data={"before": before, "after": values},
    )  # fmt: skip
    return office
