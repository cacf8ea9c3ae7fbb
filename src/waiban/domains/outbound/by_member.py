"""逐人: one row a member, with the member's own decision and own reason; no reason is ever written over another."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from waiban.core.casework.models import Decision, MemberDecision
from waiban.core.papers.sheets import Cell, SheetColumn
from waiban.core.people.models import Traveller
from waiban.domains.outbound.listing import in_parts
from waiban.domains.outbound.members import traveller_id
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.texts import destination_text

DECIDES = ("approve", "outside_approval", "taiwan_decision")
"""Steps whose answer is the answer to the trip; those before it advise."""


def sheet_columns() -> list[SheetColumn]:
    return [
        SheetColumn(_("案号"), width=18),
        SheetColumn(_("团组"), width=36),
        SheetColumn(_("单位"), width=22),
        SheetColumn(_("目的地"), width=22),
        SheetColumn(_("离境"), "day"),
        SheetColumn(_("返回"), "day"),
        SheetColumn(_("序号"), "count"),
        SheetColumn(_("姓名"), width=14),
        SheetColumn(_("所在单位"), width=22),
        SheetColumn(_("职务"), width=18),
        SheetColumn(_("本人结论"), width=12),
        SheetColumn(_("本人理由"), width=36),
        SheetColumn(_("决定岗位"), width=18),
        SheetColumn(_("决定日期"), "day"),
        SheetColumn(_("各环节对本人的意见"), width=48),
    ]


@dataclass(frozen=True, slots=True)
class Said:
    """What one decision says of one member: its own words where it names the member, else what it says of all."""

    decision: Decision
    outcome: str
    reason: str
    own: bool


def sheet_rows(trips: Iterable[Trip]) -> Iterator[list[Cell]]:
    for some in in_parts(trips):
        members = {trip.pk: list(trip.dossier.get("members") or []) for trip in some}
        names = _names(member for listed in members.values() for member in listed)
        decisions = _decisions([trip.case_id for trip in some if trip.case_id])
        for trip in some:
            for place, member in enumerate(members[trip.pk], 1):
                said = [_said(decision, answers, str(member.get("id"))) for decision, answers in
                        decisions.get(trip.case_id, [])]  # fmt: skip
                yield _row(trip, place, member, names, said)


def _row(trip: Trip, place: int, member: dict[str, Any], names: dict[UUID, str], said: Sequence[Said]) -> list[Cell]:
    final = next((one for one in reversed(said) if one.decision.step in DECIDES), None)
    known = traveller_id(member)
    return [
        f"{trip.year}-{trip.number}",
        trip.title,
        trip.unit.name,
        destination_text(trip),
        trip.depart,
        trip.return_on,
        place,
        names.get(known, "") if known else "",
        str(member.get("unit") or ""),
        str(member.get("post") or ""),
        outcome_text(final.outcome) if final else _("未决定"),
        final.reason if final else "",
        final.decision.post.name if final else "",
        final.decision.happened_on if final else None,
        "；".join(_words(one) for one in said if one.own),
    ]


def _said(decision: Decision, answers: dict[str, MemberDecision], member: str) -> Said:
    answer = answers.get(member)
    if answer is not None:
        return Said(decision, answer.outcome, answer.reason, own=True)
    refused = decision.outcome == "refuse"
    return Said(decision, decision.outcome, decision.opinion if refused else "", own=False)


def _words(said: Said) -> str:
    head = f"{said.decision.happened_on:%Y-%m-%d} {said.decision.post.name} {outcome_text(said.outcome)}"
    return f"{head}：{said.reason}" if said.reason else head


def outcome_text(outcome: str) -> str:
    texts = {
        "agree": _("同意"),
        "agree_with_changes": _("调整后同意"),
        "refuse": _("不同意"),
        "done": _("办结"),
    }
    return texts.get(outcome, outcome)


def _names(members: Iterable[dict[str, Any]]) -> dict[UUID, str]:
    """Of those whom the reader sees; the others' rows have no name."""
    known = {found for member in members if (found := traveller_id(member))}
    return dict(Traveller.objects.filter(pk__in=known).values_list("pk", "name"))


def _decisions(cases: Sequence[UUID]) -> dict[UUID | None, list[tuple[Decision, dict[str, MemberDecision]]]]:
    """Case → its decisions in order, each with its answers for single members. A case sent back keeps every round."""
    answers: dict[UUID, dict[str, MemberDecision]] = {}
    for answer in MemberDecision.objects.filter(decision__case__in=cases):
        answers.setdefault(answer.decision_id, {})[answer.member] = answer
    found: dict[UUID | None, list[tuple[Decision, dict[str, MemberDecision]]]] = {}
    rows = Decision.objects.filter(case__in=cases).exclude(outcome="send_back").select_related("post").defer("known")
    for decision in rows.order_by("id"):
        found.setdefault(decision.case_id, []).append((decision, answers.get(decision.pk, {})))
    return found
