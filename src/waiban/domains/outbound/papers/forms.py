"""The papers that a unit hands in, each from the one dossier, the cards of unit and travellers, tables and arithmetic.

What isn't stated leaves its box blank for the hand; boxes on family, residence abroad, discipline and secrecy are
blank always, since nothing of the kind is stored.
"""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from django.utils import translation

from waiban.core.casework.clocks import today
from waiban.core.papers.figures import paper_day, yuan
from waiban.core.papers.rendering import Rendered, render
from waiban.core.papers.settings import letterhead_of
from waiban.core.papers.source import Row, Source, Values, load_source
from waiban.core.people import identity
from waiban.core.people.models import Traveller, TravellerRecord, Unit
from waiban.core.people.queries import holder_of
from waiban.core.ui.format import WEEKDAYS_ZH
from waiban.domains.outbound.budgeting import key_of
from waiban.domains.outbound.cards import rules_of
from waiban.domains.outbound.comparing import differences
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.history import history_of
from waiban.domains.outbound.models import Trip, TripChange, TripReport
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.papers import values as words
from waiban.domains.outbound.plan_facts import stated_by_ledger
from waiban.domains.outbound.settling import cny_of
from waiban.domains.outbound.teams import notice_units, officer_of
from waiban.domains.outbound.texts import case_number, place_name
from waiban.domains.outbound.versions import actual_value, approved_value
from waiban.dossiers.load import trip_to
from waiban.dossiers.trip import Member
from waiban.dossiers.trip import Trip as TripValue
from waiban.kernel.ids import as_uuid

HERE = Path(__file__).parent
FORMS = HERE / "forms"
BLANK = "　　"
Each = Literal["trip", "member", "letter", "sender", "change"]
PARTS = {"morning": "上午", "afternoon": "下午", "evening": "晚上", "day": "全天"}
KINDS = {
    "visit": "友好访问", "negotiation": "经贸洽谈", "meeting": "会议", "exhibition": "参展", "investment_promotion": "招商引资",
    "training": "培训", "academic_exchange": "学术交流", "competition_or_performance": "比赛演出", "emergency": "应急",
    "other": "其他",
}  # fmt: skip
ORGANISING = {
    "own": "自行组团", "joins_city": "随本市团组", "joins_province": "随省团组", "joins_ministry": "随部委团组",
    "joins_other_province": "参加外省双跨团",
}  # fmt: skip
CABINS = {"first": "头等舱", "business": "公务舱", "economy": "经济舱"}
ITEMS = {
    "airfare": "国际旅费", "intercity": "城市间交通费", "lodging": "住宿费", "meals": "伙食费", "incidentals": "公杂费",
    "visa": "护照签证费", "insurance": "保险费", "registration": "会议注册费", "training_fee": "培训费", "gifts": "礼品费",
    "banquet": "宴请费", "other": "其他",
}  # fmt: skip
INVITERS = {
    "government": "政府机构", "university_or_institute": "高校和科研院所", "company": "企业", "international_organisation": "国际组织",
    "association": "社会团体", "chinese_funded_company": "中资企业", "overseas_chinese_body": "华侨华人团体",
    "foreign_body_in_china": "驻华机构", "intermediary": "中介", "other": "其他",
}  # fmt: skip
HOSTED = {"lodging": "住宿", "meals": "伙食", "local_transport": "当地交通", "all": "全部食宿行"}


@dataclass(frozen=True, slots=True)
class Form:
    """`each`: one paper a trip, a member, a letter of invitation, a sending unit, or a change."""

    code: str
    each: Each
    when: Literal["before", "after", "change"] = "before"

    @property
    def source(self) -> Source:
        return load_source(FORMS / f"{self.code}.yaml")


