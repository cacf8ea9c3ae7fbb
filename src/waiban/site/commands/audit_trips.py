"""`waiban audit trips`: an office's stored trips by the law of each one's day, and why."""

from __future__ import annotations

import json
import re
import time
import uuid
from datetime import date
from typing import TYPE_CHECKING

from waiban.site.cli import language
from waiban.site.commands.check import print_judgement

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction

    from waiban.core.offices.models import Office
    from waiban.domains.outbound.models import Trip

SOUND, FAULTY = 0, 1


def add_to(verbs: _SubParsersAction[ArgumentParser]) -> None:
    trips = verbs.add_parser("trips", help="judge an office's stored trips again by the law of each one's day")
    trips.add_argument("--office", metavar="SLUG", required=True)
    trips.add_argument("--from", dest="since", metavar="DATE", type=date.fromisoformat, help="departing on or after")
    trips.add_argument("--to", dest="until", metavar="DATE", type=date.fromisoformat, help="departing on or before")
    trips.add_argument("--json", action="store_true", help="one JSON object")
    trips.add_argument("--explain", metavar="TRIP", help="all findings of one trip: its number (2026-12) or id")
    trips.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Exit code 1 where something that blocks isn't met."""
    from waiban.core.access.principals import acting_as
    from waiban.core.offices.models import Office
    from waiban.rulebook.sources import LawError
    from waiban.site.register import offices_named, set_up

    set_up()
    ((pk, _name, principal),) = offices_named(options.office)
    try:
        with acting_as(principal):
            office = Office.objects.get(pk=pk)
            return _explain(office, options) if options.explain else _audit(office, options)
    except LawError as error:
        raise ValueError(str(error)) from error


def _audit(office: Office, options: Namespace) -> int:
    from waiban.domains.outbound.auditing import as_data, audit_trips

    begun = time.perf_counter()
    found = audit_trips(office, since=options.since, until=options.until)
    seconds = round(time.perf_counter() - begun, 1)
    hits = [as_data(hit) for hit in found.hits]
    if options.json:
        answers = {rule: dict(counted) for rule, counted in found.answers.items()}
        result = {"office": office.slug, "trips": found.trips, "seconds": seconds, "hits": hits, "answers": answers}
        print(json.dumps({**result, "differing": found.differing}, ensure_ascii=False))
    else:
        chinese = language() == "zh"
        for hit, data in zip(found.hits, hits, strict=True):
            title = hit.title_zh if chinese else hit.title_en
            print(" ".join([data["trip"], hit.level, hit.answer, hit.rule, title, *hit.items]))
        print(f"{found.trips} trips, {len(hits)} hits, {found.differing} not confirmed, {seconds} s")
    return FAULTY if any(hit.level == "block" for hit in found.hits) else SOUND


def _explain(office: Office, options: Namespace) -> int:
    from waiban.domains.outbound.auditing import explain
    from waiban.domains.outbound.texts import case_number

    trip = _trip(office, options.explain)
    judgement = explain(trip)
    name = case_number(trip)
    if options.json:
        print(json.dumps({"trip": name, **judgement.to_dict(whole=True)}, ensure_ascii=False))
    else:
        print_judgement(name, judgement, whole=True, repair=None)
    return FAULTY if judgement.verdict == "blocked" else SOUND


def _trip(office: Office, text: str) -> Trip:
    from waiban.domains.outbound.models import Trip

    trips = Trip.objects.filter(office=office).select_related("unit", "office", "case")
    numbered = re.search(r"(\d{4})\D+(\d+)", text)
    try:
        trip = trips.filter(pk=uuid.UUID(text)).first()
    except ValueError:
        trip = trips.filter(year=numbered[1], number=numbered[2]).first() if numbered else None
    if trip is None:
        raise ValueError(f"{office.slug} has no trip {text}")
    return trip
