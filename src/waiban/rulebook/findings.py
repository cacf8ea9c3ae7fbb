"""
What the law says of one dossier: findings and their verdict.

Answers are known at once; sentences, citations and edits are written when somebody looks at them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

import msgspec

from waiban.rulebook.code import (
    BECAUSE_POST,
    BECAUSE_YEAR,
    DUE_LATER,
    EXEMPT,
    MET,
    NOT_APPLICABLE,
    NOT_MET,
    NOT_STATED,
    SEVERITY,
)
from waiban.rulebook.sources import ANSWERS, STAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from waiban.rulebook.law import Law

T = TypeVar("T")
_Offer = tuple[tuple[Any, ...] | None, int | None]
Verdict = Literal["clear", "blocked", "incomplete"]
Language = Literal["zh", "en"]

SIMPLE = frozenset({int, str, bool, type(None)})
"""Kinds of facts that JSON has as they are."""
PLACE = re.compile(r"\{([A-Za-z_][A-Za-z_0-9.]*)\}")
RANKS = {stage: rank for rank, stage in enumerate(STAGES)}
NOTHING_ATTESTED: Mapping[str, bool] = {}
BITES = ("block", "attest")
OURS = {"zh": "本系统理解", "en": "our reading"}
HELD = {"zh": "由外办掌握", "en": "held by the office"}
UNSTATED = {"zh": "未填", "en": "not stated"}
YES_NO = {"zh": ("否", "是"), "en": ("no", "yes")}
CLAIMED = {"zh": "（据申报人所填）", "en": " (as claimed)"}
UNVERIFIED = {"zh": "（依据未核实）", "en": " (not verified)"}
PROVISIONAL = {"zh": "（节假日未公布，暂按周末计）", "en": " (holidays not announced yet: provisional)"}
YEAR_ONLY = {"zh": "（当年施行，起始日未知）", "en": " (in force that year, its day not known)"}
STAGE_NAMES = {
    "plan": ("计划", "plan"),
    "submit": ("申报", "submission"),
    "accept": ("受理", "acceptance"),
    "approve": ("审批", "approval"),
    "papers": ("领照", "travel papers"),
    "depart": ("出发", "departure"),
    "return": ("返回", "return"),
    "close": ("结案", "closing"),
}
POSTS = {
    "applicant": ("申报人", "the applicant"),
    "unit_head": ("单位负责人", "the unit's head"),
    "finance": ("财务", "finance"),
    "personnel": ("组织人事", "personnel"),
    "desk": ("经办人", "the desk"),
    "approver": ("审批机关", "the approving body"),
    "taiwan_affairs": ("台办", "the Taiwan affairs office"),
}
DEFAULT_TEXTS = {
    "met": {"zh": "{title}：符合", "en": "{title}: met"},
    "not_met": {"zh": "{title}：不符合", "en": "{title}: not met"},
    "not_stated": {"zh": "{title}：请填{missing}", "en": "{title}: still to state: {missing}"},
    "exempt": {"zh": "{title}：按“{exemption}”不受此限", "en": "{title}: lifted by “{exemption}”"},
    "not_applicable": {"zh": "{title}：不适用", "en": "{title}: doesn't apply"},
    "due_later": {"zh": "{title}：到{stage}时再核", "en": "{title}: due at {stage}"},
    "post": {"zh": "{title}：由{post}确认", "en": "{title}: {post} is to confirm"},
    "claim": {
        "zh": "{title}：已申报“{exemption}”，待{post}确认或材料齐备",
        "en": "{title}: “{exemption}” is claimed; {post} is to confirm",
    },
    "refuted": {"zh": "{text}；不符合“{exemption}”条件", "en": "{text}; the facts contradict “{exemption}”"},
}  # fmt: skip
SHEETS = {"zh": 0, "en": 1}


class lazy(Generic[T]):  # noqa: N801 - used as a decorator, as property is
    """A property worked out once; without the lock of functools.cached_property, which costs more than most answers."""

    def __init__(self, function: Callable[[Any], T]) -> None:
        self.function = function
        self.name = function.__name__
        self.__doc__ = function.__doc__

    def __get__(self, instance: Any, owner: type | None = None) -> T:
        value = self.function(instance)
        instance.__dict__[self.name] = value
        return value


@dataclass(frozen=True, slots=True)
class Missing:
    """A key that a finding waits for."""

    path: str
    zh: str
    en: str


class Item(msgspec.Struct, frozen=True):
    """One member, stop or line that a finding is about."""

    path: str
    answer: str
    facts: Mapping[str, Any]
    place: int
    reason: int
    remedies: tuple[Any, ...] | None


class Plate:
    """What all findings of one line share; made once a law, when the line is first written about."""

    def __init__(self, law: Law, card: dict[str, Any]) -> None:
        self.card = card
        self.shown: list[str] = card["shown"]
        self.over: str | None = card["over"]
        self.without_grant: Mapping[str, str] | None = card["without_grant"]
        """What to say where no grant is on record: whose text is cited instead."""
        self.single = not card["dated_citations"] and not self.without_grant
        self.citation = _citation(card["citation"])
        reading = card["reading"]
        self.reading: Mapping[str, str] | None = (
            OURS if reading is True else reading if isinstance(reading, dict) else None
        )
        self.offers: list[Mapping[str, str]] = [one["offer"] for one in card["exemptions"] if one["offer"]]
        self.marked = bool(card["claimed"] or card["calendar"] or not card["citation"]["verified"])
        self.remedies: list[dict[str, Any]] = card["remedies"]
        self.absolute = [at if at.startswith("/") else f"/{at}" for at in card["at"]]
        self.within = (
            next(iter(card["at"]), None) if len(card["at"]) == 1 and not card["at"][0].startswith("/") else None
        )
        """Where in an item every finding stands, if it is one place."""
        self.texts: dict[int, tuple[str, tuple[str, ...], str, tuple[str, ...]]] = {}
        """
        Sentences of answers that have words of their own, filled from the facts shown alone: a format with %s for its
        words and their names, or the sentence itself where it has none; Chinese, then English.
        """
        for code, answer in enumerate(ANSWERS):
            text = card["text"].get(answer)
            if text and answer != "not_stated":
                zh, en = (_form(template(text[language])) for language in ("zh", "en"))
                if not {*zh[1], *en[1]} - set(self.shown):
                    self.texts[code] = (*zh, *en)
        self.labels: tuple[Mapping[str, str], Mapping[str, str]] = (law.words["zh"], law.words["en"])


def _form(parts: list[str]) -> tuple[str, tuple[str, ...]]:
    if len(parts) == 1:
        return parts[0], ()
    return "%s".join(part.replace("%", "%%") for part in parts[::2]), tuple(parts[1::2])


class Finding(msgspec.Struct, dict=True, eq=False):
    """
    One rule's answer on one dossier. What is costly to write is written on first use.

    `detail` is what the law's code reports: (line, answer, reason, facts, items, remedies, law_day).
    """

    law: Any
    dossier: Any
    expand: Any
    in_case: bool
    masked: bool
    detail: tuple[Any, ...]
    grant: Mapping[str, str] | None = None
    """The office's own grant of authority: the document cited by the rules that rest on it."""

    @property
    def code(self) -> int:
        """The answer's number in ANSWERS."""
        return int(self.detail[1])

    @lazy
    def card(self) -> dict[str, Any]:
        """What is known of the rule's line."""
        card: dict[str, Any] = self.law.cards[self.detail[0]]
        return card

    @lazy
    def plate(self) -> Plate:
        """The line's card made ready for writing."""
        plates: dict[int, Plate] = self.law.plates
        number = self.detail[0]
        if number not in plates:
            plates[number] = Plate(self.law, self.card)
        return plates[number]

    @property
    def reason(self) -> int:
        return int(self.detail[2])

    @property
    def _facts(self) -> tuple[Any, ...] | None:
        facts: tuple[Any, ...] | None = self.detail[3]
        return facts

    @property
    def _items(self) -> list[tuple[Any, ...]] | None:
        items: list[tuple[Any, ...]] | None = self.detail[4]
        return items

    @property
    def _remedies(self) -> tuple[Any, ...] | None:
        remedies: tuple[Any, ...] | None = self.detail[5]
        return remedies

    @property
    def law_day(self) -> date | None:
        """The day whose law judged."""
        day: date | None = self.detail[6]
        return day

    def __repr__(self) -> str:
        return f"<{self.rule} {self.answer}>"

    @property
    def rule(self) -> str:
        return str(self.card["rule"])

    @property
    def level(self) -> str:
        return str(self.card["level"])

    @property
    def stage(self) -> str:
        return str(self.card["stage"])

    @property
    def answer(self) -> str:
        return ANSWERS[self.code]

    @property
    def title_zh(self) -> str:
        return str(self.card["title"]["zh"])

    @property
    def title_en(self) -> str:
        return str(self.card["title"]["en"])

    @property
    def bites(self) -> bool:
        """Whether it stops the case: a block or an attestation that isn't met."""
        return self.code == NOT_MET and self.level in BITES

    @lazy
    def facts(self) -> dict[str, Any]:
        """Facts used, by name, as plain values; those of the worst item where the rule looks at items."""
        if self.detail[4] is not None:
            worst = self._worst_items
            return dict(worst[0].facts) if worst else {}
        return self._named(self.detail[3])

    @lazy
    def items(self) -> list[Item]:
        found = self.detail[4]
        if not found:
            return []
        over = self.plate.over
        named = self._named
        return [
            Item(f"{over}/{index}", ANSWERS[code], named(facts), index, reason, remedies)
            for index, code, reason, facts, remedies in found
        ]

    @lazy
    def _worst_items(self) -> list[Item]:
        answer = ANSWERS[self.detail[1]]
        return [item for item in self.items if item.answer == answer]

    @property
    def _worst_item(self) -> Item | None:
        worst = self._worst_items
        return worst[0] if worst else None

    def _named(self, values: tuple[Any, ...] | None) -> dict[str, Any]:
        if values is None:
            return {}
        named = dict(zip(self.plate.shown, values))  # noqa: B905 - as many as the code tells
        for value in values:
            if value.__class__ not in SIMPLE:
                named = {name: plain(value) for name, value in named.items()}
                break
        if self.masked:
            named |= dict.fromkeys(self.card["held"], HELD["zh"])
        return named

    # Sentences --------------------------------------------------------------------------------------------------

    @property
    def text_zh(self) -> str:
        return self._texts[0]

    @property
    def text_en(self) -> str:
        return self._texts[1]

    @lazy
    def _texts(self) -> tuple[str, str]:
        """The finding's sentence in both languages."""
        reason, same = self.detail[2], 0
        if self.detail[4] is not None and (worst := self._worst_items):
            reason, same = worst[0].reason, len(worst)
        return self._write(self.facts, reason, same)

    def _write(self, facts: Mapping[str, Any], reason: int, same: int) -> tuple[str, str]:
        """`reason` is that of the worst item where the rule looks at items, `same` how many are as bad."""
        plate: Plate = self.law.plates.get(self.detail[0]) or self.plate
        forms = plate.texts.get(self.detail[1]) if reason <= 0 and not self.masked else None
        if forms is None:
            zh, en = self.sentence("zh"), self.sentence("en")
        else:
            zh, names_zh, en, names_en = forms
            if names_zh:
                zh %= self._words(facts, names_zh, "zh")
            if names_en:
                en %= self._words(facts, names_en, "en")
        if same > 1:
            zh += f"（共 {same} 处）"
            en += f" ({same} places)"
        if plate.marked:
            for mark in self._marks():
                zh += mark["zh"]
                en += mark["en"]
        return zh, en

    def item_text(self, item: Item, language: Language) -> str:
        return self._sentence(item.answer, item.reason, item.facts, language, item)

    def sentence(self, language: Language) -> str:
        """The rule's own words, without the marks of how sure it is."""
        item = self._worst_item if self.detail[4] is not None else None
        reason = item.reason if item is not None else self.detail[2]
        return self._sentence(self.answer, reason, self.facts, language, item)

    def _marks(self) -> list[Mapping[str, str]]:
        """What limits the sentence: a claim that nobody confirmed, an unverified source, days not announced."""
        code = self.detail[1]
        marks: list[Mapping[str, str]] = []
        if code in (MET, NOT_MET, EXEMPT) and self.as_claimed:
            marks.append(CLAIMED)
        if code in (NOT_MET, NOT_STATED) and not self.card["citation"]["verified"]:
            marks.append(UNVERIFIED)
        if code in (MET, NOT_MET) and self.provisional:
            marks.append(PROVISIONAL)
        return marks

    def _sentence(
        self, answer: str, reason: int, facts: Mapping[str, Any], language: Language, item: Item | None
    ) -> str:
        own = self.card["text"].get(answer)
        if own and reason <= 0 and answer != "not_stated":
            return self._fill(own[language], facts, language, item)
        text = own or DEFAULT_TEXTS[answer]
        clause = self.card["exemptions"][reason - 1] if reason > 0 else None
        words: dict[str, Any] = dict(facts)
        if clause is not None:
            words["exemption"] = clause[language]
            words["post"] = _post(clause["confirmed_by"] or "unit_head", language)
        if answer == "not_stated":
            if reason == BECAUSE_YEAR:
                return self._fill(self.card["text"]["not_met"][language], words, language, item) + YEAR_ONLY[language]
            if clause is not None:
                text = clause["pending"] or DEFAULT_TEXTS["claim"]
            elif not own and self.card["kind"] == "attested":
                text = DEFAULT_TEXTS["post"]
        sentence = self._fill(text[language], words, language, item)
        if answer == "not_met" and clause is not None:
            words["text"] = sentence
            sentence = self._fill(DEFAULT_TEXTS["refuted"][language], words, language, item)
        return sentence

    def _fill(self, text: str, words: Mapping[str, Any], language: Language, item: Item | None = None) -> str:
        parts = template(text)
        if len(parts) == 1:
            return parts[0]
        filled = list(parts)
        for index in range(1, len(parts), 2):
            name = parts[index]
            if name not in words:
                filled[index] = self._special(name, language, item)
                continue
            word = self._word(words[name], language)
            if (
                "{" in word and word != words[name]
            ):  # a label of the law may hold facts itself; what people typed may not
                word = self._fill(word, words, language, item)
            filled[index] = word
        return "".join(filled)

    def _special(self, name: str, language: Language, item: Item | None) -> str:
        """Words that every sentence may use beside its own facts."""
        match name:
            case "title":
                return str(self.card["title"][language])
            case "stage":
                return STAGE_NAMES[self.stage][SHEETS[language]]
            case "post":
                return _post(self.card["stated_by"], language)
            case "missing":
                return self._missing_words(language, item)
        return UNSTATED[language]

    def _word(self, value: Any, language: Language) -> str:
        if value.__class__ is str:
            if value == HELD["zh"]:
                return HELD[language]
            return self.plate.labels[SHEETS[language]].get(value, value)
        if value is None:
            return UNSTATED[language]
        if isinstance(value, bool):
            return YES_NO[language][value]
        if isinstance(value, (list, tuple)):
            return ("、" if language == "zh" else ", ").join(self._word(one, language) for one in value)
        return str(value)

    def _words(self, facts: Mapping[str, Any], names: Sequence[str], language: Language) -> tuple[Any, ...]:
        """Facts as a sentence prints them; whole numbers, most of them, stay as they are."""
        word = self._word
        return tuple([value if (value := facts[name]).__class__ is int else word(value, language) for name in names])

    def _missing_words(self, language: Language, item: Item | None) -> str:
        own = self.card["missing"]
        if isinstance(own, dict):
            return self._fill(own[language], item.facts if item else self.facts, language)
        names = list(dict.fromkeys(one.zh if language == "zh" else one.en for one in self.missing))
        return ("、" if language == "zh" else ", ").join(names) or UNSTATED[language]

    @lazy
    def missing(self) -> list[Missing]:
        """Keys that are needed and not stated, each once with its place."""
        if self.code != NOT_STATED:
            return []
        found: dict[str, Missing] = {}
        over = self.card["over"]
        wanted = [item.place for item in self.items if item.answer == "not_stated"]
        for path, needed in self.card["paths"].items():
            if not needed:
                continue
            label = self._label(path)
            for pointer in unstated(self.dossier, path):
                inside = over is not None and pointer.startswith(f"{over}/")
                if inside and int(pointer.removeprefix(f"{over}/").split("/")[0]) not in wanted:
                    continue
                found.setdefault(pointer, Missing(pointer, label["zh"], label["en"]))
        return list(found.values())

    def _label(self, path: str) -> Mapping[str, str]:
        labels = self.law.labels
        last = path.rpartition(".")[2]
        return (
            labels.get(path) or labels.get(last) or {"zh": last.rstrip("_"), "en": last.rstrip("_").replace("_", " ")}
        )

    @lazy
    def paths(self) -> list[str]:
        """JSON Pointers of the fields that the finding belongs beside, most telling first."""
        over = self.plate.over
        if over is None:
            places = list(self.plate.absolute)
        else:
            places = []
            code = self.detail[1]
            items = [f"{over}/{index}" for index, its_code, *_ in self.detail[4] or () if its_code == code]
            for at in self.card["at"]:
                if at.startswith("/"):
                    places.append(at)
                else:
                    places += [f"{item}/{at}" for item in items] or [over]
            if not places:
                places = items or [over]
        if self.detail[1] == NOT_STATED:
            places += [one.path for one in self.missing]
        return list(dict.fromkeys(places))

    # What it rests on -------------------------------------------------------------------------------------------

    @property
    def as_claimed(self) -> bool:
        """Judged by what the file claims of a post's decision; in a case only the post's own decision counts."""
        return bool(self.card["claimed"]) and not self.in_case and self.reason != BECAUSE_POST

    @property
    def provisional(self) -> bool:
        """It counted working days in a year whose holidays aren't announced."""
        if not self.card["calendar"]:
            return False
        days = [value for value in self._raw_values() if isinstance(value, date)]
        return bool(days) and self.law.calendar.is_provisional(*days)

    def _raw_values(self) -> Iterable[Any]:
        yield from self._facts or ()
        for _, _, _, facts, _ in self._items or ():
            yield from facts

    @lazy
    def citation(self) -> dict[str, Any]:
        if self.plate.without_grant and self.grant:
            return {
                "instrument": self.grant["document"],
                "number": self.grant["number"],
                "article": self.grant["granted"],
                "how_read": "own_document",
                "confidence": "high",
            }
        if self.plate.single:
            return dict(self.plate.citation)
        cited = self.card["citation"]
        for value in self.card["values"]:
            for period in reversed(value["dated"]):
                start = period["from"]
                if start is None or self.law_day is None or self.law_day.isoformat() >= start:
                    cited = period["citation"] or cited
                    break
        return _citation(cited)

    @property
    def reading(self) -> Mapping[str, str] | None:
        """Set where the reading is ours (本系统理解)."""
        if self.plate.without_grant and not self.grant:
            return self.plate.without_grant
        return self.plate.reading

    @property
    def offers(self) -> list[Mapping[str, str]]:
        """Exemptions that nobody claimed and that could be."""
        return self.plate.offers if self.code == NOT_MET and self.reason <= 0 else []

    # Remedy -----------------------------------------------------------------------------------------------------

    @lazy
    def remedy(self) -> list[dict[str, Any]]:
        """RFC 6902 edits of plan choices that would mend it; empty where none does."""
        return [
            edit
            for operation, value, index, _ in self._chosen
            for edit in self.expand(self.dossier, operation, value, index)
        ]

    @lazy
    def _chosen(self) -> list[tuple[str, Any, int | None, Mapping[str, Any]]]:
        """The first remedy with a value, of the rule or of each item that isn't met."""
        chosen: list[tuple[str, Any, int | None, Mapping[str, Any]]] = []
        for values, index in self._offered():
            for value, remedy in zip(values or (), self.card["remedies"], strict=False):
                if value is not None:
                    chosen.append((remedy["do"], value, index, remedy))
                    break
        return chosen

    def options(self) -> list[tuple[str, Any, int | None]]:
        """Every remedy on offer as (operation, value, item); `repair` picks among them."""
        return [
            (remedy["do"], value, index)
            for values, index in self._offered()
            for value, remedy in zip(values or (), self.card["remedies"], strict=False)
            if value is not None
        ]

    def _offered(self) -> list[_Offer]:
        if self._items is not None:
            return [(item.remedies, item.place) for item in self.items if item.answer == "not_met"]
        return [(self._remedies, None)] if self.code == NOT_MET else []

    def _remedy_text(self, language: Language) -> str:
        if not self._chosen:
            return ""
        texts = []
        for operation, value, _, remedy in self._chosen:
            words = {**self.facts, operation: plain(value)}
            texts.append(self._fill(remedy[language], words, language))
        return ("；" if language == "zh" else "; ").join(dict.fromkeys(texts))

    @property
    def remedy_zh(self) -> str:
        return self._remedy_text("zh")

    @property
    def remedy_en(self) -> str:
        return self._remedy_text("en")

    def to_dict(self) -> dict[str, Any]:
        """The finding as the command line and the interface print it (JSON values only)."""
        number, code, reason, values, found, _, _ = self.detail
        plate: Plate = self.law.plates.get(number) or self.plate
        card = plate.card
        named = self._named
        items: list[dict[str, Any]] = []
        facts: dict[str, Any] = {}
        worst: list[str] = []
        if found is None:
            facts = named(values)
        else:
            over = f"{plate.over}/"
            for index, its_code, its_reason, its_values, _ in found:
                its_facts, path = named(its_values), f"{over}{index}"
                if its_code == code:
                    if not worst:
                        facts, reason = its_facts.copy(), its_reason
                    worst.append(path)
                items.append({"path": path, "answer": ANSWERS[its_code], "facts": its_facts})
        if code == NOT_STATED or (plate.over and not (worst and plate.within)):
            places = self.paths
        else:
            places = [f"{path}/{plate.within}" for path in worst] if worst else plate.absolute.copy()
        zh, en = self._write(facts, reason, len(worst))
        reading = plate.reading if not plate.without_grant else self.reading
        mends = code == NOT_MET and bool(plate.remedies)
        return {
            "rule": card["rule"],
            "level": card["level"],
            "stage": card["stage"],
            "answer": ANSWERS[code],
            "facts": facts,
            "items": items,
            "text_zh": zh,
            "text_en": en,
            "citation": plate.citation.copy() if plate.single else self.citation,
            "remedy": self.remedy if mends else [],
            "remedy_zh": self._remedy_text("zh") if mends else "",
            "remedy_en": self._remedy_text("en") if mends else "",
            "paths": places,
            "as_claimed": plate.marked and self.as_claimed,
            "reading": dict(reading) if reading else None,
            "offers": [dict(offer) for offer in self.offers] if plate.offers else [],
        }


