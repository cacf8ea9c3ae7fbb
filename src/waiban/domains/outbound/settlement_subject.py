"""How a settlement hooks into casework: the unit writes it, its finance confirms it."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiban.core.casework.models import Case, WorkItem
from waiban.core.casework.subjects import Frozen, Move, Preview, Subject
from waiban.core.ui.format import money_text
from waiban.domains.outbound import debts
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Settlement
from waiban.domains.outbound.relevant import digest
from waiban.domains.outbound.settling import as_dossier, by_id, open_lines
from waiban.dossiers.load import canonical_bytes
from waiban.kernel.money import Money


def settlement_of(case: Case) -> Settlement:
    return by_id(case.subject_id)


def freeze(case: Case) -> Frozen:
    dossier = as_dossier(settlement_of(case))
    dossier["budget"] = {name: kept for name, kept in dossier["budget"].items() if kept is not None}
    return Frozen(canonical_bytes(value_of(dossier)).decode(), digest(dossier))


def values(_case: Case) -> Mapping[str, object]:
    return {}


def before_act(case: Case, item: WorkItem, outcome: str) -> None:
    if item.step != "write" or outcome == "send_back":
        return
    settlement = settlement_of(case)
    if not settlement.lines:
        raise CannotError(_("还没有一项决算"))
    if missing := open_lines(settlement):
        raise CannotError(
            _("第 %(n)d 项的金额或汇率没有填") % {"n": missing[0] + 1}, f"/budget/lines/{missing[0]}/amount"
        )
    if settlement.paid_on is None:
        raise CannotError(_("请填付款日期：标准按付款日"), "paid_on")


def moved(case: Case, move: Move) -> None:
    settlement = settlement_of(case)
    settlement.case_id = case.pk
    if move.act in ("send_back", "withdraw") and "write" in move.opened:
        settlement.state = Settlement.State.DRAFT
        settlement.save(update_fields=["case", "state"])
    else:
        settlement.save(update_fields=["case"])
    debts.refresh(settlement.trip_id, case.office_id)


def readers_changed(case: Case) -> None:
    """Who sees the trip sees what it came to, and so does whoever is asked to confirm it."""
    settlement = settlement_of(case)
    Settlement.objects.filter(pk=settlement.pk).update(readers=sorted({*settlement.trip.readers, *case.readers}))


def preview(case: Case) -> Preview:
    settlement = settlement_of(case)
    total = settlement.total_cny
    return Preview(
        lines=[(_("团组"), settlement.trip.title)],
        money=money_text(Money(total, "CNY")) if total is not None else "",
    )


SETTLEMENT = Subject(
    kind="settlement",
    name=gettext_lazy("出访决算"),
    url_name="outbound:settlement",
    freeze=freeze,
    values=values,
    check=before_act,
    moved=moved,
    readers_changed=readers_changed,
    preview=preview,
)
