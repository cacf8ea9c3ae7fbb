"""Play the stories through the real actions: every row of the demo was made by an act of a post."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from PIL import Image, ImageDraw

from waiban.core.access.principals import Principal
from waiban.core.casework.actions.accept import accept
from waiban.core.casework.actions.add_desk import add_desk
from waiban.core.casework.actions.ask_supplement import ask_supplement
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.actions.decide_from_paper import confirm_paper, decide_from_paper
from waiban.core.casework.actions.send_back import send_back
from waiban.core.casework.actions.withdraw import cancel_case
from waiban.core.casework.clocks import today
from waiban.core.casework.errors import CannotError
from waiban.core.casework.models import WorkItem
from waiban.core.files.actions.admit import admit
from waiban.core.people.actions.name_substitute import name_substitute
from waiban.core.people.personas import City
from waiban.core.people.queries import traveller_card
from waiban.core.places.calendar import work_calendar
from waiban.domains.outbound.actions.add_attachment import add_attachment
from waiban.domains.outbound.actions.ask_change import ask_change
from waiban.domains.outbound.actions.attest import attest
from waiban.domains.outbound.actions.close_notice import close_notice
from waiban.domains.outbound.actions.create_draft import create_draft
from waiban.domains.outbound.actions.file_report import file_report
from waiban.domains.outbound.actions.post_notice import post_notice
from waiban.domains.outbound.actions.record_outside_approval import record_outside_approval
from waiban.domains.outbound.actions.record_return import record_return
from waiban.domains.outbound.actions.save_report import save_report
from waiban.domains.outbound.actions.start_change import start_change
from waiban.domains.outbound.actions.start_trip import start_trip
from waiban.domains.outbound.actions.submit_trip import submit_trip
from waiban.domains.outbound.arithmetic import fill_amounts
from waiban.domains.outbound.check import STAGE_OF_STEP, check, waits_for
from waiban.domains.outbound.models import Attachment, InternalNotice, Trip
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.teams import notice_units
from waiban.domains.outbound.texts import place_name
from waiban.site.demo.stories import Story, Visit
from waiban.site.demo.year_plans import item_of

RATES = {"USD": "7.05", "EUR": "8.2", "JPY": "0.047", "GBP": "9.6", "AUD": "4.65", "CAD": "5.1", "SGD": "5.45",
         "HKD": "0.905", "MOP": "0.88", "CHF": "8.8", "NZD": "4.1", "KRW": "0.0051", "THB": "0.215"}  # fmt: skip
"""Invented rates of about the right size; the product shows them as the unit's own."""

ORDER = ("start", "finance_review", "notice", "unit_approval", "submit", "accept", "desk_review", "section_review",
         "head_review", "approve", "issue_permit", "travel_papers", "depart", "come_back", "report", "close")  # fmt: skip
DAYS_BEFORE = {"start": 62, "finance_review": 60, "notice": 59, "unit_approval": 50, "submit": 48, "accept": 46,
               "desk_review": 43, "section_review": 41, "head_review": 40, "approve": 38, "report_upward": 38,
               "outside_approval": 30, "issue_permit": 36, "personnel_filing": 44, "travel_papers": 12, "depart": 2}  # fmt: skip
"""About how many days before departure each step of a past case was done."""


