"""A file comes out to its readers only, with headers that let it do nothing, and leaves a trace when it is sensitive."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from PIL import Image

from waiban.core.access.keys import readers
from waiban.core.access.principals import acting_as
from waiban.core.files.actions.admit import admit
from waiban.core.files.actions.keep import keep
from waiban.core.files.models import StoredFile

pytestmark = pytest.mark.django_db(databases=["default", "register"])


@pytest.fixture
def passport(people: Any) -> StoredFile:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    unit = people.city.units["unit"].pk
    with people.as_("designated_officer"):
        return admit(
            SimpleUploadedFile("护照.png", out.getvalue()), kind="passport", office_id=people.office.pk,
            readers=readers(people.office.pk, units=(unit,)),
        )  # fmt: skip


def reads(people: Any) -> list[Any]:
    with (
        acting_as(people.principal("designated_officer"), using="register"),
        connections["register"].cursor() as cursor,
    ):
        cursor.execute("SELECT account_id FROM audit_event WHERE name = 'file.read'")
        return [row[0] for row in cursor.fetchall()]


def test_a_reader_gets_it_and_the_register_says_so(people: Any, passport: StoredFile) -> None:
    answer = people.client("designated_officer").get(f"/files/{passport.pk}/")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
    assert answer["ETag"] == f'"{passport.sha256}"'
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "private" in answer["Cache-Control"]
    assert reads(people) == [people.city.accounts["designated_officer"].pk]


def test_what_the_browser_has_is_not_sent_again_but_read_again(people: Any, passport: StoredFile) -> None:
    client = people.client("designated_officer")
    answer = client.get(f"/files/{passport.pk}/", headers={"If-None-Match": f'"{passport.sha256}"'})
    assert answer.status_code == 304
    assert answer.content == b""
    assert len(reads(people)) == 1


def test_on_wish_it_is_saved(people: Any, passport: StoredFile) -> None:
    answer = people.client("designated_officer").get(f"/files/{passport.pk}/?download=1")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer.streaming
    b"".join(answer.streaming_content)


@pytest.mark.parametrize("who", ["outsider", "outside_office", "inspector", "taiwan_office"])
def test_others_find_nothing_even_with_the_digest(people: Any, passport: StoredFile, who: str) -> None:
    headers = {"If-None-Match": f'"{passport.sha256}"'}
    assert people.client(who).get(f"/files/{passport.pk}/", headers=headers).status_code == 404
    assert reads(people) == []


def test_types_that_a_browser_could_run_are_only_saved(people: Any) -> None:
    with people.as_("designated_officer"):
        made = keep(
            b"<script>alert(1)</script>", name="a.html", content_type="text/html", office_id=people.office.pk,
            readers=readers(people.office.pk, units=(people.city.units["unit"].pk,)),
        )  # fmt: skip
    answer = people.client("designated_officer").get(f"/files/{made.pk}/")
    assert answer["Content-Disposition"].startswith("attachment")
    b"".join(answer.streaming_content)
    assert reads(people) == []
