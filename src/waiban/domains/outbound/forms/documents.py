"""What people type about travel documents. The actions judge it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from waiban.core.casework.errors import CannotError as CaseError
from waiban.core.offices.errors import CannotError as OfficeError
from waiban.core.offices.forms import PlainForm, day_field
from waiban.core.offices.models import Office
from waiban.core.people.models import Traveller
from waiban.core.ui.format import joined
from waiban.domains.outbound.models import EntryRule, TravelDocument
from waiban.domains.outbound.texts import place_name


def trying(act: Callable[[], str]) -> Callable[[], str]:
    """`form_page` shows what an action of offices or people says; a domain's says it in the same words."""

    def tried() -> str:
        try:
            return act()
        except CaseError as error:
            raise OfficeError(error.message) from error

    return tried


class HolderChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return joined([obj.name, obj.unit.short_name or obj.unit.name])


class RegisterForm(PlainForm):
    holder = HolderChoice(label=_("持证人"), queryset=None)
    kind = forms.ChoiceField(label=_("证照种类"), choices=TravelDocument.Kind.choices)
    number = forms.CharField(
        label=_("证照号码"), max_length=24, help_text=_("加密保存，页面只显示末四位"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    issuer = forms.CharField(label=_("签发机关"), max_length=80, required=False)
    issued_on = day_field(_("签发日期"), required=False)
    expires_on = day_field(_("有效期至"))
    place = forms.ChoiceField(
        label=_("所在"),
        choices=[(one.value, one.label) for one in (TravelDocument.Place.DRAWER, TravelDocument.Place.UNIT_KEEPER)],
    )
    code = forms.CharField(label=_("袋号"), max_length=12, required=False, help_text=_("空着由系统编，登记后打印标签"))
    mark = forms.CharField(label=_("备注"), max_length=200, required=False)

    def __init__(self, *args: Any, office: Office, holder: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["holder"]
        choice.queryset = (
            Traveller.objects.filter(unit__office=office, erased_on=None).select_related("unit").order_by("name", "id")
        )
        if holder:
            choice.initial = holder


class IssueForm(PlainForm):
    number = forms.CharField(
        label=_("证照号码"), max_length=24, help_text=_("加密保存，页面只显示末四位"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    issuer = forms.CharField(label=_("签发机关"), max_length=80, required=False)
    issued_on = day_field(_("签发日期"))
    expires_on = day_field(_("有效期至"))


class EntryRuleForm(PlainForm):
    country = forms.ChoiceField(label=_("国家"), choices=())
    paper = forms.ChoiceField(
        label=_("护照种类"), choices=[(one, TravelDocument.Kind(one).label) for one in TravelDocument.PASSPORTS]
    )
    need = forms.ChoiceField(label=_("入境要求"), choices=EntryRule.Need.choices)
    longest_stay = forms.IntegerField(label=_("最长停留天数"), required=False, min_value=1, max_value=730)
    since = day_field(_("从哪天起"))
    source = forms.CharField(label=_("依据"), max_length=200, help_text=_("文件或网页的名称，以及它的日期"))
    read_on = day_field(_("核对日期"))

    def __init__(self, *args: Any, codes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        country: Any = self.fields["country"]
        country.choices = sorted(((code, place_name(code)) for code in codes), key=lambda pair: pair[1])


class IssuedForm(PlainForm):
    """What is printed in a visa or endorsement."""

    name = forms.CharField(
        label=_("证上姓名"), max_length=120, required=False, help_text=_("照证上拼音抄，核对后不保存"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    valid_from = day_field(_("生效日期"), required=False)
    valid_until = day_field(_("失效日期"), required=False)
    entries = forms.ChoiceField(
        label=_("入境次数"), required=False,
        choices=(("", _("未填")), ("1", _("1 次")), ("2", _("2 次")), ("0", _("多次"))),
    )  # fmt: skip
    stay_days = forms.IntegerField(label=_("停留天数"), required=False, min_value=1, max_value=730)
    mismatch_words = forms.CharField(
        label=_("不符也收下的理由"), max_length=200, required=False, help_text=_("只在和行程不符时填")
    )
