"""Findings as a page shows them: kind, sentence, citation, remedy; formatted once, before the template."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from waiban.core.ui.format import joined
from waiban.core.ui.marks import finding_kind
from waiban.dossiers.check import Finding, Judgement

CONFIDENCE = {"high": gettext_lazy("高"), "medium": gettext_lazy("中"), "low": gettext_lazy("低")}
HOW_READ = {
    "full_text_read": gettext_lazy("读过全文"),
    "partial_copy_read": gettext_lazy("读过部分文本"),
    "copy_read_partly": gettext_lazy("读过部分文本"),
    "derivative_or_quoted_only": gettext_lazy("转引"),
    "derivative_only": gettext_lazy("转引"),
    "see_evidence": gettext_lazy("据各地文本"),
    "own_document": gettext_lazy("本办文件"),
}
SECTIONS = {
    "title": "basic",
    "kind": "basic",
    "unit": "basic",
    "unit_kind": "basic",
    "organising": "basic",
    "organiser": "basic",
    "purpose": "basic",
    "plan": "basic",
    "exemption": "basic",
    "submitted": "basic",
    "depart": "route",
    "return": "route",
    "flights_inconvenient": "route",
    "stops": "route",
    "legs": "route",
    "programme": "programme",
    "members": "people",
    "head_count": "people",
    "unit_trips": "people",
    "invitations": "invite",
    "budget": "money",
    "notices": "notice",
    "approval": "notice",
    "after": "notice",
}


@dataclass(frozen=True)
class FindingView:
    rule: str
    kind: str
    text: str
    title: str
    pointer: str
    section: str
    cite: str
    cite_title: str
    cite_rows: tuple[tuple[str, str], ...]
    remedy: str
    """What the remedy would do, in words; empty where there is none."""
    offer: str
    """An exemption that could be claimed, and by whom."""
    waits_for: str
    """The post whose word is awaited, empty where it is the unit's own."""


def finding_view(finding: Finding) -> FindingView:
    english = (get_language() or "").startswith("en")
    citation = finding.citation
    pointer = (finding.paths or [""])[0]
    parts = pointer.split("/")
    reading = finding.reading
    rows: list[tuple[str, str]] = [
        (_("条款"), _("条款号未见") if citation["article"] == "article not seen" else str(citation["article"] or "")),
        (_("依据"), str(HOW_READ.get(citation["how_read"], HOW_READ["see_evidence"]))),
        (_("把握"), str(CONFIDENCE.get(citation["confidence"], CONFIDENCE["low"]))),
    ]
    if reading:
        rows.append((_("口径"), reading["en" if english else "zh"]))
    sheet = finding.to_dict()
    return FindingView(
        rule=finding.rule,
        kind=_kind(finding),
        text=finding.text_en if english else finding.text_zh,
        title=finding.title_en if english else finding.title_zh,
        pointer=pointer,
        section=SECTIONS.get(parts[1] if len(parts) > 1 else "", "basic"),
        cite=str(citation["number"] or citation["instrument"] or ""),
        cite_title=finding.title_en if english else finding.title_zh,
        cite_rows=tuple(row for row in rows if row[1]),
        remedy=str(sheet["remedy_en" if english else "remedy_zh"] or "") if finding.remedy else "",
        offer=joined((str(offer["en" if english else "zh"]) for offer in finding.offers), "；"),
        waits_for="" if finding.card["stated_by"] == "applicant" else str(finding.card["stated_by"]),
    )


def _kind(finding: Finding) -> str:
    """An attested rule that a post still owes its word on is 待确认, whatever its level."""
    if finding.answer == "not_stated" and finding.card["stated_by"] != "applicant":
        return "attest"
    return finding_kind(finding.answer, finding.level)


@dataclass(frozen=True)
class Summary:
    """What the panel counts."""

    verdict: str
    blocks: list[FindingView]
    warns: list[FindingView]
    todos: list[FindingView]
    attests: list[FindingView]
    exempts: list[FindingView]
    met: int
    later: list[FindingView]

    @property
    def ready(self) -> bool:
        return not self.blocks and not self.todos


def summary_of(judgement: Judgement) -> Summary:
    shown = [finding_view(finding) for finding in judgement.findings]
    everything = judgement.all_findings
    return Summary(
        verdict=judgement.verdict,
        blocks=_of(shown, "block"),
        warns=_of(shown, "warn"),
        todos=_of(shown, "todo"),
        attests=_of(shown, "attest"),
        exempts=_of(shown, "exempt"),
        met=sum(1 for finding in everything if finding.answer == "met"),
        later=[finding_view(finding) for finding in everything if finding.answer == "due_later"],
    )


def _of(shown: Iterable[FindingView], kind: str) -> list[FindingView]:
    return [view for view in shown if view.kind == kind]