class Player:
    """Plays one story. `day` is the office's day of the next act: past for what is over, today at the latest."""

    def __init__(self, city: City, story: Story) -> None:
        self.city, self.story = city, story
        self.depart = _workday(today() + timedelta(days=story.leaves))
        self.trip: Trip | None = None
        self.not_before = date.min
        """Holidays may stretch a notice: nothing that follows is dated before its end."""

    def play(self) -> None:
        with self.as_unit("officer"):
            self.trip = create_draft(self.city.units[self.story.unit], self.dossier())
        if self.story.until == "draft":
            return
        with self.as_unit("officer"):
            self.trip = start_trip(self.trip.pk, on=self.day("start"))
        for step in ORDER[1:]:
            if step == self.story.until:
                self.before_stopping(step)
                return
            if self.story.end == "withdrawn" and step == "desk_review":
                with self.as_unit("officer"):
                    cancel_case(self.case_id, reason="展会延期，团组不再成行。", on=self.day(step))
                return
            if step in ("approve", "issue_permit") and self.goes_upward():
                if step == "approve" and self.upward():
                    return
                continue
            if not self.step(step):
                return

    def dossier(self) -> dict[str, Any]:
        story = self.story
        nights = sum(visit.nights for visit in story.visits)
        back = self.depart + timedelta(days=nights)
        bare = not story.purpose
        members = [self.member(code, first=place == 0) for place, code in enumerate(story.people)]
        stops, programme, day = [], [], self.depart
        for place, visit in enumerate(story.visits):
            leave = day + timedelta(days=visit.nights)
            stops.append(_stated({"country": visit.country, "city": visit.city, "arrive": day.isoformat(),
                                  "leave": leave.isoformat(), "transit": False}))  # fmt: skip
            for n in range(visit.nights):
                crossing = n == 0
                where = visit.city or place_name(visit.country, "zh")
                programme.append(_stated({
                    "date": (day + timedelta(days=n)).isoformat(), "part": "day", "city": visit.city,
                    "text": f"抵达{where}" if crossing else ("与邀请方会谈" if n == 1 else "现场商谈、签署文件"),
                    "host": None if crossing else visit.inviter, "nature": "travel" if crossing else "official"}))  # fmt: skip
            day = leave
            if place == len(story.visits) - 1:
                programme.append({"date": day.isoformat(), "part": "day", "text": "返程", "nature": "travel"})
        made: dict[str, Any] = {
            "title": story.title,
            "kind": story.kind,
            "organising": "own",
            "purpose": story.purpose or None,
            "depart": self.depart.isoformat(),
            "return": back.isoformat(),
            "members": members,
            "stops": stops,
        }
        if bare:
            return _stated(made)
        made |= {
            "expected": "形成议定事项清单 1 份，半年后报落实结果。",
            "plan": {"in_annual_plan": True, "item": item_of(story), "unit_quota": 6, "unit_used": 1},
            "programme": programme,
            "legs": [
                {"from": "云汀", "to": stops[0].get("city") or place_name(story.visits[0].country, "zh"), "mode": "air", "carrier": "MU",
                 "departs": f"{self.depart}T09:10", "arrives": f"{self.depart}T13:20"},
                {"from": stops[-1].get("city") or place_name(story.visits[-1].country, "zh"), "to": "云汀", "mode": "air", "carrier": "MU",
                 "departs": f"{back}T10:00", "arrives": f"{back}T16:40"},
            ],
            "invitations": [self.invitation(visit) for visit in story.visits],
            "budget": self.budget(nights),
        }  # fmt: skip
        if story.kind == "academic_exchange":
            made["exemption"] = {"kind": "teaching_research", "activity": "academic_conference" if "会议" in story.title else "research",
                                 "nature_signed_by": "校长", "nature_signed_on": self.day("start").isoformat()}  # fmt: skip
        return _stated(made)

    def member(self, code: str, *, first: bool) -> dict[str, Any]:
        card = traveller_card(self.city.travellers[code], self.depart)
        known = {
            "passport": {
                "kind": _passport(self.story.visits),
                "expires": (self.depart + timedelta(days=900)).isoformat(),
            }
        }
        return {**card, **known, "role": "leader" if first else "member"}

    def invitation(self, visit: Visit) -> dict[str, Any]:
        return {
            "country": visit.country, "inviter": visit.inviter, "inviter_kind": visit.kind, "issued_in": visit.country,
            "issued_on": (self.depart - timedelta(days=90)).isoformat(), "translated": True, "names_every_member": True,
            "profile_attached": True, "no_intermediary_statement": True,
            "states": ["members", "units", "posts", "purpose", "dates", "days", "place", "costs", "signature", "contact", "letterhead"],
        }  # fmt: skip

    def budget(self, nights: int) -> dict[str, Any]:
        """Lodging, meals and incidentals at the caps of the dated table; fares invented."""
        people = len(self.story.people)
        table = law_of(self.city.office).tables["perdiem"]
        lines: list[dict[str, Any]] = [
            {
                "item": "airfare",
                "currency": "CNY",
                "unit_price": 6800,
                "people": people,
                "cabin": "economy",
                "payer": "own_unit",
            },
            {"item": "visa", "currency": "CNY", "unit_price": 800, "people": people, "payer": "own_unit"},
        ]
        rates: dict[str, str] = {}
        days = nights + 1
        for place, visit in enumerate(self.story.visits):
            edition = table.edition(self.depart)
            row = table.row(edition, (visit.country, visit.city or "*")) if edition else None
            if row is None:
                continue
            currency = str(row["currency"])
            if currency != "CNY":
                rates[currency] = RATES.get(currency, "7.05")
            share = visit.nights + (1 if place == len(self.story.visits) - 1 else 0)
            for item, count in (("lodging", visit.nights), ("meals", share), ("incidentals", share)):
                price = row[item]
                if price is not None:
                    lines.append(_stated({"item": item, "country": visit.country, "city": visit.city, "currency": currency,
                                          "unit_price": _plain(price), "people": people, "days": count, "payer": "own_unit"}))  # fmt: skip
        assert days > 0
        budget: dict[str, Any] = {"lines": lines, "rates_to_cny": rates, "rate_date": self.day("start").isoformat(),
                                  "rate_source": "财政部门", "source": f"{self.city.units[self.story.unit].short_name}年度因公出国经费"}  # fmt: skip
        holder = {"budget": budget}
        fill_amounts(holder)
        return holder["budget"]

    def step(self, step: str) -> bool:
        """Do one step; False where the story ends there."""
        day = self.day(step)
        match step:
            case "finance_review":
                self.nature(day)
                self.finance(day)
            case "notice":
                for unit in self.units():
                    self.notice(unit, day)
            case "unit_approval":
                with self.as_unit("head"):
                    decide(self.item(step).pk, "agree", opinion="同意。请按规定程序报批。", on=day)
            case "submit":
                with self.as_unit("officer"):
                    self.attach(
                        "request",
                        number=f"{self.city.units[self.story.unit].short_name}请〔{day.year}〕{abs(self.story.leaves) % 30 + 1} 号",
                        dated=day,
                    )
                    self.trip = submit_trip(self.pk, on=day)
            case "accept":
                self.file_with_personnel(self.day("personnel_filing"))
                with self.city.as_("desk_officer"):
                    accept(self.item(step).pk, opinion="材料齐备，予以受理。", on=day)
            case "desk_review":
                if self.story.extra == "back":
                    self.back_and_forth(day)
                if self.story.extra == "inspected":
                    self.ask_inspector(day)
                with self.city.as_("desk_officer"):
                    self.attest("desk_review", "desk")
                    decide(self.item(step).pk, "agree", opinion="材料齐备，拟同意。", on=day)
            case "section_review":
                with self.city.as_("section_head"):
                    decide(self.item(step).pk, "agree", opinion="拟同意。请主任阅示。", on=day)
            case "head_review":
                with self.city.as_("office_head"):
                    if self.story.end == "refused":
                        decide(self.item(step).pk, "agree", opinion="任务不够充实，请领导审定。", on=day)
                    else:
                        decide(self.item(step).pk, "agree", opinion="同意，请领导审批。", on=day)
            case "approve":
                return self.approve(day)
            case "issue_permit" | "travel_papers" | "depart":
                with self.city.as_("desk_officer"):
                    decide(self.item(step).pk, "done", on=day)
            case "come_back":
                back = self.depart + timedelta(days=sum(visit.nights for visit in self.story.visits))
                with self.as_unit("officer"):
                    record_return(self.pk, left=self.depart, came_back=back, papers_returned_on=back + timedelta(days=3),
                                  on=min(today(), back + timedelta(days=3)))  # fmt: skip
            case "report":
                with self.as_unit("officer"):
                    self.attach("report", dated=day)
                    self.report(day)
                    file_report(self.pk, published_on=day, on=day)
            case "close":
                with self.city.as_("desk_officer"):
                    decide(self.item(step).pk, "done", opinion="报告充实，结案。", on=day)
        return True

    def fewer_people(self) -> None:
        """One of them can't go: the unit has asked, the office's desk is to read it."""
        day = today()
        stays = str(self.city.travellers[self.story.people[-1]].pk)
        with self.as_unit("officer"):
            change = start_change(
                ask_change(self.pk, reason="本人因病不能成行，由团长一并洽谈。", without=[stays]).pk, on=day
            )
        with self.as_unit("head"):
            decide(WorkItem.objects.get(case=change.case, step="unit_approval", state="open").pk, "agree",
                   opinion="同意减员。", on=day)  # fmt: skip
        with self.as_unit("officer"):
            decide(WorkItem.objects.get(case=change.case, step="submit", state="open").pk, "done", on=day)

    def report(self, day: date) -> None:
        """What was done, and one promise of ours, so that the promises' page has something to show."""
        trip = Trip.objects.get(pk=self.pk)
        save_report(
            self.pk,
            {
                "done": self.story.purpose,
                "learned": "对方的办事流程和时限已整理成对照表，供下次出访参考。",
                "next_steps": "三个月内视频回访，落实议定事项。",
                "money": "按批准的人数、天数和标准支出。",
            },
            actual_total=str(trip.total_cny or 0),
            promised=[
                {
                    "by": "ours",
                    "counterpart": self.story.visits[0].inviter,
                    "what": "把议定事项清单译成对方文字寄出，并约定下次会谈的时间。",
                    "due": (day + timedelta(days=60)).isoformat(),
                }
            ],
        )

    def nature(self, day: date) -> None:
        """On the road of teaching and research the unit's head states the nature of the task first."""
        if self.items("nature_statement"):
            with self.as_unit("head"):
                decide(self.item("nature_statement").pk, "agree", opinion="属学术交流合作，予以认定。", on=day)

    def finance(self, day: date) -> None:
        if self.story.extra == "substitute":
            # The finance officer was away; her colleague acted for her, on record.
            with self.as_unit("head"):
                name_substitute(self.city.accounts[self.seat("head")], self.post("finance"), since=today(), until=today(),
                                reason="财务负责人外出培训")  # fmt: skip
            with self.as_unit("head"):
                decide(self.item("finance_review").pk, "agree", opinion="在预算内，同意。", on=day)
            return
        with self.as_unit("finance"):
            decide(self.item("finance_review").pk, "agree", opinion="已列入年度预算，同意。", on=day)

    def notice(self, unit: Any, day: date) -> None:
        seat = next(
            code
            for code, post in self.city.posts.items()
            if post.unit_id == unit.pk and post.role == "designated_officer"
        )
        until = _add_workdays(day, 4)
        self.not_before = max(self.not_before, _add_workdays(until, 1))
        with self.city.as_(seat):
            post_notice(self.pk, unit.pk, since=day, until=until, places=["intranet", "notice_board"], on=day)
            notice = InternalNotice.objects.get(trip=self.pk, unit=unit, replaced=False)
            close_notice(
                notice.pk,
                objections=False,
                result="公示期间无异议。",
                proof=self.attach("notice_proof", dated=until),
                on=until,
            )

    def approve(self, day: date) -> bool:
        if self.story.end == "refused":
            with self.city.as_("city_leader"):
                decide(self.item("approve").pk, "refuse", opinion="任务可以线上商谈，不同意出访。", on=day)
            return False
        if self.story.extra == "paper":
            self.from_paper("approve", "同意。请抓好落实。", day)
        else:
            with self.city.as_("city_leader"):
                decide(self.item("approve").pk, "agree", opinion="同意。请抓好签约事项落实。", on=day)
        return True

    def from_paper(self, step: str, words: str, day: date) -> None:
        """A leader wrote on paper: one officer types it in, another compares and confirms."""
        with self.city.as_("desk_officer"):
            trip = self.fresh()
            scan = admit(
                _scan(words), kind="paper_scan", office_id=trip.office_id, readers=trip.readers, case=trip.case_id
            )
            entry = decide_from_paper(
                self.item(step).pk, written_on=day, words=words, counts_as="agree", scan_id=scan.pk
            )
        with self.city.as_("section_head"):
            confirm_paper(entry.pk)

    def goes_upward(self) -> bool:
        with self.city.as_system("demo"):
            return WorkItem.objects.filter(case=self.case_id, step__in=("report_upward", "outside_approval")).exists()

    def upward(self) -> bool:
        """Opinion and request go up; True where the story waits for the answer."""
        with self.city.as_("desk_officer"):
            decide(self.item("report_upward").pk, "done", on=self.day("report_upward"))
            if self.story.until == "outside_approval":
                return True
            scan = self.attach("outside_approval", number="演示外批〔2026〕31 号")
            record_outside_approval(self.pk, number="演示外批〔2026〕31 号", dated=self.day("outside_approval"),
                                    by="省人民政府外事办公室（演示）", scan=scan, on=self.day("outside_approval"))  # fmt: skip
        return False

    def file_with_personnel(self, day: date) -> None:
        """Each competent body files its own people, beside the rest."""
        for item in self.items("personnel_filing"):
            seat = next(code for code, post in self.city.posts.items() if post.pk == item.post_id)
            with self.city.as_(seat):
                decide(item.pk, "agree", opinion="已备案。", on=day)

    def back_and_forth(self, day: date) -> None:
        """The desk sends it back to the unit once; nothing that a rule looks at changes, and it comes straight back."""
        with self.city.as_("desk_officer"):
            send_back(self.item("desk_review").pk, "submit", reason="请补充邀请方简介。", on=day)
        with self.as_unit("officer"):
            self.attach("other", dated=day)
            decide(self.item("submit").pk, "done", resume=True, on=day)

    def before_stopping(self, step: str) -> None:
        if step in (
            "accept",
            "desk_review",
            "section_review",
            "head_review",
            "approve",
            "issue_permit",
            "travel_papers",
        ):
            self.file_with_personnel(self.day("personnel_filing"))
        if self.story.extra == "change":
            self.fewer_people()
        if self.story.extra == "correct":
            with self.city.as_("desk_officer"):
                ask_supplement(
                    self.item("accept").pk, defects=["邀请函译文缺署名", "日程第 3 日未写接待单位"], on=today()
                )

    def ask_inspector(self, day: date) -> None:
        """The inspector from outside is shown this one case, reads it and says so."""
        with self.city.as_("desk_officer"):
            asked = add_desk(self.item("desk_review").pk, self.city.posts["inspector"].pk, question="请阅。", on=day)
        with self.city.as_("inspector"):
            decide(asked.pk, "agree", opinion="已阅。", on=day)

    # Small change -------------------------------------------------------------------------------------------------

    def day(self, step: str) -> date:
        before = DAYS_BEFORE.get(step)
        if before is not None:
            usual = min(
                _workday(self.depart - timedelta(days=before)),
                _workday_before(today() - timedelta(days=_slack(step, self.story.until) + self.story.lag)),
            )
            return max(self.not_before, usual)
        back = self.depart + timedelta(days=sum(visit.nights for visit in self.story.visits))
        return min(_workday(back + timedelta(days={"report": 14, "close": 18}.get(step, 3))), _workday_before(today()))

    @property
    def pk(self) -> Any:
        assert self.trip is not None
        return self.trip.pk

    @property
    def case_id(self) -> Any:
        assert self.trip is not None
        return self.trip.case_id

    def fresh(self) -> Trip:
        return Trip.objects.select_related("unit", "office", "case").get(pk=self.pk)

    def item(self, step: str) -> WorkItem:
        return WorkItem.objects.get(case=self.case_id, step=step, state=WorkItem.State.OPEN, nature="step")

    def items(self, step: str) -> list[WorkItem]:
        with self.city.as_system("demo"):
            return list(WorkItem.objects.filter(case=self.case_id, step=step, state=WorkItem.State.OPEN))

    def units(self) -> list[Any]:
        with self.city.as_system("demo"):
            return notice_units(self.fresh())

    def attest(self, step: str, *posts: str) -> None:
        for finding in waits_for(check(self.fresh(), STAGE_OF_STEP[step]), *posts):
            attest(self.pk, finding.rule, answer=True, words="已核对邀请函和往来记录。")

    def attach(self, kind: str, *, number: str = "", dated: date | None = None) -> Attachment:
        trip = self.fresh()
        stored = admit(
            _scan(f"{self.story.title} {kind} {number}"), kind=kind, office_id=trip.office_id, readers=trip.readers
        )
        return add_attachment(trip.pk, kind, stored, title=str(Attachment.Kind(kind).label), number=number, dated=dated)

    def post(self, what: str) -> Any:
        return self.city.posts[self.seat(what)]

    def seat(self, what: str) -> str:
        special = {("commerce", "officer"): "designated_officer", ("commerce", "finance"): "unit_finance",
                   ("commerce", "head"): "unit_head", ("education", "officer"): "outsider"}  # fmt: skip
        return special.get((self.story.unit, what), f"{self.story.unit}_{what}")

    @contextmanager
    def as_unit(self, what: str) -> Iterator[Principal]:
        with self.city.as_(self.seat(what)) as principal:
            yield principal