CATALOGUE: dict[str, Form] = {
    form.code: form
    for form in (
        Form("request", "trip"),
        Form("task_application", "trip"),
        Form("review_form", "trip"),
        Form("member_list", "trip"),
        Form("programme_sheet", "trip"),
        Form("budget_sheet", "trip"),
        Form("invitation_translation", "letter"),
        Form("opinion_letter", "sender"),
        Form("filing_form", "member"),
        Form("pledge", "member"),
        Form("passport_application", "member"),
        Form("change_request", "change", "change"),
        Form("trip_report", "trip", "after"),
    )
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paper to be printed: which form, of whom (empty for the trip), and the name of its file."""

    form: Form
    key: str
    name: str


@dataclass
class Cards:
    """What the papers take from elsewhere than the dossier: names, cards, earlier trips, the posts' decisions."""

    trip: Trip
    value: TripValue
    travellers: Mapping[str, Traveller]
    earlier: Mapping[str, list[Any]]
    whole_numbers: bool


def cards_of(trip: Trip, *, whole_numbers: bool = False) -> Cards:
    """`whole_numbers`: identity numbers in full, for the unit's own people; the caller puts that on record."""
    value = stated_by_ledger(trip, approved_value(trip) or value_of(trip.dossier))
    ids = [found for m in value.members or [] if (found := as_uuid(m.id))]
    travellers = {str(row.pk): row for row in Traveller.objects.filter(pk__in=ids).select_related("unit")}
    return Cards(trip, value, travellers, history_of(trip, value)["members"], whole_numbers)


def sheets_of(trip: Trip) -> list[Sheet]:
    """Every paper of this trip as it stands, decisions of the office never among them."""
    cards = cards_of(trip)
    made: list[Sheet] = []
    with translation.override("zh-hans"):
        for form in CATALOGUE.values():
            made += [Sheet(form, key, _file_name(form, said)) for key, said in _keys(form, cards)]
    return made


def _keys(form: Form, cards: Cards) -> list[tuple[str, str]]:
    trip, value = cards.trip, cards.value
    if form.each == "trip":
        return [("", "")] if form.when == "before" or TripReport.objects.filter(trip=trip).exists() else []
    if form.each == "member":
        return [
            (str(m.id), cards.travellers[str(m.id)].name) for m in value.members or [] if str(m.id) in cards.travellers
        ]
    if form.each == "letter":
        return [(str(n), one.inviter or str(n + 1)) for n, one in enumerate(value.invitations or [])]
    if form.each == "sender":
        return [(str(unit.pk), unit.name) for unit in notice_units(trip) if unit.pk != trip.unit_id]
    return [(str(one.pk), str(one.number)) for one in TripChange.objects.filter(trip=trip).order_by("number")]


def _file_name(form: Form, said: str) -> str:
    clean = "".join(sign for sign in said if sign not in '\\/:*?"<>|').strip()
    return f"{form.source.zh}-{clean}" if clean else form.source.zh


def printed(sheet: Sheet, cards: Cards) -> Rendered:
    """PDF and DOCX of one paper. Raises PaperError where a font lacks a sign."""
    with translation.override("zh-hans"):
        given = filled(sheet, cards)
        return render(sheet.form.source, given, office=cards.trip.office, day=today(), case_id=cards.trip.case_id)


def bundle(trip: Trip, *, whole_numbers: bool) -> bytes:
    """Every paper of the trip as PDF and DOCX in one ZIP."""
    cards, out = cards_of(trip, whole_numbers=whole_numbers), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for sheet in sheets_of(trip):
            made = printed(sheet, cards)
            if made.pdf is not None:
                archive.writestr(f"PDF/{sheet.name}.pdf", made.pdf)
            archive.writestr(f"Word/{sheet.name}.docx", made.docx)
    return out.getvalue()


def filled(sheet: Sheet, cards: Cards) -> Values:
    """The values that the source asks for; a box that must be there and isn't stated is blank."""
    given = {**_common(cards), **EXTRA[sheet.form.each](cards, sheet.key)}
    if sheet.form.code == "trip_report":
        given |= _report(cards)
    source = sheet.form.source
    found: dict[str, str | list[Row] | None] = {}
    for name, named in source.named().items():
        value = given.get(name)
        found[name] = value if value or named.optional else BLANK
    for name, rows in source.rows.items():
        found[name] = [{key: row.get(key) or "" for key in rows.fields} for row in given.get(name) or []]
    return found


def _common(cards: Cards) -> dict[str, Any]:
    trip, value, budget = cards.trip, cards.value, cards.value.budget
    members = value.members or []
    leader = next((m for m in members if m.role == "leader"), members[0] if members else None)
    head = letterhead_of(trip.office).head(day=today(), number=None)
    return {
        **head,
        "office": trip.unit.name,
        "contact": None,
        "mark": None,
        "qr": None,
        "addressed_to": trip.office.name,
        "heading": _heading(trip),
        "unit": trip.unit.name,
        "title_text": trip.title or None,
        "case_number": case_number(trip),
        "application_day": _day(value.submitted),
        "kind": KINDS.get(value.kind or ""),
        "organising": ORGANISING.get(value.organising or ""),
        "people": str(len(members)),
        "leader_name": _name(cards, leader),
        "leader_post": leader.post if leader else None,
        "leader_rank": words.RANKS.get(leader.rank or "") if leader else None,
        "errand": words.errand(value) if value.stops else None,
        "purpose": value.purpose,
        "depart": _day(value.depart),
        "return_day": _day(value.return_),
        "days": str((value.return_ - value.depart).days + 1) if value.depart and value.return_ else None,
        "places": words.places(value) or None,
        "route": words.route(value),
        "transit": "、".join(
            dict.fromkeys(f"{place_name(s.country or '', 'zh')}{s.city or ''}" for s in value.stops or [] if s.transit)
        )
        or None,
        "cities": words.route(value),
        "inviters": "、".join(dict.fromkeys(i.inviter for i in value.invitations or [] if i.inviter)) or None,
        "total": yuan(budget.total_cny) if budget and budget.total_cny is not None else None,
        "payers": words.payers(value),
        "budget_source": budget.source if budget else None,
        "finance": _review(value),
        "plan": words.plan(value),
        "quota": _quota(value),
        "notice": words.notice(value),
        "nature": _nature(value),
        "no_intermediary": "邀请函由邀请方直接发出，未通过中介"
        if value.invitations and all(i.no_intermediary_statement for i in value.invitations)
        else None,
        "earlier_total": _earlier_total(cards),
        "checked": _checked(trip),
        "personnel": _personnel(value),
        "rates": _rates(value),
        "foreign_total": _foreign(value),
        "hosted": _hosted(value),
        "contact_person": _contact(trip),
        "approval_number": value.approval.number if value.approval else None,
        "tasks": _tasks(value),
        "members": [_member(place, m, cards) for place, m in enumerate(members, 1)],
        "stops": [_stop(stop, value) for stop in value.stops or [] if not stop.transit],
        "programme": [_programme(item) for item in value.programme or []],
        "legs": [_leg(leg) for leg in value.legs or []],
        "lines": _lines(value),
        **_sums(value),
    }


def _heading(trip: Trip) -> str:
    """Never 国 of Hong Kong, Macao or Taiwan."""
    return {
        "taiwan": "因公赴台湾", "hk_macao": "因公赴港澳", "mixed": "因公临时出国（赴港澳）",
    }.get(trip.channel, "因公临时出国")  # fmt: skip


def _member(place: int, member: Member, cards: Cards) -> Row:
    traveller = cards.travellers.get(str(member.id))
    number = _identity(traveller, cards)
    return {
        "place": str(place),
        "name": _name(cards, member),
        "sex": sex_of(traveller),
        "age": _age(traveller, cards.value.depart),
        "born": f"{traveller.born_on:%Y.%m}" if traveller and traveller.born_on else None,
        "unit": member.unit or cards.trip.unit.name,
        "post": member.post,
        "rank": words.RANKS.get(member.rank or ""),
        "category": str(dict(TravellerRecord.Category.choices).get(member.category or "", "")) or None,
        "role": words.ROLES.get(member.role or ""),
        "identity": number,
        "last": _last(cards, member),
    }


def _of_member(cards: Cards, key: str) -> dict[str, Any]:
    member = next(m for m in cards.value.members or [] if str(m.id) == key)
    traveller = cards.travellers[key]
    row = _member(1, member, cards)
    document = {"hk_macao": "往来港澳通行证", "taiwan": "往来台湾通行证"}.get(cards.trip.channel, "护照")
    return {
        "name": traveller.name,
        "pinyin": traveller.pinyin or None,
        "born_on": _day(traveller.born_on),
        "member_unit": row["unit"],
        "managed_by": str(dict(TravellerRecord.ManagedBy.choices).get(member.managed_by or "", "")) or None,
        "document": document,
        "rules": [{"place": str(n), "text": text} for n, text in enumerate(rules_of(law_of(cards.trip.office)), 1)],
        **{key: row[key] for key in ("sex", "born", "post", "rank", "category", "identity", "role", "last")},
    }


def _of_letter(cards: Cards, key: str) -> dict[str, Any]:
    letter = (cards.value.invitations or [])[int(key)]
    names = "、".join(_name(cards, m) or "" for m in cards.value.members or [])
    return {
        "inviter": letter.inviter,
        "inviter_kind": INVITERS.get(letter.inviter_kind or ""),
        "issued_on": _day(letter.issued_on),
        "issued_in": place_name(letter.issued_in, "zh") if letter.issued_in else None,
        "invited": names or None,
    }


def _of_sender(cards: Cards, key: str) -> dict[str, Any]:
    unit = Unit.objects.get(pk=key)
    own = [
        m for m in cards.value.members or [] if (card := cards.travellers.get(str(m.id))) and card.unit_id == unit.pk
    ]
    return {"sending_unit": unit.name, "members": [_member(n, m, cards) for n, m in enumerate(own, 1)]}


def _of_change(cards: Cards, key: str) -> dict[str, Any]:
    from waiban.domains.outbound.changing import kind_names

    change = TripChange.objects.select_related("base").get(pk=key)
    rows = [] if change.cancels else differences(cards.trip, change.base.dossier, change.dossier)
    return {
        "kinds": "、".join(kind_names(cards.trip.office, change.kinds)),
        "reason": change.reason or None,
        "changes": [{"what": row.label, "was": row.old, "now": row.new} for row in rows],
    }


def _of_trip(_cards: Cards, _key: str) -> dict[str, Any]:
    return {}


EXTRA: dict[str, Callable[[Cards, str], dict[str, Any]]] = {
    "trip": _of_trip, "member": _of_member, "letter": _of_letter, "sender": _of_sender, "change": _of_change,
}  # fmt: skip


def _report(cards: Cards) -> dict[str, Any]:
    from waiban.domains.partners import api as partners

    trip, report = cards.trip, TripReport.objects.filter(trip=cards.trip).first()
    actual = actual_value(trip) or cards.value
    after = trip.dossier.get("after") or {}
    back = [m for m in trip.dossier.get("members") or [] if (m.get("passport") or {}).get("returned_on")]
    total = len(trip.dossier.get("members") or [])
    sides = {"ours": "我方", "theirs": "对方"}
    return {
        "left": _day(_iso(after.get("left"))),
        "came_back": _day(_iso(after.get("came_back"))),
        "done": report.done if report else None,
        "learned": report.learned if report else None,
        "next_steps": report.next_steps if report else None,
        "money": report.money if report else None,
        "actual_total": yuan(report.actual_total_cny) if report and report.actual_total_cny is not None else None,
        "papers_back": f"{len(back)}人已上交，共{total}人" if back else None,
        "programme": [_programme(item) for item in actual.programme or []],
        "promises": [
            {"side": sides.get(one.by, ""), "what": one.what, "owner": one.unit, "due": _day(one.due)}
            for one in partners.promises_of("trip", [trip.pk])
        ],
    }


def sex_of(traveller: Traveller | None) -> str | None:
    """From the 17th place of a valid identity number (GB 11643: odd is male); else not stated."""
    number = _plain_number(traveller)
    if number is None or not identity.is_valid(number):
        return None
    return "男" if int(number[16]) % 2 else "女"


def _plain_number(traveller: Traveller | None) -> str | None:
    if traveller is None or not traveller.identity_number:
        return None
    return identity.decrypt(traveller.identity_number)


def _identity(traveller: Traveller | None, cards: Cards) -> str | None:
    """In full for the unit's own people where that was asked for, else masked."""
    if traveller is None:
        return None
    if cards.whole_numbers and traveller.unit_id == cards.trip.unit_id:
        return _plain_number(traveller)
    return traveller.identity_masked or None


def _age(traveller: Traveller | None, on: date | None) -> str | None:
    if traveller is None or traveller.born_on is None:
        return None
    day, born = on or today(), traveller.born_on
    return str(day.year - born.year - ((day.month, day.day) < (born.month, born.day)))


def _last(cards: Cards, member: Member) -> str | None:
    trips = cards.earlier.get(str(member.id)) or []
    if not trips or trips[0].depart is None:
        return "两年内无" if str(member.id) in cards.travellers else None
    return f"{trips[0].depart:%Y.%m} {'、'.join(place_name(code, 'zh') for code in trips[0].countries or [])}"


def _earlier_total(cards: Cards) -> str | None:
    said = []
    for member in cards.value.members or []:
        count = len(cards.earlier.get(str(member.id)) or [])
        name = _name(cards, member)
        if name:
            said.append(f"{name}{count}次")
    return "，".join(said) or None


def _name(cards: Cards, member: Member | None) -> str | None:
    traveller = cards.travellers.get(str(member.id)) if member else None
    return traveller.name if traveller else None


def _contact(trip: Trip) -> str | None:
    """The unit's designated officer; the telephone is the officer's to write, since accounts hold none."""
    post = officer_of(trip.unit_id)
    holder = holder_of(post, today()) if post else None
    return holder.name if holder else None


def _tasks(value: TripValue) -> list[Row]:
    """Each place with what its official half-days say."""
    found: dict[str, list[str]] = {}
    for item in value.programme or []:
        if item.nature == "official" and item.text:
            found.setdefault(item.city or "", []).append(item.text)
    return [{"place": city, "text": "；".join(dict.fromkeys(texts))} for city, texts in found.items()]


def _stop(stop: Any, value: TripValue) -> Row:
    stay = (stop.leave - stop.arrive).days + 1 if stop.arrive and stop.leave else None
    inviters = [one.inviter for one in value.invitations or [] if one.country == stop.country and one.inviter]
    return {
        "place": place_name(stop.country, "zh") if stop.country else None,
        "city": stop.city,
        "stay": str(stay) if stay else None,
        "inviter": "、".join(dict.fromkeys(inviters)) or None,
    }


def _programme(item: Any) -> Row:
    day = f"{paper_day(item.date)} {WEEKDAYS_ZH[item.date.weekday()]}" if item.date else None
    return {"day": day, "city": item.city, "part": PARTS.get(item.part or ""), "text": item.text, "host": item.host}


def _leg(leg: Any) -> Row:
    return {
        "carrier": f"{leg.carrier or ''}{leg.number or ''}" or None,
        "start": leg.from_,
        "departs": (leg.departs or "").replace("T", " ") or None,
        "end": leg.to,
        "arrives": (leg.arrives or "").replace("T", " ") or None,
    }


def _budget(value: TripValue) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    budget = trip_to(value).get("budget") or {}
    return budget.get("lines") or [], budget.get("rates_to_cny") or {}


def _lines(value: TripValue) -> list[Row]:
    lines, rates = _budget(value)
    rows: list[Row] = []
    for line in lines:
        cny = cny_of(line, rates)
        price = (
            f"{Decimal(str(line['unit_price'])):,} {line.get('currency') or ''}"
            if line.get("unit_price") is not None
            else None
        )
        amount = (
            f"{Decimal(str(line['amount'])):,} {line.get('currency') or ''}" if line.get("amount") is not None else None
        )
        place = line.get("city") or (place_name(line["country"], "zh") if line.get("country") else None)
        rows.append({
            "item": ITEMS.get(line.get("item") or ""), "place": place, "cabin": CABINS.get(line.get("cabin") or ""),
            "price": price, "people": _text(line.get("people")), "days": _text(line.get("days")), "amount": amount,
            "cny": f"{cny:,}" if cny is not None else None, "payer": words.PAYERS.get(line.get("payer") or ""),
            "reason": line.get("reason"),
        })  # fmt: skip
    return rows


def _sums(value: TripValue) -> dict[str, str | None]:
    """By item as the review form has them; what has no box of its own is other costs."""
    lines, rates = _budget(value)
    sums: dict[str, Decimal] = {}
    for line in lines:
        own = line.get("item") if line.get("item") in ("airfare", "lodging", "meals", "incidentals") else "other_costs"
        cny = cny_of(line, rates)
        if cny is not None and key_of(line):
            sums[str(own)] = sums.get(str(own), Decimal(0)) + cny
    return {
        item: yuan(sums[item]) if item in sums else None
        for item in ("airfare", "lodging", "meals", "incidentals", "other_costs")
    }


def _rates(value: TripValue) -> str | None:
    budget = value.budget
    if budget is None or not budget.rates_to_cny:
        return None
    said = "，".join(f"1 {code} = {rate} 人民币" for code, rate in budget.rates_to_cny.items())
    source = "，".join(part for part in (_day(budget.rate_date), budget.rate_source) if part)
    return f"{said}（{source}）" if source else said


def _foreign(value: TripValue) -> str | None:
    lines, _rates_of = _budget(value)
    sums: dict[str, Decimal] = {}
    for line in lines:
        if line.get("currency") not in (None, "CNY") and line.get("amount") is not None:
            sums[line["currency"]] = sums.get(line["currency"], Decimal(0)) + Decimal(str(line["amount"]))
    return "，".join(f"{total:,} {code}" for code, total in sums.items()) or None


def _hosted(value: TripValue) -> str | None:
    hosts = value.budget.host_provides if value.budget else None
    said = [
        f"{place_name(one.country, 'zh') if one.country else ''}{HOSTED.get(one.what or '', '')}{_text(one.days) or ''}天"
        for one in hosts or []
    ]
    return "接待方提供" + "、".join(said) if said else None


def _review(value: TripValue) -> str | None:
    review = value.budget.finance_review if value.budget else None
    if review is None or review.result is None:
        return None
    said = {"agree": "同意", "agree_with_changes": "修改后同意", "refuse": "不同意"}[review.result]
    return "，".join(part for part in (review.body, said, _day(review.on), review.number) if part)


def _personnel(value: TripValue) -> str | None:
    filed = [m.personnel_review for m in value.members or [] if m.personnel_review and m.personnel_review.on]
    said = dict.fromkeys(f"{one.body or ''}{_day(one.on) or ''}" for one in filed)
    return "、".join(said) or None


def _quota(value: TripValue) -> str | None:
    plan = value.plan
    if plan is None or plan.unit_quota is None:
        return None
    used = f"，已用 {plan.unit_used}" if plan.unit_used is not None else ""
    return f"控制数 {plan.unit_quota}{used}"


def _nature(value: TripValue) -> str | None:
    claim = value.exemption
    if claim is None or claim.kind != "teaching_research" or not claim.nature_signed_by:
        return None
    return f"经{claim.nature_signed_by}{_day(claim.nature_signed_on) or ''}签字认定"


def _checked(trip: Trip) -> str | None:
    """In one line what the check says; the opinion stays the desk's."""
    from waiban.domains.outbound.check import check

    judged = check(trip)
    met = sum(1 for finding in judged.all_findings if finding.answer == "met")
    open_ones = [finding.text_zh for finding in judged.findings if finding.answer == "not_met"]
    return f"{met}项符合" + (f"；不符：{'；'.join(open_ones[:4])}" if open_ones else "")


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _day(day: date | None) -> str | None:
    return paper_day(day) if day else None


def _iso(text: Any) -> date | None:
    return date.fromisoformat(str(text)) if text else None


def plain_values(cards: Cards) -> dict[str, str]:
    """Every single value by name, and the members in one text: what an outside form is copied from."""
    with translation.override("zh-hans"):
        given = _common(cards)
        members = given["members"]
    said = "；".join(
        " ".join(text for key in ("name", "sex", "born", "unit", "post", "rank", "role") if (text := row[key]))
        for row in members
    )
    return {name: value for name, value in given.items() if isinstance(value, str)} | {"members_text": said}


def boxes_for_the_hand() -> Iterable[tuple[str, str]]:
    """(paper, box) of everything that is printed empty on purpose."""
    for form in CATALOGUE.values():
        for block in form.source.body:
            for box in block.boxes:
                yield form.source.zh, box