class Judgement:
    """All that one law says of one dossier at one stage. Findings know nothing of it, so that it is freed at once."""

    __slots__ = (
        "__dict__", "_details", "_expand", "as_of", "attested", "codes", "dossier", "findings", "grant", "in_case", "law",
        "masked", "stage", "today",
    )  # fmt: skip

    def __init__(
        self,
        law: Law,
        dossier: Any,
        expand: Callable[[Any, str, Any, int | None], list[dict[str, Any]]],
        *,
        stage: str,
        as_of: date | None = None,
        today: date | None = None,
        in_case: bool = False,
        attested: Mapping[str, bool] | None = None,
        masked: bool = False,
        grant: Mapping[str, str] | None = None,
    ) -> None:
        if today is None:
            today = as_of
        if attested is None:
            attested = NOTHING_ATTESTED
        self.law = law
        self.dossier = dossier
        self.stage = stage
        self.as_of = as_of
        self.today = today
        self.in_case = in_case
        self.attested = attested
        self.masked = masked
        self._expand = expand
        self.grant = grant
        details, self.codes = law.judge(dossier, today, as_of, RANKS[stage], attested, in_case)
        self._details = details
        self.findings: list[Finding] = (
            self._group(details)
            if law.has_overlays
            else [Finding(law, dossier, expand, in_case, masked, detail, grant) for detail in details]
        )
        """What is due and not met, not stated or exempt: one finding a rule, in the order of the stages."""

    def expand(self, operation: str, value: Any, index: int | None) -> list[dict[str, Any]]:
        return self._expand(self.dossier, operation, value, index)

    def _finding(self, detail: tuple[Any, ...]) -> Finding:
        return Finding(self.law, self.dossier, self._expand, self.in_case, self.masked, detail, self.grant)

    @lazy
    def all_findings(self) -> list[Finding]:
        """One finding for every judged rule, met, not applicable and due later ones too."""
        details, _ = self.law.judge_whole(
            self.dossier, self.today, self.as_of, RANKS[self.stage], self.attested, self.in_case
        )
        return self._group(details)

    @lazy
    def lines(self) -> list[Finding]:
        """Every line of every rule, levels apart: deadlines of several levels stack, the earliest counts."""
        details, _ = self.law.judge_whole(
            self.dossier, self.today, self.as_of, RANKS[self.stage], self.attested, self.in_case
        )
        return [self._finding(detail) for detail in details]

    def _group(self, details: list[tuple[Any, ...]]) -> list[Finding]:
        """Lines of one rule (its own, lower levels' over it) make one finding: the worst, the nearest if equal."""
        if not self.law.has_overlays:
            return [self._finding(detail) for detail in details]
        by_rule: dict[str, list[tuple[Any, ...]]] = {}
        for detail in details:
            by_rule.setdefault(self.law.cards[detail[0]]["rule"], []).append(detail)
        findings = []
        for lines in by_rule.values():
            worst = lines[0]
            for line in lines[1:]:
                bad, good = SEVERITY[line[1]], SEVERITY[worst[1]]
                if bad > good or (bad == good and line[1] not in (NOT_APPLICABLE, DUE_LATER)):
                    worst = line
            findings.append(self._finding(worst))
        return findings

    @lazy
    def verdict(self) -> Verdict:
        cards = self.law.cards
        biting = [code for number, code, *_ in self._details if cards[number]["level"] in BITES]
        if NOT_MET in biting:
            return "blocked"
        return "incomplete" if NOT_STATED in biting else "clear"

    @lazy
    def answers(self) -> dict[str, str]:
        """Every judged rule's answer."""
        return {finding.rule: finding.answer for finding in self.all_findings}

    def finding(self, rule: str) -> Finding | None:
        return next((finding for finding in self.all_findings if finding.rule == rule), None)

    def to_dict(self, *, whole: bool = False) -> dict[str, Any]:
        findings = self.all_findings if whole else self.findings
        return {"stage": self.stage, "verdict": self.verdict, "findings": [finding.to_dict() for finding in findings]}


