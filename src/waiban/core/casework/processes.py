"""The parsed process of a release. Releases never change, so each is read and parsed once a server process."""

import uuid
from functools import lru_cache

from django.db import connection
from django.utils.translation import gettext as _

from waiban.core.casework.engine.model import Process
from waiban.core.casework.engine.parse import parse
from waiban.core.casework.errors import CannotError
from waiban.core.casework.models import Case, ProcessRelease

parsed = lru_cache(maxsize=256)(parse)


def process_of(case: Case) -> Process:
    return _by_id(case.release_id)


@lru_cache(maxsize=256)
def _by_id(release_id: uuid.UUID) -> Process:
    """Read by a function of the database: a post that sees one case needn't see what the office has released."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT casework_bpmn_of(%s)", [release_id])
        (bpmn,) = cursor.fetchone()
    if bpmn is None:
        raise ProcessRelease.DoesNotExist(str(release_id))
    return parsed(str(bpmn))


def current_release(office_id: uuid.UUID, process: str) -> ProcessRelease:
    """The newest; raises CannotError where the office has published none."""
    found = (
        ProcessRelease.objects.filter(office_id=office_id, process=process).defer("bpmn").order_by("-number").first()
    )
    if found is None:
        raise CannotError(_("还没有发布流程“%(process)s”，请外办主任先发布") % {"process": process})
    return found
