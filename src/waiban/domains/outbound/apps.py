from pathlib import Path

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboundConfig(AppConfig):
    name = "waiban.domains.outbound"
    label = "outbound"
    verbose_name = "因公出访"

    def ready(self) -> None:
        from waiban.core.access.permissions import Permission
        from waiban.core.audit import sentences
        from waiban.core.casework import subjects
        from waiban.core.jobs import registry as jobs
        from waiban.core.notify import texts
        from waiban.core.offices import settings
        from waiban.core.papers import known
        from waiban.core.people import merging as people_merging
        from waiban.core.people import retention
        from waiban.core.search import registry as search
        from waiban.core.ui import lists, nav
        from waiban.domains.outbound import (
            backward,
            budgeting,
            cards,
            change_settings,
            debts,
            inspecting,
            merging,
            outside,
            outside_form,
            paperwork,
            plans,
            retaining,
            searching,
            settling,
        )
        from waiban.domains.outbound.change_sentences import SENTENCES as CHANGE_SENTENCES
        from waiban.domains.outbound.change_subject import CHANGE
        from waiban.domains.outbound.event_sentences import SENTENCES
        from waiban.domains.outbound.importing import jobs as importing
        from waiban.domains.outbound.listing import TRIPS
        from waiban.domains.outbound.models import Debt
        from waiban.domains.outbound.plan_subject import PLAN
        from waiban.domains.outbound.sending_subject import SENDING
        from waiban.domains.outbound.settlement_subject import SETTLEMENT
        from waiban.domains.outbound.subject import TRIP

        papers = Path(__file__).parent / "papers"
        known.register(papers, left_out=("internal_notice", "custody_slip", "pouch_labels", "checklist"))
        known.register(papers / "forms")
        known.register(Path(__file__).parent / "papers" / "forms")
        jobs.register(importing.CHECK, importing.check)
        jobs.register(importing.SAVE, importing.save_batch)
        jobs.register(importing.UNDO, importing.undo_batch)
        sentences.register(SENTENCES)
        sentences.register(CHANGE_SENTENCES)
        subjects.register(TRIP)
        lists.register(TRIPS)
        subjects.register(SENDING)
        subjects.register(PLAN)
        subjects.register(CHANGE)
        subjects.register(SETTLEMENT)
        debts.register(Debt.Kind.SETTLEMENT, settling.owed)
        texts.register("trip.approval_to_record", _("外部系统显示已批准，请录批件：%(title)s %(number)s"))
        jobs.register(inspecting.KIND, inspecting.export_case)
        search.register(searching.INDEXED)
        search.register(searching.PAPERS)
        search.register_finder(search.Finder(searching.KIND, _("团组"), searching.find, order=10))
        retention.register(retaining.holds)
        retention.register_eraser(cards.erase_of)
        retention.register_sight(retaining.sights)
        people_merging.register(merging.answers)
        settings.register(*plans.SETTINGS)
        settings.register(
            *backward.SETTINGS,
            *budgeting.SETTINGS,
            *settling.SETTINGS,
            *cards.SETTINGS,
            *outside.SETTINGS,
            *outside_form.SETTINGS,
            *change_settings.SETTINGS,
        )
        paperwork.set_up()
        nav.register(
            nav.Entry(
                code="trips",
                label=_("团组"),
                url_name="outbound:list",
                icon="plane-departure",
                order=20,
                may_open=lambda principal: principal.may(Permission.TRIP_READ),
            )
        )
        nav.register(
            nav.Entry(
                code="plans",
                label=_("计划"),
                url_name="outbound:year_plans",
                icon="calendar",
                order=22,
                may_open=lambda principal: principal.may(Permission.TRIP_READ),
            )
        )
