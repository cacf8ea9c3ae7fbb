"""Name a substitute: A acts at B's post between two days, on record."""

import uuid
from datetime import date

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.offices.errors import CannotError
from waiban.core.offices.policies import refuse
from waiban.core.people.actions.add_unit import directory
from waiban.core.people.models import Account, Appointment, Post, Substitute
from waiban.core.people.policies import may_name_substitute


@transaction.atomic
def name_substitute(account: Account, post: Post, *, since: date, until: date, reason: str) -> Substitute:
    """Raises CannotError: for oneself, for a stranger to the office, without a reason, or where the days close a ring.

    A ring: A for B while B stands in for A, also round several people. Then nobody would be there.
    """
    principal = current_principal()
    if not may_name_substitute(principal, post):
        refuse("substitute.name", principal, post.office_id, _("由岗位本人或单位负责人指定代理"))
    if until < since:
        raise CannotError(_("止日不能早于起日"))
    if not reason.strip():
        raise CannotError(_("写代理事由，如出差、休假"))
    with connection.cursor() as cursor:  # two namings at once could close a ring that neither sees
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"substitutes {post.office_id}"])
    if not account.is_active or not _held(account.pk, since, until).filter(post__office=post.office_id).exists():
        raise CannotError(_("代理人要在本办系统内任职"))
    absent = set(
        Appointment.objects.filter(_overlap("until", since, until), post=post).values_list("account_id", flat=True)
    )
    if account.pk in absent:
        raise CannotError(_("不能代理自己的岗位"))
    if any(closes_ring(account.pk, holder, since, until) for holder in absent):
        raise CannotError(_("这段时间对方也在由本人代理，互相代理就没有人在岗"))
    substitute = Substitute.objects.create(
        account=account, post=post, since=since, until=until, reason=reason.strip(), readers=directory(post.office)
    )
    record(
        "substitute.name", principal, subject=("post", post.pk), office=post.office_id,
        readers=readers(post.office_id, office=True, units=(post.unit_id,)),
        data={"account": account.pk, "since": since, "until": until, "reason": substitute.reason},
    )  # fmt: skip
    return substitute


def closes_ring(account: uuid.UUID, holder: uuid.UUID, since: date, until: date) -> bool:
    """Whether `holder` stands in, over any of these days, directly or through others, for `account`."""
    reached, edge = {holder}, {holder}
    while edge:
        posts = (
            Substitute.objects.annotate(last=Coalesce("ended_on", "until"))
            .filter(account_id__in=edge, since__lte=until, last__gte=F("since"))
            .filter(last__gte=since)
            .values("post_id")
        )
        edge = (
            set(
                Appointment.objects.filter(_overlap("until", since, until), post_id__in=posts).values_list(
                    "account_id", flat=True
                )
            )
            - reached
        )
        if account in edge:
            return True
        reached |= edge
    return False


def _held(account: uuid.UUID, since: date, until: date) -> QuerySet[Appointment]:
    return Appointment.objects.filter(_overlap("until", since, until), account_id=account)


def _overlap(last: str, since: date, until: date) -> Q:
    return Q(since__lte=until) & (Q(**{last: None}) | Q(**{f"{last}__gte": since}))
