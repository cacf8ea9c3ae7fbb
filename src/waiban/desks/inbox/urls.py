from django.urls import path

from waiban.desks.inbox import feed, views

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("inbox/export", views.export, name="inbox_export"),
    path("inbox/<uuid:case_id>/preview", views.preview, name="inbox_preview"),
    path("inbox/<uuid:item_id>/claim", views.claim_item, name="inbox_claim"),
    path("inbox/<uuid:case_id>/watch", views.watch_case, name="inbox_watch"),
    path("calendar", feed.calendar_page, name="calendar"),
    path("calendar.ics", feed.calendar_file, name="calendar_file"),
    path("calendar/<str:token>.ics", feed.calendar_feed, name="calendar_feed"),
    path("plan", views.plan, name="inbox_plan"),
    path("search", views.search, name="search"),
]
