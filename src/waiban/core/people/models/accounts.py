"""Who signs in, which posts they hold from when to when, and who stands in for whom."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, UserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from waiban.core.access.models import ProtectedModel
from waiban.core.people.models.posts import Post
from waiban.core.people.models.ranges import Days
from waiban.kernel.ids import uuid7


class Account(AbstractBaseUser):
    """A person who signs in. Outside row security: signing in comes before anybody acts."""

    id = models.UUIDField("编号", primary_key=True, default=uuid7, editable=False)
    username = models.CharField("用户名", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=60)
    email = models.EmailField("邮箱", blank=True)
    is_active = models.BooleanField("启用", default=True)
    is_staff = models.BooleanField("不用", default=False, editable=False)
    opened_by_office = models.UUIDField(
        "开户外办", null=True, help_text="Whose head may close it or set a new password."
    )
    date_joined = models.DateTimeField("开户时间", auto_now_add=True)
    language = models.CharField("界面语言", max_length=10, default="zh-hans")

    objects = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "账号"

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name


class Appointment(ProtectedModel):
    """An account holds a post from one day to another; `until` is empty while it lasts."""

    account = models.ForeignKey(Account, models.PROTECT, verbose_name="账号", related_name="appointments")
    post = models.ForeignKey(Post, models.PROTECT, verbose_name="岗位", related_name="appointments")
    since = models.DateField("起")
    until = models.DateField("止", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "任职"
        constraints: ClassVar[list[Any]] = [
            ExclusionConstraint(
                name="one_holder_a_post_and_day",
                expressions=[
                    ("post", RangeOperators.EQUAL),
                    (Days(F("since"), F("until")), RangeOperators.OVERLAPS),
                ],
            )
        ]


class Substitute(ProtectedModel):
    """A (`account`) acts at a post of B (`post`) between two days, both counted, on record; never through a third."""

    post = models.ForeignKey(Post, models.PROTECT, verbose_name="被代岗位", related_name="substitutes")
    account = models.ForeignKey(Account, models.PROTECT, verbose_name="代理人", related_name="substitutions")
    since = models.DateField("起")
    until = models.DateField("止")
    reason = models.CharField("事由", max_length=200)
    ended_on = models.DateField("提前结束", null=True, help_text="The last day on which it holds.")

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "代理人"
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="substitute_ends_after_it_begins")
        ]
