"""What people type about units, posts, accounts, substitutes and travellers. The actions judge it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from waiban.core.offices.forms import PlainForm, day_field
from waiban.core.offices.models import Office
from waiban.core.people.actions.save_traveller import FIELDS, Facts
from waiban.core.people.models import Account, Post, Role, Traveller, TravellerRecord, Unit, UnitKind

NOT_STATED = ("", _("未填"))


class UnitChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class PostChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.unit.short_name}{obj.name}"


class AccountChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.username}）"


class UnitForm(PlainForm):
    name = forms.CharField(label=_("单位全称"), max_length=80)
    short_name = forms.CharField(label=_("简称"), max_length=30, required=False)
    kind = forms.ChoiceField(label=_("单位性质"), choices=UnitKind.choices)
    parent = UnitChoice(label=_("上级单位"), queryset=None, required=False, empty_label=_("没有"))

    def __init__(self, *args: Any, office: Office, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent: Any = self.fields["parent"]
        parent.queryset = Unit.objects.filter(office=office, closed_on=None).order_by("name")


class PostForm(PlainForm):
    role = forms.ChoiceField(label=_("职责"), choices=Role.choices)
    name = forms.CharField(label=_("岗位名称"), max_length=40, required=False, help_text=_("空着就用职责的名称"))


class AccountForm(PlainForm):
    username = forms.CharField(label=_("账号"), max_length=60, help_text=_("字母和数字，登录时用"))
    name = forms.CharField(label=_("姓名"), max_length=60)
    email = forms.EmailField(label=_("邮箱"), required=False)
    password = forms.CharField(
        label=_("初始密码"), required=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("至少 10 位；本人登录后自己改。只用统一身份认证的可以空着"),
    )  # fmt: skip


class AccountSaveForm(PlainForm):
    name = forms.CharField(label=_("姓名"), max_length=60)
    email = forms.EmailField(label=_("邮箱"), required=False)
    password = forms.CharField(
        label=_("新密码"), required=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("空着就不改"),
    )  # fmt: skip
    is_active = forms.BooleanField(label=_("可以登录"), required=False)


class AppointForm(PlainForm):
    account = AccountChoice(label=_("姓名"), queryset=None)
    since = day_field(_("起"))
    until = day_field(_("止"), required=False)

    def __init__(self, *args: Any, accounts: Iterable[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account: Any = self.fields["account"]
        account.queryset = Account.objects.filter(pk__in=[row.pk for row in accounts], is_active=True).order_by("name")


class SubstituteForm(PlainForm):
    post = PostChoice(label=_("被代岗位"), queryset=None)
    account = AccountChoice(label=_("代理人"), queryset=None)
    since = day_field(_("起"))
    until = day_field(_("止"))
    reason = forms.CharField(label=_("事由"), max_length=200)

    def __init__(self, *args: Any, posts: Iterable[Post], accounts: Iterable[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        post: Any = self.fields["post"]
        post.queryset = Post.objects.filter(pk__in=[row.pk for row in posts]).select_related("unit")
        account: Any = self.fields["account"]
        account.queryset = Account.objects.filter(pk__in=[row.pk for row in accounts], is_active=True).order_by("name")


IN_CHARGE_OF = (("foreign_affairs", _("外事")), ("commerce", _("商务")), ("other", _("其他")))
YES_NO = (NOT_STATED, ("yes", _("是")), ("no", _("否")))


class TravellerForm(PlainForm):
    unit = UnitChoice(label=_("单位"), queryset=None, empty_label=None)
    name = forms.CharField(label=_("姓名"), max_length=60)
    pinyin = forms.CharField(label=_("拼音"), max_length=120, required=False, help_text=_("与护照一致，如 SHEN YANQIU"))
    born_on = day_field(_("出生日期"), required=False)
    identity_number = forms.CharField(label=_("身份证号"), max_length=24, required=False)
    since = day_field(_("以下情况从哪天起"))
    post = forms.CharField(label=_("职务"), max_length=80, required=False)
    rank = forms.ChoiceField(label=_("职务层次"), choices=(NOT_STATED, *TravellerRecord.Rank.choices), required=False)
    grade = forms.CharField(label=_("职级"), max_length=40, required=False)
    category = forms.ChoiceField(
        label=_("人员类别"), choices=(NOT_STATED, *TravellerRecord.Category.choices), required=False
    )
    status = forms.ChoiceField(
        label=_("在职情况"), choices=(NOT_STATED, *TravellerRecord.Status.choices), required=False
    )
    managed_by = forms.ChoiceField(
        label=_("干部管理权限"), choices=(NOT_STATED, *TravellerRecord.ManagedBy.choices), required=False
    )
    heads_unit = forms.ChoiceField(label=_("主要负责人"), choices=YES_NO, required=False)
    leadership_of = forms.CharField(label=_("领导班子"), max_length=80, required=False)
    term_from = day_field(_("任期起"), required=False)
    in_charge_of = forms.MultipleChoiceField(
        label=_("分管"), choices=IN_CHARGE_OF, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, units: Iterable[Unit], traveller: Traveller | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit: Any = self.fields["unit"]
        unit.queryset = Unit.objects.filter(pk__in=[row.pk for row in units]).order_by("name")
        if traveller is not None and traveller.identity_masked:
            self.fields["identity_number"].help_text = f"{traveller.identity_masked}　{_('空着就不改')}"

    def facts(self) -> Facts:
        data = self.cleaned_data
        return Facts(
            post=data["post"],
            rank=data["rank"],
            grade=data["grade"],
            category=data["category"],
            status=data["status"],
            managed_by=data["managed_by"],
            heads_unit={"yes": True, "no": False}.get(data["heads_unit"]),
            leadership_of=data["leadership_of"],
            term_from=data["term_from"],
            in_charge_of=tuple(name for name in FIELDS if name in data["in_charge_of"]) or None,
        )


def initial_of(traveller: Traveller, record: TravellerRecord | None, today: date) -> dict[str, Any]:
    known: dict[str, Any] = {
        "unit": traveller.unit_id,
        "name": traveller.name,
        "pinyin": traveller.pinyin,
        "born_on": traveller.born_on,
        "since": record.since if record else today,
    }
    if record is not None:
        for name in ("post", "rank", "grade", "category", "status", "managed_by", "leadership_of", "term_from"):
            known[name] = getattr(record, name)
        known["heads_unit"] = {True: "yes", False: "no", None: ""}[record.heads_unit]
        known["in_charge_of"] = record.in_charge_of or []
    return known
