"""How a sending unit's part hooks into casework: its own case, shown to nobody of the other units."""

from collections.abc import Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiban.core.access.keys import reader_key
from waiban.core.access.models import ReaderKey
from waiban.core.casework.engine.model import Step
from waiban.core.casework.models import Case, WorkItem
from waiban.core.casework.subjects import Frozen, Move, Preview, Subject
from waiban.core.files.models import StoredFile
from waiban.core.people.actions.let_see import let_see
from waiban.core.people.models import Post
from waiban.core.ui.format import days_text, people_text, span_text
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.gates import notice_is_over
from waiban.domains.outbound.members import traveller_id
from waiban.domains.outbound.models import Attachment, InternalNotice, SendingPart
from waiban.domains.outbound.relevant import relevant_sha256
from waiban.domains.outbound.sending import State, bodies_of, finance_of, head_of, officer_for
from waiban.dossiers.load import canonical_bytes
from waiban.kernel.dates import DateRange

KIND = "sending"


def part_of(case: Case) -> SendingPart:
    return SendingPart.objects.select_related("unit", "organiser", "office").get(pk=case.subject_id)


def freeze(case: Case) -> Frozen:
    dossier = part_of(case).content["dossier"]
    return Frozen(canonical_bytes(value_of(dossier)).decode(), relevant_sha256(dossier))


def values(case: Case) -> Mapping[str, object]:
    part = part_of(case)
    return {"pays": "yes" if part.share_cny else "no", "bodies": list(bodies_of(part))}


def post_for(case: Case, step_id: str, step: Step, entry: str) -> Post | None:  # noqa: ARG001
    """The unit's own posts; where it has no officer, the organising unit's shows the notice and keeps the plan entry."""
    part = part_of(case)
    if step_id == "consent":
        return head_of(part.unit)
    if step_id == "share":
        return finance_of(part.unit)
    if step_id == "personnel_filing":
        return Post.objects.filter(pk=entry).first()
    return officer_for(part) or case.applicant_post


def before_act(case: Case, item: WorkItem, outcome: str) -> None:
    if item.nature != WorkItem.Nature.STEP or outcome in ("refuse", "send_back"):
        return
    part = part_of(case)
    if item.step == "own_plan" and not part.plan_item and not part.plan_reason:
        raise CannotError(_("请填列入计划的事项；计划外的，写明理由"), "plan_item")
    if item.step == "notice":
        notice_is_over(InternalNotice.objects.filter(part=part, phase="before", replaced=False).first())


def moved(case: Case, move: Move) -> None:
    part = part_of(case)
    decision = move.decision
    if move.ended == "closed":
        part.state = State.READY
    elif move.ended == "refused":
        part.state, part.reason = State.REFUSED, (decision.opinion if decision else "")[:400]
    elif move.act == "decide" and move.item and move.item.step == "consent":
        part.state = State.AGREED
    else:
        return
    part.save(update_fields=["state", "reason"])


def readers_changed(case: Case) -> None:
    """The part, its papers and its own people; its notice also to the whole unit."""
    parts = SendingPart.objects.filter(pk=case.subject_id)
    for part in parts:
        ids = [found for found in map(traveller_id, part.content["dossier"].get("members") or []) if found]
        let_see(ids, case.readers)
        show_notices(InternalNotice.objects.filter(part=part), case.readers)
    parts.update(readers=case.readers)
    attachments = Attachment.objects.filter(part__in=parts)
    StoredFile.objects.filter(pk__in=attachments.values("file")).update(readers=case.readers)
    attachments.update(readers=case.readers)


def show_notices(notices: QuerySet[InternalNotice], keys: list[int]) -> None:
    for notice in notices.select_related("unit"):
        notice.readers = notice_readers(notice, keys)
        notice.save(update_fields=["readers"])


def notice_readers(notice: InternalNotice, keys: list[int]) -> list[int]:
    """Whoever sees the case, and every signed-in member of the unit that the notice is for."""
    unit = reader_key(notice.unit.office_id, ReaderKey.Kind.UNIT, notice.unit_id)
    return sorted({*keys, unit})


def preview(case: Case) -> Preview:
    part = part_of(case)
    lines: list[tuple[str, str]] = [(_("组团单位"), part.organiser.name)]
    own = len(part.content["dossier"].get("members") or [])
    lines.append((_("本单位"), people_text(own)))
    if part.depart and part.return_on:
        days = (part.return_on - part.depart).days + 1
        lines.append((_("行程"), f"{span_text(DateRange(part.depart, part.return_on))}·{days_text(days)}"))
    return Preview(lines=lines)


SENDING = Subject(
    kind=KIND,
    name=gettext_lazy("派员"),
    url_name="outbound:part",
    freeze=freeze,
    values=values,
    post_for=post_for,
    check=before_act,
    moved=moved,
    readers_changed=readers_changed,
    preview=preview,
)
