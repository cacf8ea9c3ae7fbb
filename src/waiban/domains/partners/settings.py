"""When an office asks again how a promise stands (readings of partners: at 6 and 12 months)."""

from django.utils.translation import gettext_lazy

from waiban.core.offices.settings import Kind, Setting

GROUP = gettext_lazy("承诺事项")
FIRST, SECOND = "promise.first_review_months", "promise.second_review_months"
SETTINGS = (
    Setting(
        FIRST, Kind.NUMBER, 6, gettext_lazy("承诺作出后第一次复查（月）"), GROUP, at_least=1, at_most=60,
        may_be_empty=True,
    ),
    Setting(
        SECOND, Kind.NUMBER, 12, gettext_lazy("承诺作出后第二次复查（月）"), GROUP, at_least=1, at_most=120,
        may_be_empty=True,
    ),
)  # fmt: skip
