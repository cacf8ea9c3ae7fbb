from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegisterConfig(AppConfig):
    name = "waiban.desks.register"
    label = "register"
    verbose_name = "操作登记"

    def ready(self) -> None:
        from waiban.core.access.permissions import Permission
        from waiban.core.audit import sentences
        from waiban.core.jobs import registry as jobs
        from waiban.core.ui import nav
        from waiban.desks.register import verifying
        from waiban.desks.register.core_sentences import SENTENCES

        nav.register(
            nav.Entry("register", _("登记"), "register:search", "history", 80, lambda p: p.may(Permission.AUDIT_READ))
        )
        sentences.register(SENTENCES)
        jobs.register(verifying.KIND, verifying.verify)
