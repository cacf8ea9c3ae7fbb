"""Open a case for a subject: the first item lies with the applicant's post."""

import uuid
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.principals import current_principal
from waiban.core.casework import clocks, policies
from waiban.core.casework.engine import walk
from waiban.core.casework.engine.marking import Marking
from waiban.core.casework.errors import AlreadyDoneError, CannotError, NotAllowedError
from waiban.core.casework.models import Case, WorkItem
from waiban.core.casework.moves import Values, engine_words, follow, log, tell_subject
from waiban.core.casework.processes import current_release, process_of
from waiban.core.casework.subjects import subject_of
from waiban.core.people.models import Post
from waiban.core.search.keep import keep


@transaction.atomic
def open_case(
    kind: str,
    subject_id: uuid.UUID,
    *,
    applicant_post: Post,
    number: str,
    title: str,
    detail: str = "",
    destination: str = "",
    process: str = "trip",
    on: date | None = None,
) -> Case:
    """`number` is the office's case number; the unit and the office are those of the applicant's post."""
    principal = current_principal()
    if not policies.holds(principal, applicant_post.pk):
        raise NotAllowedError("case.open")
    on = on or clocks.today()
    case, opened = begin(
        kind, subject_id, applicant_post=applicant_post, account=principal.account, number=number, title=title,
        detail=detail, destination=destination, process=process, on=on,
    )  # fmt: skip
    log("case.open", principal.at(applicant_post.pk), case, on, subject=str(subject_id), number=number)
    tell_subject("open", case, opened)
    return case


def begin(
    kind: str,
    subject_id: uuid.UUID,
    *,
    applicant_post: Post,
    account: uuid.UUID | None,
    number: str,
    title: str,
    detail: str,
    destination: str,
    process: str,
    on: date,
) -> tuple[Case, tuple[WorkItem, ...]]:
    """The rows of a case that begins on a day; who may is the caller's to ask, and its event the caller's to write."""
    if Case.objects.filter(subject_id=subject_id, result="").exists():
        raise CannotError(_("这件事已经有一个在办的办件"))
    case = Case(
        office_id=applicant_post.office_id, unit=applicant_post.unit, kind=kind, subject_id=subject_id, number=number,
        release=current_release(applicant_post.office_id, process), title=title, detail=detail,
        destination=destination, applicant_post=applicant_post, applicant_account_id=account,
        opened_on=on, readers=readers(applicant_post.office_id, units=(applicant_post.unit_id,)),
    )  # fmt: skip
    case.url_name = subject_of(case).url_name
    with engine_words():
        marking = walk.start(process_of(case), Values(case))
    case.marking = marking.to_json()
    try:
        case.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyDoneError(_("这件事刚才已经发起，或案号已用")) from error
    keep("case", case)
    return case, follow(case, Marking(), marking, on=on)
