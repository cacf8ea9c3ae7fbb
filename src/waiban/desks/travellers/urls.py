from django.urls import path

from waiban.desks.travellers import merging, views

app_name = "travellers"
urlpatterns = [
    path("export/", views.export, name="export"),
    path("same/", merging.same, name="same"),
    path("same/export/", merging.export_same, name="export_same"),
    path("same/compare/", merging.compare, name="compare"),
    path("merges/", merging.merged, name="merges"),
    path("merges/<uuid:merge_id>/undo/", merging.unmerge, name="unmerge"),
    path("<uuid:traveller_id>/", views.page, name="page"),
    path("<uuid:traveller_id>/number/", views.show_number, name="show_number"),
    path("<uuid:traveller_id>/erase/", views.erase, name="erase"),
]
