"""Who may see a case, worked out anew from its items: what the acts keep, and a command rebuilds."""

from waiban.core.access.keys import readers
from waiban.core.casework.models import Case, WorkItem


def readers_of(case: Case) -> list[int]:
    """The unit of the applicant; the office once a step reached it; each post outside both that was ever asked."""
    asked = {item.post for item in WorkItem.objects.filter(case=case).select_related("post")}
    outside = tuple(
        post.pk for post in asked
        if not (post.unit_id == case.unit_id and post.unit_wide) and not (case.at_office and post.office_wide)
    )  # fmt: skip
    return readers(case.office_id, office=case.at_office, units=(case.unit_id,), posts=outside)
