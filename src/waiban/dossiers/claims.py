"""Whose word a fact is: in a case a post's decision counts only from that post, history only from the office's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from waiban.dossiers.trip import Approval, EarlierTrip, Exemption, Member, Review, Trip, UnitTrip
from waiban.kernel.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KEYS = {"attestations", "members", "budget", "exemption", "approval"}


def without_claims(trip: Trip, claims: Mapping[str, Sequence[str]]) -> Trip:
    """The trip as the applicant alone can state it: every key that a post decides is not stated."""
    plain: dict[str, Any] = {}
    for path in (path for paths in claims.values() for path in paths):
        _collect(plain, path.split("."))
    cleared: Trip = _clear(trip, plain)
    return cleared


def _collect(tree: dict[str, Any], parts: list[str]) -> None:
    for part in parts[:-1]:
        tree = tree.setdefault(part, {})
    tree[parts[-1]] = None


def _clear(value: Any, tree: Mapping[str, Any]) -> Any:
    if value is None:
        return None
    if isinstance(value, list):
        return [_clear(item, tree) for item in value]
    changes = {name: None if inner is None else _clear(getattr(value, name), inner) for name, inner in tree.items()}
    return msgspec.structs.replace(value, **changes)


def with_decisions(trip: Trip, decided: Mapping[str, Any]) -> Trip:
    """What posts decided, laid over the trip. Raises InputError for a key that no post decides."""
    strange = set(decided) - KEYS
    if strange:
        raise InputError(Problem(f"/{min(strange)}", "one of " + ", ".join(sorted(KEYS)), min(strange)))
    changes: dict[str, Any] = {}
    # Members that nobody stated stay so: an empty list would say that nobody travels.
    if decided.get("members") and trip.members is not None:
        members = decided["members"]
        changes["members"] = [_member(member, members.get(member.id) or {}) for member in trip.members]
    if decided.get("budget"):
        review = _convert(decided["budget"].get("finance_review"), Review)
        budget = trip.budget if trip.budget is not None else _empty_budget()
        changes["budget"] = msgspec.structs.replace(budget, finance_review=review)
    if decided.get("exemption"):
        claim = trip.exemption or Exemption()
        given = _convert(dict(decided["exemption"]), Exemption)
        assert given is not None
        names = ("confirmed_by", "confirmed_on", "approved_size", "approved_days")
        changes["exemption"] = msgspec.structs.replace(claim, **{name: getattr(given, name) for name in names})
    if decided.get("approval"):
        changes["approval"] = _convert(decided["approval"], Approval)
    return msgspec.structs.replace(trip, **changes) if changes else trip


def _empty_budget() -> Any:
    from waiban.dossiers.trip import Budget

    return Budget()


def _member(member: Member, given: Mapping[str, Any]) -> Member:
    if not given:
        return member
    decided = _convert(dict(given), Member)
    assert decided is not None
    names = ("personnel_review", "security_opinion", "briefed_on")
    return msgspec.structs.replace(member, **{name: getattr(decided, name) for name in names if name in given})


def with_history(trip: Trip, history: Mapping[str, Any]) -> Trip:
    """Other trips as the office's rows know them, instead of what the dossier tells."""
    changes: dict[str, Any] = {}
    if "members" in history and trip.members is not None:
        trips = history["members"]
        changes["members"] = [
            msgspec.structs.replace(member, earlier_trips=_convert(trips[member.id], list[EarlierTrip]))
            if member.id in trips
            else member
            for member in trip.members
        ]
    if "unit_trips" in history:
        changes["unit_trips"] = _convert(history["unit_trips"], list[UnitTrip])
    return msgspec.structs.replace(trip, **changes) if changes else trip


def _convert(value: Any, kind: Any) -> Any:
    if value is None or isinstance(value, msgspec.Struct):
        return value
    try:
        return msgspec.convert(value, kind, from_attributes=True)
    except msgspec.ValidationError as error:
        raise InputError(Problem("", "what a post decides", str(error))) from error
