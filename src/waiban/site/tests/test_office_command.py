"""`waiban office open`, as an operator runs it once for a city."""

import pytest
from django.contrib.auth.hashers import check_password

from waiban.core.access.principals import PUBLIC, acting_as
from waiban.core.casework.processes import current_release
from waiban.core.offices.models import Office
from waiban.core.people.models import Account, Appointment
from waiban.core.people.principals import principal_of
from waiban.site.cli import main

ARGUMENTS = (
    *(
        "office",
        "open",
        "--slug",
        "lanshui",
        "--name",
        "岚水市人民政府外事办公室",
        "--name-en",
        "Foreign Affairs Office of Lanshui",
    ),
    *("--short", "岚外", "--city", "岚水市", "--city-en", "Lanshui", "--head", "head", "--head-name", "许令仪"),
)
PASSWORD = "a-long-and-quiet-word"


@pytest.mark.usefixtures("real_database")
def test_an_office_is_opened_once_and_its_head_can_act(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAIBAN_HEAD_PASSWORD", "short")
    assert main(ARGUMENTS) == 2
    with acting_as(PUBLIC):
        assert not Office.objects.filter(slug="lanshui").exists()
    monkeypatch.setenv("WAIBAN_HEAD_PASSWORD", PASSWORD)
    assert main([*ARGUMENTS, "--law", "cn/nowhere"]) == 2
    assert main(ARGUMENTS) == 0
    assert main(ARGUMENTS) == 2
    assert "open already" in capsys.readouterr().err
    with acting_as(PUBLIC):
        office = Office.objects.get(slug="lanshui")
        account = Account.objects.get(username="head")
    assert check_password(PASSWORD, account.password)
    with acting_as(principal_of(account.pk)):
        assert Appointment.objects.get(account=account).post.role == "office_head"
        assert current_release(office.pk, "trip").number == 1
