"""
One official trip as one typed value. A field that is None is not stated.

In memory everything is optional, so that a draft is a Trip too; `load_trip` refuses a file that leaves out what the
exchange format requires. Keys that Python reserves carry an underscore (`return_`, `from_`).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from waiban.dossiers.countries import COUNTRY_CODES

Day = dt.date
Country = Annotated[str, Meta(pattern=COUNTRY_CODES)]
Whole = Annotated[int, Meta(ge=0)]

UnitKind = Literal[
    "party",
    "government",
    "people_congress",
    "cppcc",
    "court",
    "procuratorate",
    "mass_organisation",
    "public_institution",
    "university",
    "research_institute",
    "state_enterprise",
    "other",
]
Organising = Literal["own", "joins_city", "joins_province", "joins_ministry", "joins_other_province"]
OrganiserKind = Literal[
    "foreign_affairs_office",
    "government",
    "ministry",
    "public_institution",
    "association",
    "company",
    "intermediary",
    "other",
]
TripKind = Literal[
    "visit",
    "negotiation",
    "meeting",
    "exhibition",
    "investment_promotion",
    "training",
    "academic_exchange",
    "competition_or_performance",
    "emergency",
    "other",
]
ExemptionKind = Literal["teaching_research", "special_task", "training"]
Activity = Literal[
    "teaching",
    "research",
    "academic_visit",
    "academic_conference",
    "international_organisation_duty",
    "large_fair",
    "mechanism_negotiation",
    "international_conference",
    "special_mission",
    "emergency",
    "contest",
    "performance",
]
ReviewResult = Literal["agree", "agree_with_changes", "refuse"]
PaperKind = Literal["diplomatic", "service", "public_affairs", "ordinary", "hk_macao_permit", "taiwan_permit"]
Role = Literal["leader", "deputy_leader", "member", "interpreter"]
Category = Literal["official", "teaching_research", "state_enterprise", "private_enterprise", "other"]
Rank = Literal[
    "minister",
    "vice_minister",
    "bureau",
    "deputy_bureau",
    "county",
    "deputy_county",
    "section",
    "deputy_section",
    "staff",
    "senior_title",
    "other",
]
Status = Literal["serving", "retired", "rehired", "stepped_back"]
LeaderField = Literal["foreign_affairs", "commerce", "other"]
Cadre = Literal["centre", "province", "city", "county", "unit"]
Mode = Literal["air", "rail", "road", "sea"]
DayPart = Literal["morning", "afternoon", "evening", "day"]
Nature = Literal["official", "travel", "rest_by_host", "free"]
InviterKind = Literal[
    "government",
    "university_or_institute",
    "company",
    "international_organisation",
    "association",
    "chinese_funded_company",
    "overseas_chinese_body",
    "foreign_body_in_china",
    "intermediary",
    "other",
]
LetterContent = Literal[
    "members",
    "units",
    "posts",
    "purpose",
    "dates",
    "days",
    "place",
    "costs",
    "signature",
    "contact",
    "letterhead",
]
CostItem = Literal[
    "airfare",
    "intercity",
    "lodging",
    "meals",
    "incidentals",
    "visa",
    "insurance",
    "registration",
    "training_fee",
    "gifts",
    "banquet",
    "other",
]
Cabin = Literal["first", "business", "economy"]
Payer = Literal["own_unit", "host", "sender_unit", "subordinate_unit", "company", "other"]
Provision = Literal["lodging", "meals", "local_transport", "all"]
NoticeBy = Literal["organising", "sending"]
NoticePlace = Literal["intranet", "notice_board", "meeting", "other"]
NoticeContent = Literal[
    "members",
    "units",
    "posts",
    "countries",
    "task",
    "programme",
    "route",
    "invitation",
    "host_profile",
    "funding",
    "budget",
]
ApprovalDocument = Literal["task_approval", "confirmation", "task_notice"]


class Part(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Values are compared and never changed; another value is another Trip."""


class Organiser(Part, frozen=True):
    name: str | None = None
    kind: OrganiserKind | None = None
    for_profit: bool | None = None
    group_size: int | None = None
    approval_no: str | None = None
    task_notice_no: str | None = None
    consent_asked_on: Day | None = None


class PlanItem(Part, frozen=True):
    in_annual_plan: bool | None = None
    item: str | None = None
    unit_quota: int | None = None
    unit_used: int | None = None
    reason_outside_plan: str | None = None


class Exemption(Part, frozen=True):
    kind: ExemptionKind | None = None
    activity: Activity | None = None
    nature_signed_by: str | None = None
    nature_signed_on: Day | None = None
    confirmed_by: str | None = None
    confirmed_on: Day | None = None
    approved_size: int | None = None
    approved_days: int | None = None
    reason: str | None = None


class Review(Part, frozen=True):
    body: str | None = None
    on: Day | None = None
    number: str | None = None
    result: ReviewResult | None = None


class TravelPaper(Part, frozen=True):
    kind: PaperKind | None = None
    expires: Day | None = None
    returned_on: Day | None = None


class EarlierTrip(Part, frozen=True):
    depart: Day | None = None
    return_: Day | None = field(name="return", default=None)
    countries: list[Country] | None = None
    role: Role | None = None
    kind: str | None = None
    category: Category | None = None
    organising: str | None = None
    unit: str | None = None
    approval_no: str | None = None


