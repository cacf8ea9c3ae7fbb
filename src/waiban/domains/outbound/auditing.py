"""An office's stored trips judged again, many at once, by the law of each one's day.

Each trip comes from its rows by the road that its desk takes (notices, ledger, decisions,
history); then the polars twin answers for a whole chunk. What the twin finds is judged once
more by the law that runs, which has the last word and says which items are meant: the twin's
numbers are floating, so that an amount at a limit to the last digit may be found by one and
not by the other.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from waiban.core.casework.clocks import today
from waiban.core.offices.models import Office
from waiban.core.offices.overlays import OVERLAY, files_of
from waiban.core.offices.queries import setting
from waiban.domains.outbound.check import check
from waiban.domains.outbound.decided import decided_on
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.history import history_of
from waiban.domains.outbound.models import Trip, TripChange
from waiban.domains.outbound.notices import with_notices
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.plan_facts import stated_by_ledger
from waiban.domains.outbound.texts import case_number
from waiban.dossiers.check import Finding, Judgement
from waiban.dossiers.claims import with_decisions, with_history, without_claims
from waiban.dossiers.load import trip_schema
from waiban.dossiers.trip import Trip as TripValue
from waiban.rulebook.build import Description, describe
from waiban.rulebook.code import SEVERITY
from waiban.rulebook.law import OWN_LEVEL, Law
from waiban.rulebook.sources import ANSWERS, LawError, level_from_files, sources_sha256, stack

CHUNK = 500
"""Trips in memory at once."""
STAGE_OF_STATE: Mapping[str, str] = {
    Trip.State.IN_UNIT: "submit",
    Trip.State.CORRECTION: "submit",
    Trip.State.WITHDRAWN: "submit",
    Trip.State.SUBMITTED: "accept",
    Trip.State.IN_REVIEW: "approve",
    Trip.State.IN_APPROVAL: "approve",
    Trip.State.FORWARDED: "approve",
    Trip.State.REFUSED: "approve",
    Trip.State.APPROVED: "approve",
    Trip.State.AWAY: "depart",
    Trip.State.RETURNED: "return",
    Trip.State.CLOSED: "close",
}
"""How far the law is due for a trip in that state. A draft isn't judged: its unit still writes it."""


@dataclass(frozen=True)
class Hit:
    """A rule that a stored trip doesn't meet. `items` are JSON Pointers into the dossier."""

    trip: Trip
    rule: str
    level: str
    answer: str
    title_zh: str
    title_en: str
    items: tuple[str, ...]


@dataclass
class Audit:
    """What one run came to. `differing` counts answers of the twin that the running law didn't confirm."""

    trips: int = 0
    hits: list[Hit] = field(default_factory=list)
    answers: dict[str, Counter[str]] = field(default_factory=dict)
    differing: int = 0


def audit_trips(office: Office, *, since: date | None = None, until: date | None = None) -> Audit:
    """Every trip of the office that departs within the days (both included), by departure; without days every trip."""
    found = Audit()
    trips = Trip.objects.filter(office=office, state__in=STAGE_OF_STATE).select_related("unit", "office", "case")
    if since is not None:
        trips = trips.filter(depart__gte=since)
    if until is not None:
        trips = trips.filter(depart__lte=until)
    ids = list(trips.order_by("depart", "pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        known = trips.in_bulk(ids[start : start + CHUNK])
        chunk = [known[pk] for pk in ids[start : start + CHUNK]]
        for trip, answers in answers_of(office, chunk):
            _take(found, trip, answers)
    return found


def answers_of(office: Office, trips: list[Trip]) -> Iterator[tuple[Trip, dict[str, str]]]:
    """Each trip with every judged rule's answer, by the twin. A trip that was changed by a grant is judged by parts of
    its dossier, each by the law of another day: those few go through the law that runs.
    """
    law = law_of(office)
    changed = set(
        TripChange.objects.filter(trip__in=trips, state=TripChange.State.GRANTED).values_list("trip_id", flat=True)
    )
    by_stage: dict[str, list[Trip]] = {}
    for trip in trips:
        trip.office = office
        if trip.pk in changed:
            yield trip, explain(trip).answers
        else:
            by_stage.setdefault(STAGE_OF_STATE[trip.state], []).append(trip)
    for stage, those in by_stage.items():
        yield from zip(those, _by_the_twin(office, law, those, stage), strict=True)


def explain(trip: Trip) -> Judgement:
    """The full findings of one, by the law that runs."""
    return check(trip, STAGE_OF_STATE.get(trip.state, "submit"))


def _by_the_twin(office: Office, law: Law, trips: list[Trip], stage: str) -> Iterator[dict[str, str]]:
    from waiban.rulebook.columns import judge_columns

    prepared = [_dossier(trip, law) for trip in trips]
    found = judge_columns(
        description_of(office),
        [value for value, _ in prepared],
        tables=law.tables,
        calendar=law.calendar,
        stage=stage,
        today=today(),
        in_case=True,
        attested=[attested for _, attested in prepared],
    )
    rules = [card["rule"] for card in law.cards]
    for row in found.iter_rows():
        worst: dict[str, int] = {}
        for rule, code in zip(rules, row, strict=True):
            if rule not in worst or SEVERITY[code] > SEVERITY[worst[rule]]:
                worst[rule] = code
        yield {rule: ANSWERS[code] for rule, code in worst.items()}


def _dossier(trip: Trip, law: Law) -> tuple[TripValue, dict[str, bool]]:
    """As `check` judges it in a case: claims only from decisions, other trips only from the office's rows."""
    value = stated_by_ledger(trip, value_of(with_notices(trip)))
    decided, history = decided_on(trip), history_of(trip, value)
    value = with_decisions(without_claims(value, law.claims), decided)
    return with_history(value, history), decided["attestations"]


def _take(found: Audit, trip: Trip, answers: dict[str, str]) -> None:
    found.trips += 1
    for rule, answer in answers.items():
        found.answers.setdefault(rule, Counter())[answer] += 1
    suspected = {rule for rule, answer in answers.items() if answer == "not_met"}
    if not suspected:
        return
    confirmed = [finding for finding in explain(trip).all_findings if finding.answer == "not_met"]
    found.differing += len(suspected ^ {finding.rule for finding in confirmed})
    found.hits += [_hit(trip, finding) for finding in confirmed]


def _hit(trip: Trip, finding: Finding) -> Hit:
    return Hit(
        trip=trip,
        rule=finding.rule,
        level=finding.level,
        answer=finding.answer,
        title_zh=finding.title_zh,
        title_en=finding.title_en,
        items=tuple(item.path for item in finding.items if item.answer == finding.answer),
    )


def as_data(hit: Hit) -> dict[str, Any]:
    return {
        "trip": case_number(hit.trip),
        "id": str(hit.trip.pk),
        "rule": hit.rule,
        "level": hit.level,
        "answer": hit.answer,
        "items": list(hit.items),
    }


def description_of(office: Office) -> Description:
    """The office's law as it is written. Raises LawError where the compiled law was made from other sources."""
    law = law_of(office)
    overlay = str(setting(office, OVERLAY) or "")
    if overlay.strip():
        files = {name: _bytes(text) for name, text in files_of(overlay, office.law_path).items()}
        levels = stack([], own=level_from_files(OWN_LEVEL, files))
    else:
        levels = stack([office.law_path])
    if sources_sha256(levels) != law.sha256:
        raise LawError(office.law_path, "the compiled law is of other sources; run bin/setup")
    return describe(levels, trip_schema())


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
