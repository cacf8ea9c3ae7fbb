from django.urls import path

from waiban.desks.acts import cases, items, papers

app_name = "acts"
urlpatterns = [
    path("items/<uuid:item_id>/pass-on/", items.hand_on, name="pass_on"),
    path("items/<uuid:item_id>/take-back/", items.undo_pass_on, name="take_back"),
    path("items/<uuid:item_id>/ask/", items.ask, name="ask"),
    path("items/<uuid:item_id>/withdraw-question/", items.take_question_back, name="withdraw_question"),
    path("items/<uuid:item_id>/answer/", items.answer, name="answer"),
    path("cases/<uuid:case_id>/cancel/", cases.cancel, name="cancel"),
    path("cases/<uuid:case_id>/outside/", cases.outside, name="outside"),
    path("papers/<uuid:paper_id>/void/", papers.void, name="void"),
]
