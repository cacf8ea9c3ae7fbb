"""Enter what holders of a passport need for one place, from a day on, with its source; the row before it ends."""

import uuid
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.core.places.queries import country_codes
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.keeping import require_keeper
from waiban.domains.outbound.models import EntryRule, TravelDocument


@transaction.atomic
def set_entry_rule(
    office_id: uuid.UUID,
    *,
    country: str,
    paper: str,
    need: str,
    source: str,
    since: date,
    read_on: date | None = None,
    longest_stay: int | None = None,
) -> EntryRule:
    principal = require_keeper("entry_rule.set", office_id)
    code = country.strip().upper()
    if code not in country_codes():
        raise CannotError(_("请选国家"), "country")
    if paper not in TravelDocument.PASSPORTS:
        raise CannotError(_("请选护照种类"), "paper")
    if need not in EntryRule.Need.values:
        raise CannotError(_("请选入境要求"), "need")
    if not source.strip():
        raise CannotError(_("请写依据：文件、网址和日期"), "source")
    if longest_stay is not None and not 0 < longest_stay <= 730:
        raise CannotError(_("停留天数在 1 到 730 之间"), "longest_stay")
    before = (
        EntryRule.objects.select_for_update().filter(office=office_id, country=code, paper=paper, until=None).first()
    )
    if before is not None:
        if since <= before.since:
            raise CannotError(_("要晚于现行的 %(day)s") % {"day": before.since}, "since")
        before.until = since - timedelta(days=1)
        before.save(update_fields=["until"])
    rule = EntryRule.objects.create(
        office_id=office_id, country=code, paper=paper, need=need, longest_stay=longest_stay, since=since,
        source=source.strip()[:200], read_on=read_on or today(), set_by_post_id=principal.for_post or principal.post,
        readers=readers(office_id, office=True, staff=True),
    )  # fmt: skip
    record(
        "entry_rule.set", principal, subject=("entry_rule", rule.pk), office=office_id, readers=rule.readers,
        data={"country": code, "paper": paper, "need": need, "since": since, "source": rule.source},
    )  # fmt: skip
    return rule