class Member(Part, frozen=True):
    id: str | None = None
    unit: str | None = None
    post: str | None = None
    rank: Rank | None = None
    grade: str | None = None
    category: Category | None = None
    status: Status | None = None
    role: Role | None = None
    heads_unit: bool | None = None
    in_charge_of: list[LeaderField] | None = None
    leadership_of: str | None = None
    term_from: Day | None = None
    managed_by: Cadre | None = None
    family_of: str | None = None
    personnel_review: Review | None = None
    security_opinion: Review | None = None
    briefed_on: Day | None = None
    passport: TravelPaper | None = None
    more_papers: list[TravelPaper] | None = None
    earlier_trips: list[EarlierTrip] | None = None


class Stop(Part, frozen=True):
    country: Country | None = None
    city: str | None = None
    arrive: Day | None = None
    leave: Day | None = None
    transit: bool | None = None
    leaves_airport: bool | None = None


class Leg(Part, frozen=True):
    from_: str | None = field(name="from", default=None)
    to: str | None = None
    departs: str | None = None
    arrives: str | None = None
    mode: Mode | None = None
    carrier: str | None = None
    number: str | None = None


class ProgrammeItem(Part, frozen=True):
    date: Day | None = None
    part: DayPart | None = None
    city: str | None = None
    text: str | None = None
    host: str | None = None
    nature: Nature | None = None


class Invitation(Part, frozen=True):
    country: str | None = None
    inviter: str | None = None
    inviter_kind: InviterKind | None = None
    issued_in: str | None = None
    issued_on: Day | None = None
    rank_matches: bool | None = None
    counterpart_matches: bool | None = None
    translated: bool | None = None
    states: list[LetterContent] | None = None
    names_every_member: bool | None = None
    profile_attached: bool | None = None
    no_intermediary_statement: bool | None = None


class BudgetLine(Part, frozen=True):
    item: CostItem | None = None
    country: str | None = None
    city: str | None = None
    currency: str | None = None
    unit_price: Decimal | None = None
    people: int | None = None
    members: list[str] | None = None
    days: Decimal | None = None
    amount: Decimal | None = None
    cabin: Cabin | None = None
    payer: Payer | None = None
    reason: str | None = None


class HostProvision(Part, frozen=True):
    country: str | None = None
    what: Provision | None = None
    days: Decimal | None = None


class Budget(Part, frozen=True):
    lines: list[BudgetLine] | None = None
    host_provides: list[HostProvision] | None = None
    rates_to_cny: dict[str, Decimal] | None = None
    rate_date: Day | None = None
    rate_source: str | None = None
    total_cny: Decimal | None = None
    finance_review: Review | None = None
    source: str | None = None


class Notice(Part, frozen=True):
    unit: str | None = None
    by: NoticeBy | None = None
    places: list[NoticePlace] | None = None
    from_: Day | None = field(name="from", default=None)
    to: Day | None = None
    contents: list[NoticeContent] | None = None
    objections: bool | None = None
    exempt_reason: str | None = None
    exempt_article: str | None = None
    exempt_approved_by: str | None = None


class Approval(Part, frozen=True):
    document: ApprovalDocument | None = None
    number: str | None = None
    on: Day | None = None
    by: str | None = None
    members: list[str] | None = None
    countries: list[str] | None = None
    depart: Day | None = None
    return_: Day | None = field(name="return", default=None)
    days: int | None = None
    total_cny: Decimal | None = None


class UnitTrip(Part, frozen=True):
    reference: str | None = None
    unit: str | None = None
    depart: Day | None = None
    return_: Day | None = field(name="return", default=None)
    countries: list[str] | None = None
    inviter: str | None = None
    leader: str | None = None
    leader_heads_unit: bool | None = None
    leadership_of: str | None = None


class Change(Part, frozen=True):
    what: str | None = None
    reported_on: Day | None = None
    approved_on: Day | None = None
    reason: str | None = None


class Aftermath(Part, frozen=True):
    left: Day | None = None
    came_back: Day | None = None
    countries: list[str] | None = None
    members: list[str] | None = None
    changes: list[Change] | None = None
    actual_total_cny: Decimal | None = None
    report_filed: Day | None = None
    report_published: Day | None = None


class Trip(Part, frozen=True):
    schema: Literal["waiban/trip/1"] | None = None
    reference: str | None = None
    title: str | None = None
    unit: str | None = None
    unit_kind: UnitKind | None = None
    organising: Organising | None = None
    organiser: Organiser | None = None
    kind: TripKind | None = None
    purpose: str | None = None
    expected: str | None = None
    """What the trip is to bring back, said before it (预计成果); the report is read against it."""
    plan: PlanItem | None = None
    exemption: Exemption | None = None
    flights_inconvenient: bool | None = None
    submitted: Day | None = None
    depart: Day | None = None
    return_: Day | None = field(name="return", default=None)
    head_count: Whole | None = None
    """How many shall travel, where that is settled before the names are; judged beside `members`."""
    members: list[Member] | None = None
    stops: list[Stop] | None = None
    legs: list[Leg] | None = None
    programme: list[ProgrammeItem] | None = None
    invitations: list[Invitation] | None = None
    budget: Budget | None = None
    notices: list[Notice] | None = None
    approval: Approval | None = None
    unit_trips: list[UnitTrip] | None = None
    after: Aftermath | None = None