@lru_cache(maxsize=4096)
def template(text: str) -> list[str]:
    """Words and the names between them, in turn."""
    return PLACE.split(text)


def _citation(cited: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "instrument": cited["instrument"],
        "number": cited["number"],
        "article": "article not seen" if cited["article"] == "not_seen" else cited["article"],
        "how_read": cited["how_read"],
        "confidence": cited["confidence"],
    }


def _post(name: str, language: Language) -> str:
    return POSTS.get(name, (name, name))[SHEETS[language]]


def plain(value: Any) -> Any:
    """As JSON has it: days as texts, exact numbers as whole numbers or texts."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else format(value.normalize(), "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple, frozenset)):
        return [plain(one) for one in value]
    return value


def unstated(dossier: Any, path: str) -> list[str]:
    """Pointers at which `members.rank` isn't stated; one that stands for the list itself where that isn't."""
    places: list[tuple[Any, str]] = [(dossier, "")]
    for name in path.split("."):
        following: list[tuple[Any, str]] = []
        for value, pointer in places:
            if value is None:
                continue
            if isinstance(value, list):
                following += [
                    (getattr(one, name, None), f"{pointer}/{n}/{name.rstrip('_')}") for n, one in enumerate(value)
                ]
            else:
                following.append((getattr(value, name, None), f"{pointer}/{name.rstrip('_')}"))
        missing = [pointer for value, pointer in following if value is None]
        if missing:
            return missing
        places = following
    return []
