"""Units that send people, a group joined, a trip to Taiwan, a trip of researchers: by the same doors as the main job."""

from datetime import date, timedelta
from typing import Any

from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.casework.models import WorkItem
from waiban.core.offices.actions.record_grant import record_grant
from waiban.core.people.actions.add_account import add_account
from waiban.core.people.actions.add_outside_traveller import add_outside_traveller
from waiban.core.people.actions.add_post import add_post
from waiban.core.people.actions.add_unit import add_unit
from waiban.core.people.actions.appoint import appoint
from waiban.core.people.actions.save_traveller import Facts
from waiban.core.people.models import Role, Unit
from waiban.core.people.personas import LONG_AGO, People
from waiban.core.people.queries import traveller_card
from waiban.domains.outbound.actions.sending import attach_to_part, close_part_notice, enter_plan, post_part_notice
from waiban.domains.outbound.models import Attachment, SendingPart, Trip
from waiban.domains.outbound.tests import world

SEATS = {
    "officer": Role.DESIGNATED_OFFICER,
    "head": Role.UNIT_HEAD,
    "finance": Role.UNIT_FINANCE,
    "personnel": Role.PERSONNEL_BODY,
}


def open_unit(
    people: People, code: str, name: str, short: str, *, kind: str = "government", password: str | None = None
) -> Unit:
    """A unit with everybody whom a sending unit needs: personas `<code>_officer`, `_head`, `_finance`, `_personnel`."""
    with people.as_system("open unit"):
        unit = add_unit(people.office, name=name, short_name=short, kind=kind)
        for seat, role in SEATS.items():
            account = add_account(
                people.office, username=f"cast-{code}-{seat}", name=f"{short}{role.label}", password=password
            )
            post = add_post(unit, role=role, name="")
            appoint(account, post, since=LONG_AGO)
            people.city.posts[f"{code}_{seat}"], people.city.accounts[f"{code}_{seat}"] = post, account
    people.city.units[code] = unit
    return unit


def add_member(people: People, content: dict[str, Any], unit: Unit, name: str) -> str:
    """Typed by the organising unit's officer, as on the form."""
    with people.as_("designated_officer"):
        traveller = add_outside_traveller(
            people.city.units["unit"], unit, name=name,
            facts=Facts(post="科长", rank="section", category="official", status="serving", managed_by="unit"),
            since=today(),
        )  # fmt: skip
        content["members"].append(traveller_card(traveller, today()) | {"role": "member"})
    return str(traveller.pk)


def grant(people: People, number: str, **changes: Any) -> None:
    with people.as_("office_head"):
        record_grant(
            people.office,
            **{
                "number": number, "by": "省外办", "granted_on": date(2025, 1, 1), "since": date(2025, 1, 1),
                "ranks": ["county", "deputy_county", "section", "deputy_section", "staff", "senior_title"],
            } | changes,
        )  # fmt: skip


def part_of(trip: Trip, unit: Unit) -> SendingPart:
    return SendingPart.objects.exclude(state="dropped").select_related("unit", "case").get(trip_id=trip.pk, unit=unit)


def part_item(part: SendingPart, step: str) -> WorkItem:
    return WorkItem.objects.get(case_id=part.case_id, step=step, state=WorkItem.State.OPEN)


def consent(people: People, code: str, outcome: str = "agree", words: str = "同意派员。") -> None:
    with people.as_(f"{code}_head"):
        part = SendingPart.objects.exclude(state="dropped").get(unit=people.city.units[code])
        decide(part_item(part, "consent").pk, outcome, opinion=words)


def prepare(people: People, code: str) -> None:
    """Plan, notice, money where it pays, and filing: everything that a unit owes after its consent."""
    unit = people.city.units[code]
    with people.as_(f"{code}_officer"):
        part = SendingPart.objects.exclude(state="dropped").select_related("unit").get(unit=unit)
        enter_plan(part.pk, item="第 3 项")
        post_part_notice(
            part.pk, since=today() - timedelta(days=20), until=today() - timedelta(days=1), places=["intranet"]
        )
        proof = attach_to_part(
            part, Attachment.Kind.NOTICE_PROOF,
            world.admit(world.scan(), office_id=part.office_id, readers=part.readers, kind="notice_proof"),
        )  # fmt: skip
        close_part_notice(part.pk, objections=False, result="无异议", proof=proof)
    if part.share_cny:
        with people.as_(f"{code}_finance"):
            decide(part_item(part, "share").pk, "agree", opinion="同意分担。")
    with people.as_(f"{code}_personnel"):
        decide(part_item(part, "personnel_filing").pk, "agree", opinion="备案通过。")
