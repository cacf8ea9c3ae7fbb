"""Papers that come with a trip."""

from django.db import models
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.domains.outbound.models.sending import SendingPart
from waiban.domains.outbound.models.trips import Trip


class Attachment(ProtectedModel):
    class Kind(models.TextChoices):
        REQUEST = "request", gettext_lazy("单位请示(盖章扫描件)")
        INVITATION = "invitation", gettext_lazy("邀请函")
        TRANSLATION = "translation", gettext_lazy("邀请函译文")
        PROGRAMME = "programme", gettext_lazy("日程")
        BUDGET = "budget", gettext_lazy("预算")
        NOTICE_PROOF = "notice_proof", gettext_lazy("公示证明")
        NATURE = "nature", gettext_lazy("性质说明")
        CONSENT = "consent", gettext_lazy("派员单位意见")
        OUTSIDE_APPROVAL = "outside_approval", gettext_lazy("上级批件")
        REPORT = "report", gettext_lazy("出访报告")
        OTHER = "other", gettext_lazy("其他")

    trip = models.ForeignKey(Trip, models.CASCADE, verbose_name="因公临时出国(境)", related_name="attachments")
    part = models.ForeignKey(
        SendingPart, models.CASCADE, verbose_name="派员单位办理", related_name="attachments", null=True, editable=False
    )
    kind = models.CharField("种类", max_length=16, choices=Kind)
    file = models.ForeignKey("files.StoredFile", models.PROTECT, verbose_name="文件", related_name="+")
    title = models.CharField("名称", max_length=200)
    number = models.CharField("文号", max_length=80, blank=True)
    dated = models.DateField("日期", null=True)
    added_by_post_id = models.UUIDField("上传岗位")
    added_at = models.DateTimeField("上传时间", auto_now_add=True)
    removed_at = models.DateTimeField("移除时间", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "附件"
