from django.urls import path

from waiban.core.offices.views import grants, settings

app_name = "offices"
urlpatterns = [
    path("settings/", settings.settings, name="settings"),
    path("settings/<str:key>/", settings.setting, name="setting"),
    path("", settings.office, name="office"),
    path("grants/", grants.grants, name="grants"),
    path("grants/new/", grants.new_grant, name="new_grant"),
    path("grants/<uuid:grant_id>/end/", grants.finish_grant, name="finish_grant"),
]
