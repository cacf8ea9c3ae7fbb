"""Whether new trips of a unit are taken."""

from django.utils.translation import gettext as _

from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Suspension, Trip


def refuse_suspended(trip: Trip) -> None:
    """Before a case is handed in for the first time; one that was filed already goes on whatever its unit owes."""
    if trip.dossier.get("submitted"):
        return
    row = Suspension.objects.filter(suspended_unit=trip.unit_id, lifted_on=None).first()
    if row is not None:
        said = {"day": row.since.isoformat(), "article": row.article}
        raise CannotError(_("本单位自 %(day)s 起暂停受理新团组（%(article)s），请先办结未办事项") % said)
