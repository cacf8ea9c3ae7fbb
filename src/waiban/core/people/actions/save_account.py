"""Correct an account's name or mail, give it a new first password, close or reopen it. It is never deleted."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.permissions import Permission
from waiban.core.audit.record import record
from waiban.core.offices.errors import CannotError
from waiban.core.offices.models import Office
from waiban.core.offices.policies import refuse, require
from waiban.core.people.actions.add_account import set_password
from waiban.core.people.models import Account


@transaction.atomic
def save_account(
    office: Office, account_id: uuid.UUID, *, name: str, email: str, is_active: bool, password: str | None = None
) -> Account:
    """Only the office that opened an account changes it. A new password ends the sessions that it had."""
    principal = require("account.save", Permission.PEOPLE_SET, office.pk)
    account = Account.objects.select_for_update().get(pk=account_id)
    if account.opened_by_office != office.pk:
        refuse("account.save", principal, office.pk, _("这个账号由别的外办管理"))
    if account.pk == principal.account and not is_active:
        raise CannotError(_("不能停用自己的账号"))
    if not name.strip():
        raise CannotError(_("写姓名"))
    account.name, account.email, account.is_active = name.strip(), email.strip(), is_active
    if password:
        set_password(account, password)
    account.save(update_fields=["name", "email", "is_active", "password"])
    record(
        "account.save", principal, subject=("account", account.pk), office=office.pk,
        readers=readers(office.pk, office=True), data={"is_active": is_active, "new_password": bool(password)},
    )  # fmt: skip
    return account
