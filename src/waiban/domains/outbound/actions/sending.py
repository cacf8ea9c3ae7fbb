"""What a sending unit does in its part: plan entry, notice, its papers. Consent, money and filing are plain decisions."""

import uuid
from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.models import WorkItem
from waiban.core.casework.policies import may_act
from waiban.core.files.models import StoredFile
from waiban.core.search.keep import keep
from waiban.domains.outbound.actions.post_notice import check_span, make_notice
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Attachment, InternalNotice, SendingPart
from waiban.domains.outbound.plans import take_for_sender
from waiban.domains.outbound.relevant import shown_in_notice


def locked_part(part_id: uuid.UUID, step: str) -> tuple[SendingPart, WorkItem]:
    """The part with its open item, for whoever may act on it; raises CannotError otherwise."""
    part = SendingPart.objects.select_for_update(of=("self",)).select_related("unit", "organiser").get(pk=part_id)
    item = (
        WorkItem.objects.select_related("case", "post")
        .filter(case=part.case, step=step, nature=WorkItem.Nature.STEP, state=WorkItem.State.OPEN)
        .first()
    )
    if item is None:
        raise CannotError(_("这一步已经办了，请刷新"))
    if not may_act(current_principal(), item):
        raise CannotError(_("这一步由%(post)s办理") % {"post": item.post.name})
    return part, item


@transaction.atomic
def enter_plan(part_id: uuid.UUID, *, item: str, reason: str = "", on: date | None = None) -> SendingPart:
    """Which entry of the unit's own plan this is, or why it stands outside it."""
    part, work = locked_part(part_id, "own_plan")
    take_for_sender(part.trip_id, part.unit_id, item, reason)
    part.plan_item, part.plan_reason = item.strip()[:200], reason.strip()[:400]
    part.save(update_fields=["plan_item", "plan_reason"])
    record(
        "sending.enter_plan",
        current_principal().at(work.post_id),
        subject=("sending", part.pk),
        case=part.case_id,
        readers=part.readers,
        happened_on=on,
        data={"item": part.plan_item, "reason": part.plan_reason},
    )
    decide(work.pk, "done", opinion=part.plan_item or part.plan_reason, on=on)
    return part


@transaction.atomic
def post_part_notice(
    part_id: uuid.UUID, *, since: date, until: date, places: Sequence[str], on: date | None = None
) -> InternalNotice:
    """The unit's own notice: its own people by name, the others by unit and head count."""
    part, work = locked_part(part_id, "notice")
    check_span(since, until, places)
    dossier = part.content["dossier"]
    shown = {**shown_in_notice(dossier), "others": part.content["others"], "title": dossier.get("title") or part.title}
    notice = make_notice(
        part.trip_id,
        part.unit_id,
        shown,
        part.readers,
        since=since,
        until=until,
        places=places,
        post_id=work.post_id,
        part_id=part.pk,
    )
    record(
        "sending.post_notice",
        current_principal().at(work.post_id),
        subject=("sending", part.pk),
        case=part.case_id,
        readers=part.readers,
        happened_on=on,
        data={"since": since, "until": until, "shown_sha256": notice.shown_sha256},
    )
    return notice


@transaction.atomic
def close_part_notice(
    part_id: uuid.UUID, *, objections: bool, result: str, proof: Attachment | None, on: date | None = None
) -> InternalNotice:
    part, work = locked_part(part_id, "notice")
    notice = (
        InternalNotice.objects.select_for_update(of=("self",))
        .filter(part=part, phase=InternalNotice.Phase.BEFORE, replaced=False)
        .first()
    )
    if notice is None:
        raise CannotError(_("请先登记公示：地点、起止和内容"))
    if proof is None:
        raise CannotError(_("请上传公示证明（截图或照片）"), "proof")
    notice.objections, notice.result, notice.proof = objections, result.strip(), proof
    notice.save(update_fields=["objections", "result", "proof"])
    record(
        "sending.close_notice",
        current_principal().at(work.post_id),
        subject=("sending", part.pk),
        case=part.case_id,
        readers=part.readers,
        happened_on=on,
        data={"objections": objections},
    )
    decide(work.pk, "done", opinion=notice.result, on=on)
    return notice


@transaction.atomic
def attach_to_part(part: SendingPart, kind: str, stored: StoredFile, *, title: str = "") -> Attachment:
    """A paper of the sending unit, seen by those who see its part. The file was admitted with the part's readers."""
    principal = current_principal()
    if principal.post is None:
        raise CannotError(_("先选岗位再上传"))
    attachment = Attachment.objects.create(
        trip_id=part.trip_id,
        part=part,
        kind=kind,
        file=stored,
        title=title.strip() or stored.name,
        added_by_post_id=principal.post,
        readers=part.readers,
    )
    keep("attachment", attachment)
    record(
        "sending.add_attachment",
        principal,
        subject=("sending", part.pk),
        case=part.case_id,
        readers=part.readers,
        data={"kind": kind, "file": stored.sha256},
    )
    return attachment
