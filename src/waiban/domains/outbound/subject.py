"""How a trip hooks into casework: what is frozen, who is asked, what stops an act, what follows from a move."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiban.core.casework.engine.model import Step
from waiban.core.casework.models import Case, WorkItem
from waiban.core.casework.moves import widen
from waiban.core.casework.subjects import Frozen, Known, Move, Preview, Subject
from waiban.core.papers.templates import pin_templates
from waiban.core.people.actions.let_see import let_see
from waiban.core.people.models import Post, Role
from waiban.core.ui.format import days_text, money_text, people_text, short_day_text, span_text
from waiban.core.ui.marks import finding_kind
from waiban.domains.outbound import gates
from waiban.domains.outbound.authority import authority_of
from waiban.domains.outbound.check import STAGE_OF_STEP, check
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import (
    Attachment,
    Attestation,
    ChangeNotice,
    Deviation,
    InternalNotice,
    OutsideRecord,
    PaperHandling,
    PaperNeed,
    Remedy,
    SendingPart,
    Settlement,
    Trip,
    TripCard,
    TripChange,
    TripMember,
    TripReport,
    TripVersion,
)
from waiban.domains.outbound.notices import with_notices
from waiban.domains.outbound.outcomes import follow
from waiban.domains.outbound.relevant import relevant_sha256
from waiban.domains.outbound.sending_subject import show_notices
from waiban.domains.outbound.teams import filing_bodies, notice_units, officer_of
from waiban.domains.outbound.texts import details_of
from waiban.dossiers.load import canonical_bytes
from waiban.kernel.dates import DateRange
from waiban.kernel.money import Money

KIND = "trip"


def trip_of(case: Case) -> Trip:
    return Trip.objects.select_related("unit", "office").get(pk=case.subject_id)


def freeze(case: Case) -> Frozen:
    trip = trip_of(case)
    return Frozen(canonical_bytes(value_of(with_notices(trip))).decode(), relevant_sha256(trip.dossier))


def values(case: Case) -> Mapping[str, object]:
    trip = trip_of(case)
    authority = authority_of(value_of(trip.dossier), trip.office, trip.channel, trip.depart or case.opened_on)
    return {
        "authority": "own" if authority.own else "upward",
        "units": [str(unit.pk) for unit in notice_units(trip)],
        "bodies": list(filing_bodies(trip)),
    }


def post_for(case: Case, step_id: str, step: Step, entry: str) -> Post | None:
    """The unit's own officer shows the notice; each body files its own people; the city leader approves."""
    if step_id == "notice" and entry:
        return officer_of(uuid.UUID(entry))
    if step_id == "personnel_filing" and entry:
        return Post.objects.filter(pk=entry).first()
    if step.post == "taiwan_office":
        return _taiwan_post(case)
    if step.post == "approver":
        return Post.objects.filter(office_id=case.office_id, role=Role.CITY_LEADER).order_by("id").first()
    return None


def _taiwan_post(case: Case) -> Post:
    """Taiwan goes to the Taiwan-affairs post and to no desk of the foreign affairs office."""
    found = (
        Post.objects.filter(office_id=case.office_id, role=Role.TAIWAN_OFFICE, closed_on=None).order_by("id").first()
    )
    if found is None:
        raise CannotError(_("还没有设市台办的岗位，赴台不能报送"))
    return found


def known(case: Case, item: WorkItem) -> Known:
    trip = trip_of(case)
    judgement = check(trip, STAGE_OF_STEP.get(item.step, "submit"))
    return Known([finding.to_dict() for finding in judgement.findings], judgement.law.sha256)


def before_act(case: Case, item: WorkItem, outcome: str) -> None:
    gates.before(trip_of(case), item, outcome)


def moved(case: Case, move: Move) -> None:
    if move.act == "open":
        pin_templates(case.pk, case.office_id, case.readers)
    follow(trip_of(case), case, move)


FOLLOW_THE_TRIP: tuple[Any, ...] = (
    Attachment,
    Attestation,
    Deviation,
    InternalNotice,
    PaperNeed,
    OutsideRecord,
    PaperHandling,
    Remedy,
    Settlement,
    TripCard,
    TripChange,
    TripMember,
    TripReport,
    TripVersion,
)
"""Tables whose rows show themselves to whom their trip does."""


