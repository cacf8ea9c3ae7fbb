"""Open an office: the first act of a deployment for a city, done by the operator."""

from typing import Any

from django.db import transaction

from waiban.core.access.keys import reader_key, readers
from waiban.core.access.models import ReaderKey
from waiban.core.access.principals import Kind, Principal, current_principal
from waiban.core.audit.record import record
from waiban.core.offices.errors import NotAllowedError
from waiban.core.offices.models import Office
from waiban.kernel.ids import uuid7


@transaction.atomic
def open_office(*, slug: str, name: str, city: str, law_path: str, **rest: Any) -> Office:
    """Acts as the system principal that called it, or as the public outside of any web page; never as an account."""
    principal = current_principal()
    if principal.kind == Kind.ACCOUNT:
        raise NotAllowedError("an office is opened by the operator, from the command line")
    office = Office.objects.create(id=uuid7(), slug=slug, name=name, city=city, law_path=law_path, **rest)
    for kind in ("audit", "office", "share", "staff", "system"):  # so that who signs in needs to make none
        reader_key(office.pk, ReaderKey.Kind(kind))
    record(
        "office.open", Principal(Kind.SYSTEM, office=office.pk, reason="open office"),
        subject=("office", office.pk), office=office.pk, readers=readers(office.pk, office=True),
        data={"slug": slug, "law_path": law_path},
    )  # fmt: skip
    return office
