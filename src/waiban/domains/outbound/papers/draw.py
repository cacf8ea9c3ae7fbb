"""Draw a trip's papers from what is on record, inside the act that calls for them."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from waiban.core.casework.models import Case, Decision, DossierVersion
from waiban.core.casework.queries import decided
from waiban.core.offices.models import Grant
from waiban.core.papers.actions.draw_paper import draw_paper
from waiban.core.papers.models import Paper
from waiban.core.papers.settings import letterhead_of, number_pattern, valid_until
from waiban.core.papers.source import PaperError
from waiban.core.people.models import Traveller
from waiban.domains.outbound.authority import authority_of, document_of, grant_for
from waiban.domains.outbound.check import check
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.members import traveller_id
from waiban.domains.outbound.models import Attachment, SendingPart, Trip
from waiban.domains.outbound.papers import groups
from waiban.domains.outbound.papers import values as words
from waiban.domains.outbound.papers.values import Finding, source
from waiban.domains.outbound.sending import parts_in_force
from waiban.dossiers.check import Judgement


def draw_approval(trip: Trip, case: Case, decision: Decision, going: Collection[str]) -> Paper:
    """What approves, by what the trip is; with it a task notice to each unit that sends people into our group."""
    value = value_of(trip.dossier)
    if document_of(value) == "confirmation":
        return draw_confirmation(trip, case, decision, going)
    paper = draw_task_approval(trip, case, decision, going)
    draw_task_notices(trip, case, decision, going, str(paper.document_number))
    return paper


def draw_confirmation(trip: Trip, case: Case, decision: Decision, going: Collection[str]) -> Paper:
    """确认件 under a grant that allows it. Raises CannotError with what the paper lacks."""
    value = value_of(trip.dossier)
    day = decision.happened_on
    authority = authority_of(value, trip.office, trip.channel, day)
    if not authority.own:
        raise CannotError(_("没有可出确认件的授权文件；请报上级办理"))
    until = valid_until(trip.office, day)
    letterhead = letterhead_of(trip.office)
    try:
        return draw_paper(
            source("confirmation"),
            lambda number: groups.confirmation(
                value,
                names_of(trip),
                letterhead,
                day=day,
                number=number,
                unit=trip.unit.name,
                request_number=request_number(trip),
                grant=authority.grant_number,
                valid_until=until,
                approved=set(going),
            ),
            office=trip.office,
            day=day,
            readers=case.readers,
            case_id=case.pk,
            version_id=version_of(decision),
            grant_id=authority.grant_id,
            number_pattern=number_pattern(trip.office, "confirmation"),
            valid_until=until,
        )
    except PaperError as lack:
        raise CannotError(str(lack)) from lack


def draw_task_notices(
    trip: Trip, case: Case, decision: Decision, going: Collection[str], approval_number: str
) -> list[Paper]:
    """One 任务通知书 a sending unit, for its own people, into its own case. None without a grant that allows them."""
    value = value_of(trip.dossier)
    day = decision.happened_on
    grant = grant_for(value, trip.office, trip.channel, day, "task_notice")
    if grant is None:
        return []
    drawn = []
    for part in parts_in_force(trip):
        own = {str(m.get("id")) for m in part.content["dossier"].get("members") or []} & set(going)
        if part.case is not None and own:
            drawn.append(
                _draw_task_notice(
                    trip, case, part, own=own, grant=grant, day=day, approval=(approval_number, len(going))
                )
            )
    return drawn


def _draw_task_notice(
    trip: Trip, case: Case, part: SendingPart, *, own: set[str], grant: Grant, day: date, approval: tuple[str, int]
) -> Paper:
    value, names, letterhead = value_of(trip.dossier), names_of(trip), letterhead_of(trip.office)
    approval_number, group_size = approval
    try:
        return draw_paper(
            source("task_notice"),
            lambda number: groups.task_notice(
                value,
                names,
                letterhead,
                day=day,
                number=number,
                unit=part.unit.name,
                approval_number=approval_number,
                group_size=group_size,
                grant=grant.number,
                approved=own,
            ),
            office=trip.office,
            day=day,
            readers=sorted({*part.readers, *case.readers}),
            case_id=part.case_id,
            grant_id=grant.pk,
            number_pattern=number_pattern(trip.office, "task_notice"),
        )
    except PaperError as lack:
        raise CannotError(str(lack)) from lack


def draw_task_approval(trip: Trip, case: Case, decision: Decision, going: Collection[str]) -> Paper:
    """任务批件 under the office's own grant, for those who may go.

    Raises CannotError with what the paper lacks; the approval then doesn't stand either.
    """
    value = value_of(trip.dossier)
    day = decision.happened_on
    authority = authority_of(value, trip.office, trip.channel, day)
    if not authority.own:
        raise CannotError(_("没有授权文件，不能出任务批件；请报上级审批"))
    letterhead = letterhead_of(trip.office)
    until = valid_until(trip.office, day)
    exemption = exemptions(check(trip, "approve"))
    try:
        return draw_paper(
            source("task_approval"),
            lambda number: words.task_approval(
                value,
                names_of(trip),
                letterhead,
                day=day,
                number=number,
                unit=trip.unit.name,
                request_number=request_number(trip),
                grant=authority.grant_number,
                exemption=exemption,
                valid_until=until,
                approved=set(going),
            ),
            office=trip.office,
            day=day,
            readers=case.readers,
            case_id=case.pk,
            version_id=version_of(decision),
            grant_id=authority.grant_id,
            number_pattern=number_pattern(trip.office, "task_approval"),
            valid_until=until,
        )
    except PaperError as lack:
        raise CannotError(str(lack)) from lack


def draw_review_and_request(trip: Trip, case: Case, decision: Decision) -> tuple[Paper, Paper]:
    """审核意见, and the 请示 that carries it to the body that decides. Raises CannotError with what they lack."""
    value = value_of(trip.dossier)
    day = decision.happened_on
    body = authority_of(value, trip.office, trip.channel, day).body_zh
    letterhead = letterhead_of(trip.office)
    judgement = check(trip, "approve")
    names = names_of(trip)
    head = decided(case, "head_review") or decision
    # Words said inside the office stay there; the paper says what they come to.
    conclusion = "经审核，修改后拟同意" if head.outcome == "agree_with_changes" else "经审核，拟同意"
    common: dict[str, Any] = {
        "office": trip.office,
        "day": day,
        "readers": case.readers,
        "case_id": case.pk,
        "version_id": version_of(decision),
    }
    try:
        review = draw_paper(
            source("review_opinion"),
            lambda number: words.review_opinion(
                value,
                names,
                letterhead,
                day=day,
                number=number,
                unit=trip.unit.name,
                request_number=request_number(trip),
                higher_body=body,
                authority="干部管理权限和审批权限",
                conclusion=conclusion,
                findings=reviewed(judgement),
                exemption=exemptions(judgement),
            ),
            number_pattern=number_pattern(trip.office, "review_opinion"),
            **common,
        )
        request = draw_paper(
            source("upward_request"),
            lambda number: words.upward_request(
                value,
                names,
                letterhead,
                day=day,
                number=number,
                unit=trip.unit.name,
                higher_body=body,
                signer=head.account.name,
                conclusion=conclusion,
                review_number=review.document_number,
            ),
            number_pattern=number_pattern(trip.office, "upward_request"),
            **common,
        )
    except PaperError as lack:
        raise CannotError(str(lack)) from lack
    return review, request


def names_of(trip: Trip) -> dict[str, str]:
    return names_in(trip.dossier)


def names_in(dossier: Mapping[str, Any]) -> dict[str, str]:
    """Of the members whom the reader may see."""
    ids = [found for found in map(traveller_id, dossier.get("members") or []) if found]
    return {str(pk): name for pk, name in Traveller.objects.filter(pk__in=ids).values_list("pk", "name")}


def request_number(trip: Trip) -> str | None:
    """Of the unit's own stamped 请示, as filed with the application, or as the office holds it on paper."""
    filed = Attachment.objects.filter(trip=trip, kind=Attachment.Kind.REQUEST, removed_at=None).order_by("-id").first()
    return (filed.number if filed else "") or trip.request_number or None


def version_of(decision: Decision) -> UUID | None:
    return (
        DossierVersion.objects.filter(case_id=decision.case_id, number=decision.version)
        .values_list("pk", flat=True)
        .first()
    )


def reviewed(judgement: Judgement) -> list[Finding]:
    """What the office answers for; the approver's own word is still to come and isn't the office's to report."""
    return [
        Finding(one.title_zh, one.answer, one.level, one.text_zh)
        for one in judgement.all_findings
        if one.card["stated_by"] != "approver"
    ]


def exemptions(judgement: Judgement) -> str | None:
    """What lifts a limit here, each as the finding says it."""
    lifted = [one.text_zh.rstrip("。") for one in judgement.findings if one.answer == "exempt"]
    return "；".join(dict.fromkeys(lifted)) or None