OF_A_PART = (Attachment, InternalNotice)
"""Of these, rows that belong to a sending unit's part show themselves to whom that part's case does."""


def _show_parts_to_the_office(parts: QuerySet[SendingPart]) -> None:
    for part in parts.select_related("case__unit", "case__office"):
        if part.case is not None:
            part.case.at_office = True
            part.case.save(update_fields=["at_office"])
            widen(part.case, [], reached_office=True)


def readers_changed(case: Case) -> None:
    """Every row of the trip shows itself to whom the case does, and so do the people who travel."""
    changes = Case.objects.filter(pk__in=TripChange.objects.filter(trip=case.subject_id).values("case"))
    show_trip(
        case.subject_id, {*case.readers, *(key for keys in changes.values_list("readers", flat=True) for key in keys)}
    )
    if case.at_office:
        _show_parts_to_the_office(SendingPart.objects.filter(trip=case.subject_id, case__at_office=False))


def show_trip(trip_id: uuid.UUID, keys: Iterable[int]) -> None:
    """To the readers of its case, and of the case of a change of it."""
    from waiban.core.files.models import StoredFile
    from waiban.core.papers.actions.change_readers import change_readers

    readers = sorted(set(keys))
    trips = Trip.objects.filter(pk=trip_id)
    let_see(TripMember.objects.filter(trip__in=trips).values_list("traveller", flat=True), readers)
    trips.update(readers=readers)
    for model in FOLLOW_THE_TRIP:
        rows = model.objects.filter(trip__in=trips)
        if model in OF_A_PART:
            rows = rows.filter(part=None)
        rows.update(readers=readers)
    show_notices(InternalNotice.objects.filter(trip__in=trips, part=None), readers)
    ChangeNotice.objects.filter(change__trip__in=trips).update(readers=readers)
    case_id = trips.values_list("case", flat=True).first()
    if case_id is not None:
        change_readers(case_id, readers)
    files = Attachment.objects.filter(trip__in=trips, part=None).values("file")
    StoredFile.objects.filter(pk__in=files).update(readers=readers)


def preview(case: Case) -> Preview:
    trip = trip_of(case)
    lines: list[tuple[str, str]] = []
    if trip.depart and trip.return_on:
        days = (trip.return_on - trip.depart).days + 1
        lines = [
            (_("行程"), f"{people_text(trip.head_count)}·{days_text(days)}"),
            ("", span_text(DateRange(trip.depart, trip.return_on))),
        ]
    judgement = check(trip, _stage(case))
    missing = [(finding_kind(f.answer, f.level), _sentence(f)) for f in judgement.findings if f.answer != "exempt"]
    attachments = Attachment.objects.filter(trip=trip, removed_at=None).order_by("-added_at")[:6]
    return Preview(
        lines=lines,
        money=money_text(Money(trip.total_cny, "CNY")) if trip.total_cny is not None else "",
        missing=missing[:5],
        others=sum(1 for finding in judgement.all_findings if finding.answer == "met"),
        files=[
            (row.title, reverse("files:read", args=[row.file_id]), short_day_text(localdate(row.added_at)))
            for row in attachments
        ],
    )


def _stage(case: Case) -> str:
    item = WorkItem.objects.filter(case=case, state=WorkItem.State.OPEN, nature="step").order_by("-opened_on").first()
    return STAGE_OF_STEP.get(item.step, "submit") if item else "submit"


def _sentence(finding: Any) -> str:
    from django.utils.translation import get_language

    return str(finding.text_en if (get_language() or "").startswith("en") else finding.text_zh)


TRIP = Subject(
    kind=KIND,
    name=gettext_lazy("团组"),
    url_name="outbound:case",
    freeze=freeze,
    values=values,
    post_for=post_for,
    known=known,
    check=before_act,
    moved=moved,
    readers_changed=readers_changed,
    preview=preview,
    details=details_of,
    cancel_label=gettext_lazy("撤团"),
)
