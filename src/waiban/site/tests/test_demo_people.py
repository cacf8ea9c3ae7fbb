"""The demo's logins are the accounts that the demo makes."""

import pytest

from waiban.core.audit.models import Event
from waiban.site.demo import people as demo
from waiban.site.demo.logins import LOGINS, PASSWORD


@pytest.mark.django_db
def test_the_demo_is_filled_once_and_every_login_opens(settings: object) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    city = demo.fill()
    assert demo.fill() == city
    for login in LOGINS:
        seat = next(seat for seat in demo.SEATS if seat.username == login.username)
        unit = next(unit for unit in demo.UNITS if unit.code == seat.unit)
        assert (login.name, login.post) == (seat.person, f"{unit.short_name}{seat.post}")
        assert city.accounts[seat.code].check_password(PASSWORD)
    with city.as_("auditor"):
        assert Event.objects.filter(name="traveller.save").count() == len(demo.TRAVELLERS)
