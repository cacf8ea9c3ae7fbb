"""Which part of a dossier the rules and the notice look at, as digests that say whether it changed."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

NOT_RELEVANT = ("schema", "title", "reference", "submitted", "approval", "after", "notices")
"""A name, a file number, and what posts or later events add; none of it turns an answer that a post relied on."""


LATER = ("passport", "more_papers", "briefed_on", "personnel_review", "security_opinion", "earlier_trips")
"""Of a member: what is made or found out after others have relied on the rest."""


SIGNED = ("nature_signed_by", "nature_signed_on")


def relevant_sha256(dossier: Mapping[str, Any]) -> str:
    kept = {key: value for key, value in dossier.items() if key not in NOT_RELEVANT}
    if dossier.get("exemption"):  # who signed the nature of the task is the unit head's act, not a fact that changed
        kept["exemption"] = {key: value for key, value in dossier["exemption"].items() if key not in SIGNED}
    kept["members"] = [
        {key: value for key, value in member.items() if key not in LATER} for member in dossier.get("members") or []
    ]
    return digest(kept)


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()


def shown_in_notice(dossier: Mapping[str, Any]) -> dict[str, Any]:
    """What a notice must say (facts: pre_trip_publicity_contents), by the contents' names in the exchange format."""
    budget = dossier.get("budget") or {}
    members = dossier.get("members") or []
    stops = dossier.get("stops") or []
    return {
        "members": [member.get("id") for member in members],
        "units": [member.get("unit") for member in members],
        "posts": [member.get("post") for member in members],
        "countries": [stop.get("country") for stop in stops],
        "task": dossier.get("purpose"),
        "programme": [
            [item.get("date"), item.get("part"), item.get("text")] for item in dossier.get("programme") or []
        ],
        "route": [[stop.get("country"), stop.get("city"), stop.get("arrive"), stop.get("leave")] for stop in stops]
        + [[dossier.get("depart"), dossier.get("return")]],
        "invitation": [item.get("inviter") for item in dossier.get("invitations") or []],
        "host_profile": [item.get("profile_attached") for item in dossier.get("invitations") or []],
        "funding": [budget.get("source"), sorted({line.get("payer") or "" for line in budget.get("lines") or []})],
        "budget": budget.get("total_cny"),
    }


def changed_since(shown: Mapping[str, Any], dossier: Mapping[str, Any], *, cut_is_fine: bool = True) -> list[str]:
    """Names of the contents that say something else now than the notice did.

    `cut_is_fine`: a total below the one shown asks for no new notice (office setting, on by default).
    """
    now = shown_in_notice(dossier)
    changed = [name for name, value in now.items() if _plain(value) != _plain(shown.get(name))]
    if "budget" in changed and cut_is_fine and _less(now["budget"], shown.get("budget")):
        changed.remove("budget")
    return changed


def _less(new: Any, old: Any) -> bool:
    try:
        return float(new) <= float(old)
    except (TypeError, ValueError):
        return False


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, ensure_ascii=False, default=str))
