from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "waiban.site.api"
    label = "api"
    verbose_name = "接口"

    def ready(self) -> None:
        from waiban.core.access.permissions import Permission
        from waiban.core.audit import sentences
        from waiban.core.ui import nav

        sentences.register(
            {
                "api.call": _("接口调用 %(method)s %(path)s"),
                "token.end": _("停用接口口令：%(name)s"),
                "token.make": _("开通接口口令：%(name)s"),
                "webhook.add": _("允许推送到：%(name)s"),
                "webhook.end": _("停止推送到：%(name)s"),
            }
        )
        nav.register(
            nav.Entry(
                code="connections",
                label=_("接口"),
                url_name="connections",
                icon="key",
                order=95,
                may_open=lambda principal: principal.may(Permission.PEOPLE_SET),
            )
        )
