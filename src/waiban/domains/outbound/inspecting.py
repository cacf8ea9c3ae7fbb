"""The inspector's file of one case: every approval with what lay before it, who vouched, the scans, every change.

Long work, done as the auditor or inspector who asked. Names and numbers are masked unless a reason was recorded.
"""

import json
import uuid
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.bundle import EVENTS, VERSIONS, pack
from waiban.core.audit.chain import canonical
from waiban.core.audit.entries import SELECTED, event_text
from waiban.core.audit.keys import signing_key
from waiban.core.audit.record import record
from waiban.core.casework.models import Decision, DossierVersion, PaperEntry
from waiban.core.files.actions.keep import keep
from waiban.core.files.blobs import read_blob
from waiban.core.files.models import StoredFile
from waiban.core.jobs.registry import Result
from waiban.core.jobs.run import Run
from waiban.core.papers.models import Paper
from waiban.core.people.models import Traveller
from waiban.domains.outbound.comparing import differences
from waiban.domains.outbound.models import Attachment, Attestation, Remedy, Trip, TripVersion
from waiban.domains.outbound.texts import case_number
from waiban.kernel.ids import as_uuid

KIND = "trip.inspect"


def export_case(run: Run) -> Result:
    """`params`: trip, and the reason for names in full or an empty text."""
    trip = Trip.objects.select_related("unit", "office", "case").get(pk=run.params["trip"])
    reason = str(run.params.get("reason", ""))
    principal = current_principal()
    run.progress(0, 4)
    files: dict[str, bytes] = {"case.json": _json(_case(trip)), "people.json": _json(_people(trip, whole=bool(reason)))}
    run.progress(1, 4)
    files |= {f"{VERSIONS}{row.number:03d}-{row.sha256}.json": row.content.encode() for row in _versions(trip)}
    files["changes.json"] = _json(list(_changes(trip)))
    run.progress(2, 4)
    files[EVENTS] = "".join(f"{canonical(entry)}\n" for entry in _events(trip)).encode()
    run.progress(3, 4)
    files |= {f"files/{row.sha256}": read_blob(row.sha256) for row in _files(trip)}
    packed = pack(
        files,
        {
            "case": case_number(trip), "trip": str(trip.pk), "office": trip.office.name, "masked": not reason,
            "reason": reason, "made_at": timezone.now().isoformat(), "made_by_post": str(principal.post),
        },
        signing_key(),
    )  # fmt: skip
    made = keep(
        packed,
        name=_("检查导出-%(number)s.zip") % {"number": f"{trip.year}-{trip.number:04d}"},
        content_type="application/zip",
        office_id=run.office_id,
        readers=run.readers,
        kind="inspection",
    )
    record(
        KIND, principal, subject=("trip", trip.pk), case=trip.case_id, office=run.office_id, readers=run.readers,
        data={"masked": not reason, "reason": reason, "sha256": made.sha256},
    )  # fmt: skip
    return Result(made.pk, made.sha256, made.name)


def _case(trip: Trip) -> dict[str, Any]:
    """Each decision with its findings, the hash of the law, and what was vouched for. People stand as ids."""
    decisions = Decision.objects.filter(case=trip.case).order_by("id").select_related("post__unit", "paper", "item")
    return {
        "number": case_number(trip),
        "unit": trip.unit.name,
        "state": trip.state,
        "approval": trip.dossier.get("approval"),
        "exemption": trip.dossier.get("exemption"),
        "decisions": [
            {
                "step": row.step, "verb": row.item.verb, "round": row.round, "post": f"{row.post.unit.name}{row.post.name}",
                "outcome": row.outcome, "opinion": row.opinion, "happened_on": row.happened_on, "recorded_at": row.recorded_at,
                "version": row.version, "standing_in": row.standing_in, "policy": row.policy,
                "known": row.known, "from_paper": row.paper.words if row.paper else None,
                "members": [{"member": m.member, "outcome": m.outcome, "reason": m.reason} for m in row.members.all()],
            }
            for row in decisions.prefetch_related("members")
        ],
        "vouched": [
            {
                "rule": row.rule, "answer": row.answer, "words": row.words, "post": str(row.post_id), "given_at": row.given_at,
                "dossier": row.relevant_sha256, "replaced": row.replaced,
            }
            for row in Attestation.objects.filter(trip=trip).order_by("id")
        ],
        "papers": [
            {"kind": row.kind, "number": row.document_number, "state": row.state, "day": row.day}
            for row in Paper.objects.filter(case_id=trip.case_id).order_by("drawn_at")
        ],
    }  # fmt: skip


def _versions(trip: Trip) -> Iterable[DossierVersion]:
    return DossierVersion.objects.filter(case=trip.case).order_by("number")


def _changes(trip: Trip) -> Iterable[dict[str, Any]]:
    """Every value that changed from one hand-over to the next, and every remedy that was taken after a finding."""
    rows = list(_versions(trip))
    for before, after in pairwise(rows):
        for one in differences(trip, json.loads(before.content), json.loads(after.content)):
            yield {"from": before.number, "to": after.number, "at": one.pointer, "old": one.old, "new": one.new}
    for row in Remedy.objects.filter(trip=trip).order_by("id"):
        yield {
            "rule": row.rule, "edits": row.edits, "before": row.undo, "taken_at": row.taken_at, "undone_at": row.undone_at,
        }  # fmt: skip
    for version in TripVersion.objects.filter(trip=trip).order_by("of", "number"):
        yield {"of": version.of, "number": version.number, "source": version.source, "sha256": version.sha256}


def _people(trip: Trip, *, whole: bool) -> dict[str, dict[str, str]]:
    """Id → name and number, masked: 张*, 110105********002X."""
    ids = [public_id for m in trip.dossier.get("members") or [] if (public_id := as_uuid(m.get("id")))]
    found = {}
    for row in Traveller.objects.filter(pk__in=ids):
        name = row.name if whole else row.name[:1] + "*" * (len(row.name) - 1)
        found[str(row.pk)] = {"name": name, "identity": row.identity_masked}
    return found


def _events(trip: Trip) -> Iterable[dict[str, Any]]:
    """Of the case and the trip, each with its place in the register's chain where it has one."""
    query = (
        f"SELECT s.number, s.content, s.digest, {SELECTED} FROM audit_event e "  # noqa: S608 - our own column names
        "LEFT JOIN audit_seal s ON s.event_id = e.id "
        "WHERE e.case_id = %s OR (e.subject_kind = 'trip' AND e.subject_id = %s) ORDER BY e.recorded_at, e.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [trip.case_id, trip.pk])
        for number, content, digest, *event in cursor.fetchall():
            yield {"number": number, "content": content, "digest": digest, "event": event_text(event)}


def _files(trip: Trip) -> Iterable[StoredFile]:
    """Scans of decisions on paper, what came with the trip, the papers that were drawn and their stamped scans."""
    wanted: set[uuid.UUID | None] = set(Attachment.objects.filter(trip=trip).values_list("file", flat=True))
    wanted |= set(PaperEntry.objects.filter(item__case=trip.case).values_list("scan", flat=True))
    for pdf, docx, scan in Paper.objects.filter(case_id=trip.case_id).values_list("pdf", "docx", "stamped_scan"):
        wanted |= {pdf, docx, scan}
    return StoredFile.objects.filter(pk__in=[one for one in wanted if one]).order_by("sha256").distinct()


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str, sort_keys=True).encode()
