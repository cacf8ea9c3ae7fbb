"""How an account likes its lists: which columns, and named views of conditions, columns and order."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from waiban.core.access.models import ProtectedModel


class SavedView(ProtectedModel):
    """Private to its account, or shared with everybody at its post. `query` is the list's own address line."""

    list_code = models.CharField("列表", max_length=40)
    name = models.CharField("视图名称", max_length=20)
    query = models.CharField("条件和排序", max_length=600, blank=True)
    columns = ArrayField(models.CharField(max_length=24), verbose_name="列", default=list)
    account_id = models.UUIDField("所属账号")
    post_id = models.UUIDField("所属岗位")
    shared = models.BooleanField("岗位共用", default=False)
    saved_at = models.DateTimeField("保存时间", auto_now=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "视图"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["account_id", "post_id", "list_code", "name"],
                name="one_private_view_a_name",
                condition=models.Q(shared=False),
            ),
            models.UniqueConstraint(
                fields=["post_id", "list_code", "name"], name="one_shared_view_a_name", condition=models.Q(shared=True)
            ),
        ]


class ListChoice(ProtectedModel):
    """What one account at one post sees when it opens a list: its columns, and the view that it opens with."""

    account_id = models.UUIDField("所属账号")
    post_id = models.UUIDField("所属岗位")
    list_code = models.CharField("列表", max_length=40)
    columns = ArrayField(models.CharField(max_length=24), verbose_name="列", default=list)
    opens_with = models.ForeignKey(
        SavedView, models.SET_NULL, verbose_name="默认视图", related_name="+", null=True, blank=True
    )

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "列表设置"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["account_id", "post_id", "list_code"], name="one_choice_an_account_post_and_list"
            )
        ]