EARLY = {"start": 24, "finance_review": 22, "notice": 20}


def _slack(step: str, until: str) -> int:
    """Days back for a step of a case that still runs: each a little later than the one before, the notice in full."""
    places = {name: place for place, name in enumerate(ORDER)} | {
        "report_upward": 9,
        "outside_approval": 10,
        "personnel_filing": 6,
    }
    steps = max(1, places.get(until, len(ORDER)) - places[step])
    return max(steps, EARLY.get(step, 0)) if step in EARLY else min(steps, 9)


def _passport(visits: tuple[Visit, ...]) -> str:
    return "hk_macao_permit" if {visit.country for visit in visits} <= {"HK", "MO"} else "public_affairs"


def _stated(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "", [])}


def _plain(amount: Any) -> int | str:
    value = Decimal(str(amount))
    return int(value) if value == value.to_integral_value() else str(value)


def _workday(day: date) -> date:
    calendar = work_calendar()
    while not calendar.is_workday(day):
        day += timedelta(days=1)
    return day


def _workday_before(day: date) -> date:
    calendar = work_calendar()
    while not calendar.is_workday(day):
        day -= timedelta(days=1)
    return day


def _add_workdays(day: date, count: int) -> date:
    return work_calendar().add_workdays(day, count)


def _scan(words: str) -> SimpleUploadedFile:
    """A page with words on it, as a scanner would give it: no paper of a real office."""
    picture = Image.new("RGB", (620, 877), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((40, 40, 580, 837), outline="#999999")
    pen.text((70, 80), words.encode("ascii", "replace").decode()[:60], fill="#333333")
    pen.text((70, 110), "YUNTING DEMO SCAN", fill="#999999")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return SimpleUploadedFile("scan.png", out.getvalue(), "image/png")


def play(city: City, story: Story) -> None:
    """A story that breaks a gate names itself: the gates are the product's, and the story has to fit them."""
    try:
        with transaction.atomic():  # an interrupted fill leaves no half story behind
            Player(city, story).play()
    except CannotError as error:
        raise SystemExit(f"demo: {story.title} ({story.unit}, leaves in {story.leaves} days): {error}") from error
