"""Forms in the face's classes, for the pages of offices and people."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from waiban.core.offices.actions.record_grant import CHANNELS, DOCUMENTS
from waiban.core.offices.settings import Kind, Setting


class PlainForm(forms.Form):
    """Controls in the face's classes; each error stands under its field."""

    def __init__(self, *args: Any, first: dict[str, forms.Field] | None = None, **kwargs: Any) -> None:
        """`first` are fields that are known only now; they stand before the others."""
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.fields = {**(first or {}), **self.fields}
        for name, field in self.fields.items():
            widget = field.widget
            if isinstance(widget, forms.CheckboxSelectMultiple | forms.CheckboxInput):
                continue
            select = isinstance(widget, forms.Select)
            widget.attrs.setdefault("class", "select" if select else "input")
            widget.attrs["aria-describedby"] = f"id_{name}-side"


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"placeholder": "2027-03-02", "inputmode": "numeric"})
    return forms.DateField(label=label, widget=widget, input_formats=["%Y-%m-%d"], **kwargs)


RANKS = (
    ("bureau", _("厅局级正职")),
    ("deputy_bureau", _("厅局级副职")),
    ("county", _("县处级正职")),
    ("deputy_county", _("县处级副职")),
    ("section", _("乡科级正职")),
    ("deputy_section", _("乡科级副职")),
    ("staff", _("科员及以下")),
    ("senior_title", _("高级职称")),
    ("other", _("其他")),
)
CHANNEL_NAMES = {"foreign": _("因公出国"), "hk_macao": _("因公赴港澳"), "taiwan": _("因公赴台（市台办）")}
DOCUMENT_NAMES = {"task_approval": _("任务批件"), "confirmation": _("确认件"), "task_notice": _("任务通知书")}


def value_field(setting: Setting) -> forms.Field:
    """The control that fits a setting's kind; `settings.checked` judges what comes of it."""
    common: dict[str, Any] = {"label": setting.label, "help_text": setting.help, "required": False}
    if setting.kind == Kind.YES_NO:
        return forms.ChoiceField(choices=(("yes", _("是")), ("no", _("否"))), **common)
    if setting.kind == Kind.CHOICE:
        return forms.ChoiceField(choices=setting.choices, **common)
    if setting.kind == Kind.NUMBER:
        return forms.CharField(widget=forms.TextInput(attrs={"inputmode": "numeric"}), **common)
    if setting.longest > 200:
        return forms.CharField(
            widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false"}), max_length=setting.longest, **common
        )
    return forms.CharField(max_length=200, **common)


class SettingForm(PlainForm):
    reason = forms.CharField(label=_("理由"), max_length=400, help_text=_("以后查得到是谁、为什么改的"))

    def __init__(self, *args: Any, setting: Setting, value: Any, **kwargs: Any) -> None:
        shown = {True: "yes", False: "no", None: ""}.get(value, value) if setting.kind == Kind.YES_NO else value
        initial = {"value": "" if shown is None else shown}
        super().__init__(*args, first={"value": value_field(setting)}, initial=initial, **kwargs)
        self.setting = setting

    def value(self) -> Any:
        typed = self.cleaned_data["value"]
        return typed == "yes" if self.setting.kind == Kind.YES_NO else typed


class GrantForm(PlainForm):
    number = forms.CharField(label=_("文号"), max_length=60)
    by = forms.CharField(label=_("授权机关"), max_length=80)
    granted_on = day_field(_("发文日期"))
    since = day_field(_("起"))
    until = day_field(_("止"), required=False)
    ranks = forms.MultipleChoiceField(label=_("职务层次"), choices=RANKS, widget=forms.CheckboxSelectMultiple)
    channels = forms.MultipleChoiceField(
        label=_("渠道"), choices=[(code, CHANNEL_NAMES[code]) for code in CHANNELS], widget=forms.CheckboxSelectMultiple
    )
    documents = forms.MultipleChoiceField(
        label=_("可出的批件"),
        choices=[(code, DOCUMENT_NAMES[code]) for code in DOCUMENTS],
        widget=forms.CheckboxSelectMultiple,
        initial=["task_approval"],
    )


class EndGrantForm(PlainForm):
    on = day_field(_("从哪天起不再有效"))
    reason = forms.CharField(label=_("理由"), max_length=200)


class OfficeForm(PlainForm):
    name = forms.CharField(label=_("全称"), max_length=60)
    name_en = forms.CharField(label=_("英文名称"), max_length=120, required=False)
    short_name = forms.CharField(label=_("简称"), max_length=20, help_text=_("用在文号里，如 云外"))
    telephone = forms.CharField(label=_("值班电话"), max_length=40, required=False)
    notice = forms.CharField(
        label=_("登录页通知"), max_length=200, required=False, help_text=_("谁都看得到，空着就不显示")
    )
