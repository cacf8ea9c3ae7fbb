"""Visas of one consulate go together: open a batch, send it with its 照会 where the channel is our own."""

import uuid
from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.core.offices.queries import setting
from waiban.core.papers.actions.draw_number import draw_number
from waiban.domains.outbound.actions.attest_need import locked_needs, say
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.keeping import require_keeper
from waiban.domains.outbound.models import PaperNeed, VisaBatch
from waiban.domains.outbound.needs import VIA
from waiban.domains.outbound.tasks import require_task

State = PaperNeed.State


@transaction.atomic
def open_batch(
    ids: Sequence[uuid.UUID], *, consulate: str, country: str, via: str = "", on: date | None = None
) -> VisaBatch:
    """Of one or several trips. `via` empty: as the office has settled."""
    rows, principal = locked_needs(ids, "visa.open_batch")
    office = rows[0].trip.office
    if not consulate.strip():
        raise CannotError(_("待填：使领馆"), "consulate")
    channel = via or str(setting(office, VIA))
    if channel not in VisaBatch.Via.values:
        raise CannotError(_("请选送签途径"), "via")
    for row in rows:
        if row.kind != PaperNeed.Kind.VISA or row.answer != PaperNeed.Answer.NEEDED:
            raise CannotError(_("只有确认要办的签证才编批次"), "needs")
        if row.state not in (State.TO_DO, State.BOOKED) or row.batch_id is not None:
            raise CannotError(_("有的签证已经编入批次或送出"), "needs")
        if country not in row.countries:
            raise CannotError(_("有的签证不是去这个国家的"), "country")
        require_task(row.trip, row.traveller_id)
    day = on or today()
    batch = VisaBatch.objects.create(
        office=office, year=day.year, serial=draw_number(office.pk, "visa_batch", day.year),
        consulate=consulate.strip()[:120], country=country, via=channel,
        opened_by_post_id=principal.for_post or principal.post, readers=readers(office.pk, office=True),
    )  # fmt: skip
    for row in rows:
        row.batch, row.via = batch, channel
        row.save(update_fields=["batch", "via"])
    record(
        "visa.open_batch", principal, subject=("visa_batch", batch.pk), office=office.pk, readers=batch.readers,
        happened_on=day, data={"batch": f"{batch.year}-{batch.serial}", "n": len(rows), "country": country},
    )  # fmt: skip
    return batch


@transaction.atomic
def send_batch(
    batch_id: uuid.UUID,
    *,
    note_verbale: str = "",
    note_verbale_on: date | None = None,
    outside_number: str = "",
    on: date | None = None,
) -> VisaBatch:
    """Every visa of the batch is submitted. Our own channel sends a 照会; another channel has none of ours."""
    batch = VisaBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    principal = require_keeper("visa.send_batch", batch.office_id)
    if batch.submitted_on is not None:
        raise CannotError(_("这一批已经送出"))
    number = note_verbale.strip()
    if batch.via == VisaBatch.Via.OWN and not number:
        raise CannotError(_("本办送签，请填照会编号"), "note_verbale")
    if batch.via != VisaBatch.Via.OWN and number:
        raise CannotError(_("不由本办送签，不出照会"), "note_verbale")
    day = on or today()
    batch.note_verbale = number[:60]
    batch.note_verbale_on = (note_verbale_on or day) if number else None
    batch.outside_number, batch.submitted_on = outside_number.strip()[:60], day
    batch.save()
    ids = list(
        PaperNeed.objects.filter(batch=batch, state__in=[State.TO_DO, State.BOOKED]).values_list("pk", flat=True)
    )
    if not ids:
        raise CannotError(_("这一批里没有要送的签证"))
    rows, principal = locked_needs(ids, "visa.submit")
    for row in rows:
        row.submitted_on, row.state, row.state_since = day, State.SUBMITTED, day
        row.save(update_fields=["submitted_on", "state", "state_since"])
        say("visa.submit", principal, row, day, batch=f"{batch.year}-{batch.serial}")
    record(
        "visa.send_batch", principal, subject=("visa_batch", batch.pk), office=batch.office_id,
        readers=batch.readers, happened_on=day,
        data={"batch": f"{batch.year}-{batch.serial}", "n": len(rows), "note_verbale": number},
    )  # fmt: skip
    return batch
