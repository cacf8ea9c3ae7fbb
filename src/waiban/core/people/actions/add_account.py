"""Open an account. It may sign in and nothing else until it is appointed to a post."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.permissions import Permission
from waiban.core.audit.record import record
from waiban.core.offices.errors import CannotError
from waiban.core.offices.models import Office
from waiban.core.offices.policies import require
from waiban.core.people.models import Account


@transaction.atomic
def add_account(office: Office, *, username: str, name: str, password: str | None = None, email: str = "") -> Account:
    """Without a password only single sign-on opens it."""
    principal = require("account.add", Permission.PEOPLE_SET, office.pk)
    username, name = username.strip().lower(), name.strip()
    if not username or not name:
        raise CannotError(_("写账号和姓名"))
    if Account.objects.filter(username=username).exists():
        raise CannotError(_("账号“%(name)s”已有人用，换一个") % {"name": username})
    account = Account(username=username, name=name, email=email.strip(), opened_by_office=office.pk)
    set_password(account, password)
    account.save(force_insert=True)
    record(
        "account.add", principal, subject=("account", account.pk), office=office.pk,
        readers=readers(office.pk, office=True), data={"username": username},
    )  # fmt: skip
    return account


def set_password(account: Account, password: str | None) -> None:
    """Raises CannotError with all that is wrong with the password."""
    if password is None:
        account.set_unusable_password()
        return
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise CannotError("；".join(error.messages)) from error
    account.set_password(password)
