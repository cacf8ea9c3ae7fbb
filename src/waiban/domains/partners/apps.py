from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    name = "waiban.domains.partners"
    label = "partners"
    verbose_name = "伙伴和承诺"

    def ready(self) -> None:
        from waiban.core.access.permissions import Permission
        from waiban.core.audit import sentences
        from waiban.core.casework import subjects
        from waiban.core.offices import settings
        from waiban.core.ui import nav
        from waiban.domains.partners.event_sentences import SENTENCES
        from waiban.domains.partners.settings import SETTINGS
        from waiban.domains.partners.subject import PROMISE

        sentences.register(SENTENCES)
        subjects.register(PROMISE)
        settings.register(*SETTINGS)
        nav.register(
            nav.Entry(
                code="promises",
                label=_("承诺"),
                url_name="partners:promises",
                icon="check",
                order=40,
                may_open=lambda principal: principal.may(Permission.CASE_READ),
            )
        )
