from django.urls import path

from waiban.core.people.views import accounts, substitutes, travellers, units

app_name = "people"
urlpatterns = [
    path("units/", units.units, name="units"),
    path("units/new/", units.new_unit, name="new_unit"),
    path("units/<uuid:unit_id>/", units.unit, name="unit"),
    path("units/<uuid:unit_id>/posts/new/", units.new_post, name="new_post"),
    path("posts/choose/", units.choose_post, name="choose_post"),
    path("posts/<uuid:post_id>/appoint/", units.new_appointment, name="new_appointment"),
    path("appointments/<uuid:appointment_id>/end/", units.finish_appointment, name="finish_appointment"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/new/", accounts.new_account, name="new_account"),
    path("accounts/<uuid:account_id>/", accounts.account, name="account"),
    path("substitutes/", substitutes.substitutes, name="substitutes"),
    path("substitutes/new/", substitutes.new_substitute, name="new_substitute"),
    path("substitutes/<uuid:substitute_id>/end/", substitutes.finish_substitute, name="finish_substitute"),
    path("travellers/", travellers.travellers, name="travellers"),
    path("travellers/new/", travellers.new_traveller, name="new_traveller"),
    path("travellers/<uuid:traveller_id>/edit/", travellers.edit_traveller, name="edit_traveller"),
]
