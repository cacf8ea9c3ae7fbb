"""Appoint an account to a post from a day on."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.permissions import Permission
from waiban.core.audit.record import record
from waiban.core.offices.errors import CannotError
from waiban.core.offices.policies import refuse, require
from waiban.core.people.actions.add_unit import directory
from waiban.core.people.models import Account, Appointment, Post


@transaction.atomic
def appoint(account: Account, post: Post, *, since: date, until: date | None = None) -> Appointment:
    """One holder a post and day. Nobody appoints himself."""
    principal = require("post.appoint", Permission.PEOPLE_SET, post.office_id)
    if principal.account == account.pk:
        refuse("post.appoint", principal, post.office_id, _("不能给自己任职，请别的负责人办"))
    if until is not None and until < since:
        raise CannotError(_("止日不能早于起日"))
    if not account.is_active:
        raise CannotError(_("账号已停用"))
    try:
        with transaction.atomic():
            appointment = Appointment.objects.create(
                account=account, post=post, since=since, until=until, readers=directory(post.office)
            )
    except IntegrityError as error:
        raise CannotError(_("%(post)s在这段时间已有人任职，先结束原任职") % {"post": post.name}) from error
    record(
        "post.appoint", principal, subject=("post", post.pk), office=post.office_id,
        readers=readers(post.office_id, office=True), data={"account": account.pk, "since": since, "until": until},
    )  # fmt: skip
    return appointment
