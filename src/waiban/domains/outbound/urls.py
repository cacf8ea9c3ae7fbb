from django.urls import path

from waiban.domains.outbound.views import backward, cases, decisions, draft, lists, papers

app_name = "outbound"
urlpatterns = [
    path("", lists.trips, name="list"),
    path("export/", lists.export, name="export"),
    path("new/", draft.new, name="new"),
    path("<uuid:trip_id>/", cases.case, name="case"),
    path("<uuid:trip_id>/draft/", draft.draft, name="draft"),
    path("<uuid:trip_id>/draft/remedy/", draft.remedy, name="remedy"),
    path("<uuid:trip_id>/draft/undo/<uuid:remedy_id>/", draft.undo, name="undo"),
    path("<uuid:trip_id>/draft/rechecked/", draft.rechecked, name="rechecked"),
    path("<uuid:trip_id>/draft/budget/", draft.from_itinerary, name="build_budget"),
    path("<uuid:trip_id>/draft/plans/", draft.plans, name="plans"),
    path("<uuid:trip_id>/draft/start/", draft.start, name="start"),
    path("<uuid:trip_id>/attach/", cases.attach, name="attach"),
    path("<uuid:trip_id>/detach/<uuid:attachment_id>/", cases.detach, name="detach"),
    path("<uuid:trip_id>/dossier.json", cases.dossier, name="dossier"),
    path("<uuid:trip_id>/process.bpmn", cases.process, name="process"),
    path("<uuid:trip_id>/submit/", draft.hand_over, name="submit"),
    path("<uuid:trip_id>/withdraw/", cases.withdraw, name="withdraw"),
    path("<uuid:trip_id>/attest/", decisions.attest_rule, name="attest"),
    path("<uuid:trip_id>/notice/<uuid:unit_id>/", cases.notice, name="notice"),
    path("<uuid:trip_id>/notice/<uuid:unit_id>/sheet.pdf", papers.notice_sheet, name="notice_sheet"),
    path("<uuid:trip_id>/plan-back/", backward.plan_page, name="plan_back"),
    path("<uuid:trip_id>/plan-back.ics", backward.plan_calendar, name="plan_back_calendar"),
    path("<uuid:trip_id>/return/", cases.come_back, name="come_back"),
    path("<uuid:trip_id>/report/", cases.report, name="report"),
    path("items/<uuid:item_id>/", decisions.decide_item, name="decide"),
    path("items/<uuid:item_id>/sheet.pdf", papers.decision_sheet, name="decision_sheet"),
    path("items/<uuid:item_id>/paper/", decisions.paper_entry, name="paper_entry"),
    path("items/<uuid:item_id>/supplement/", decisions.supplement, name="supplement"),
    path("items/<uuid:item_id>/outside/", decisions.outside, name="outside"),
    path("paper-entries/<uuid:entry_id>/", decisions.check_paper, name="check_paper"),
    path("papers/<uuid:paper_id>/", papers.paper, name="paper"),
    path("papers/<uuid:paper_id>/scan/", papers.file_scan, name="file_scan"),
]
