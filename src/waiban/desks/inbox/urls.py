from django.urls import path

from waiban.desks.inbox import views

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("inbox/export", views.export, name="inbox_export"),
    path("inbox/<uuid:case_id>/preview", views.preview, name="inbox_preview"),
    path("inbox/<uuid:item_id>/claim", views.claim_item, name="inbox_claim"),
    path("inbox/<uuid:case_id>/watch", views.watch_case, name="inbox_watch"),
    path("plan", views.plan, name="inbox_plan"),
    path("search", views.search, name="search"),
]
