"""What a case is found by, whatever it is about."""

from django.urls import reverse

from waiban.core.casework.models import Case
from waiban.core.casework.subjects import kinds
from waiban.core.search.queries import ids
from waiban.core.search.registry import Hit, Indexed

KIND = "case"


def texts(case: Case) -> list[str]:
    return [case.number, case.title, case.unit.name, case.unit.short_name, case.destination]


INDEXED = Indexed(
    KIND, "casework.Case", texts, related=("unit",), deferred=("marking",), depends={"unit": "unit"}, mark="c"
)


def find(asked: str, most: int) -> list[Hit]:
    cases = Case.objects.filter(pk__in=ids(KIND, asked, most)).select_related("unit").defer("marking").order_by("-id")
    names = kinds()
    return [
        Hit(
            of=case.pk,
            label=names.get(case.kind, case.kind),
            number=case.number,
            title=case.title,
            unit=case.unit.short_name,
            detail=case.detail,
            url=reverse(case.url_name, args=[case.subject_id]),
            due=case.due,
            paused_for=case.paused_for,
            closed_on=case.ended_on,
            about=case.subject_id,
        )
        for case in cases[:most]
    ]
