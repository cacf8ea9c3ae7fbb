"""Publish a process: proved first, then a row that never changes. Cases that are open keep theirs."""

import hashlib
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework import policies
from waiban.core.casework.engine.check import prove
from waiban.core.casework.engine.layout import has_diagram, with_diagram
from waiban.core.casework.engine.model import Requirement
from waiban.core.casework.engine.parse import parse
from waiban.core.casework.engine.problems import ProcessRefused, StepRefused
from waiban.core.casework.engine.reorder import reorder
from waiban.core.casework.errors import CannotError, NotAllowedError
from waiban.core.casework.models import ProcessRelease

Origin = ProcessRelease.Origin


@transaction.atomic
def publish_release(
    office_id: uuid.UUID, process: str, bpmn: str, *, reason: str, base: ProcessRelease | None = None
) -> ProcessRelease:
    """The next release of `process`. With a `base` it is the office's own, and every desk that the base
    requires stays required. Raises CannotError with each fault and the path that shows it.
    """
    principal = current_principal()
    if not policies.may_release(principal, office_id):
        raise NotAllowedError(_("流程由外办主任发布"))
    if not reason.strip():
        raise CannotError(_("请写明为什么要改流程"))
    text = bpmn if has_diagram(bpmn) else _drawn(bpmn)
    try:
        parsed = parse(text)
        report = prove(parsed, _required(base))
    except ProcessRefused as refusal:
        language = get_language() or "zh"
        raise CannotError("\n".join(problem.text(language) for problem in refusal.problems)) from refusal
    last = ProcessRelease.objects.filter(office_id=office_id, process=process).aggregate(last=Max("number"))["last"]
    release = ProcessRelease.objects.create(
        office_id=office_id, process=process, number=(last or 0) + 1, name=parsed.name,
        origin=Origin.OFFICE if base else Origin.SHARED, base=base, bpmn=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(), report=report.to_dict(), reason=reason.strip(),
        published_by_post_id=principal.post, readers=readers(office_id, office=True, staff=True),
    )  # fmt: skip
    record(
        "process.release", principal, subject=("release", release.pk), office=office_id, readers=release.readers,
        data={"process": process, "number": release.number, "sha256": release.sha256, "reason": release.reason},
    )  # fmt: skip
    return release


def reorder_steps(release_id: uuid.UUID, order: Sequence[str], *, reason: str) -> ProcessRelease:
    """The same steps in the office's own order, as its next release."""
    release = ProcessRelease.objects.get(pk=release_id)
    try:
        text = reorder(release.bpmn, order)
    except StepRefused as refusal:
        raise CannotError(refusal.problem.text(get_language() or "zh")) from refusal
    return publish_release(release.office_id, release.process, text, reason=reason, base=release)


def try_order(release: ProcessRelease, order: Sequence[str]) -> str:
    """What stands in the way of this order, empty when nothing does; nothing is published."""
    language = get_language() or "zh"
    try:
        prove(parse(reorder(release.bpmn, order)), _required(release))
    except StepRefused as refusal:
        return refusal.problem.text(language)
    except ProcessRefused as refusal:
        return "\n".join(problem.text(language) for problem in refusal.problems)
    return ""


def seed_release(office_id: uuid.UUID, process: str, bpmn: str, *, reason: str) -> ProcessRelease:
    """Publish a file's text unless this office has that very text already: set-up may run again."""
    text = bpmn if has_diagram(bpmn) else _drawn(bpmn)
    digest = hashlib.sha256(text.encode()).hexdigest()
    seeded = ProcessRelease.objects.filter(office_id=office_id, process=process, sha256=digest).first()
    return seeded or publish_release(office_id, process, bpmn, reason=reason)


def _drawn(bpmn: str) -> str:
    try:
        return with_diagram(bpmn)
    except ProcessRefused:
        return bpmn  # the proof that follows says what is wrong


def _required(base: ProcessRelease | None) -> tuple[Requirement, ...]:
    found: list[Requirement] = []
    while base is not None:
        found.extend(parse(base.bpmn).requirements)
        base = base.base
    return tuple(found)
