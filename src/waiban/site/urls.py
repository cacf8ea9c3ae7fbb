"""Every address of the house; each view declares its policy, and a guard test walks them all."""

from django.urls import include, path

from waiban.site.api.main import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("connections/", include("waiban.site.api.urls")),
    path("", include("waiban.desks.inbox.urls")),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("card/", include("waiban.domains.outbound.card_urls")),
    path("trips/", include("waiban.domains.outbound.urls")),
    path("promises/", include("waiban.domains.partners.urls")),
    path("people/", include("waiban.core.people.urls")),
    path("acts/", include("waiban.desks.acts.urls")),
    path("travellers/", include("waiban.desks.travellers.urls")),
    path("office/", include("waiban.core.offices.urls")),
    path("office-init/", include("waiban.site.office_init.urls")),
    path("practice/", include("waiban.desks.practice.urls")),
    path("papers/", include("waiban.core.papers.urls")),
    path("files/", include("waiban.core.files.urls")),
    path("notices/", include("waiban.core.notify.urls")),
    path("lists/", include("waiban.core.ui.urls")),
    path("jobs/", include("waiban.core.jobs.urls")),
    path("register/", include("waiban.desks.register.urls")),
    path("statistics/", include("waiban.desks.statistics.urls")),
    path("processes/", include("waiban.desks.processes.urls")),
]

handler400 = "waiban.core.ui.oops.bad_request"
