"""Through the door and back out: rows, bytes, events, readers."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import docx
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from waiban.core.access.keys import readers, system_keys
from waiban.core.access.permissions import Permission
from waiban.core.access.principals import Kind, Principal, acting_as
from waiban.core.files import blobs
from waiban.core.files.actions.admit import admit
from waiban.core.files.actions.keep import keep
from waiban.core.files.errors import RefusedError
from waiban.core.files.models import StoredFile
from waiban.core.offices.models import Office

pytestmark = pytest.mark.django_db(databases=["default", "register"])


@pytest.fixture
def office() -> Office:
    return Office.objects.create(
        slug="yt", name="云汀市外办", name_en="Yunting", short_name="云外", city="云汀市", city_en="Yunting",
        law_path="cn/nation",
    )  # fmt: skip


@pytest.fixture
def officer(office: Office) -> Iterator[Principal]:
    principal = Principal(
        Kind.ACCOUNT, office=office.pk, keys=system_keys(office.pk), permissions=frozenset({Permission.FILE_ADD})
    )
    with acting_as(principal):
        yield principal


def document(text: str) -> bytes:
    made = docx.Document()
    made.add_paragraph(text)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def upload(text: str, name: str = "请示.docx") -> Any:
    return SimpleUploadedFile(name, document(text))


def events(name: str, using: str = "default") -> list[dict[str, Any]]:
    """As nobody in particular may: through the definer's eyes is not for tests, so by the table's owner role."""
    from django.db import connections

    with connections[using].cursor() as cursor:
        cursor.execute("SELECT name, data FROM audit_event WHERE name = %s", [name])
        return [{"name": row[0], "data": row[1]} for row in cursor.fetchall()]


def test_a_clean_file_is_kept_once_and_read_by_its_readers(office: Office, officer: Principal) -> None:
    seen_by = readers(office.pk, staff=True)
    first = admit(upload("赴德国访问"), kind="request_scan", office_id=office.pk, readers=seen_by)
    again = keep(
        blobs.read_blob(first.sha256),
        name="b.docx",
        content_type=first.content_type,
        office_id=office.pk,
        readers=seen_by,
    )
    assert first.sha256 == again.sha256
    assert first.pk != again.pk
    with acting_as(Principal(Kind.ACCOUNT, keys=(999_999,))):
        assert not StoredFile.objects.exists()


def test_a_marked_file_leaves_nothing_but_who_when_and_which_mark(office: Office, officer: Principal) -> None:
    before = _stored()
    with pytest.raises(RefusedError, match="秘密★"):
        admit(upload("秘密★五年"), kind="request_scan", office_id=office.pk, readers=readers(office.pk, staff=True))
    assert _stored() == before
    assert not StoredFile.objects.exists()
    with acting_as(officer, using="register"):
        refusals = events("file.refuse", "register")
    assert '"mark": "秘密"' in str(refusals[-1]["data"])
    assert "请示" not in str(refusals)
    assert "五年" not in str(refusals)


def _stored() -> set[str]:
    folder = default_storage.path("")
    from pathlib import Path

    return {str(path) for path in Path(folder).rglob("*") if path.is_file()}


def test_an_unreadable_file_needs_the_setting_and_the_statement(
    office: Office, officer: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    words = "本人已核对，此文件不含国家秘密"
    how: dict[str, Any] = {"kind": "request_scan", "office_id": office.pk, "readers": readers(office.pk, staff=True)}
    with pytest.raises(RefusedError, match="密级标志"):
        admit(SimpleUploadedFile("请示.doc", old), statement=words, **how)
    from waiban.core.files.actions import admit as module

    allowed = {"files.allow_unreadable": True, "files.max_megabytes": 1}
    monkeypatch.setattr(module, "setting", lambda _office, key: allowed[key])
    with pytest.raises(RefusedError):
        admit(SimpleUploadedFile("请示.doc", old), **how)
    stored = admit(SimpleUploadedFile("请示.doc", old), statement=words, **how)
    assert stored.statement == words
    with pytest.raises(RefusedError, match="1 MB"):
        admit(SimpleUploadedFile("请示.pdf", b"%PDF-" + b"0" * 1024 * 1024), **how)


def test_who_may_not_add_is_told_so(office: Office, officer: Principal) -> None:
    with acting_as(Principal(Kind.ACCOUNT, office=office.pk, keys=officer.keys)), pytest.raises(PermissionError):
        admit(upload("x"), kind="request_scan", office_id=office.pk, readers=readers(office.pk, staff=True))


def test_orphans_are_swept_and_kept_bytes_stay(
    office: Office, officer: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = admit(upload("留下"), kind="request_scan", office_id=office.pk, readers=readers(office.pk, staff=True))
    orphan = blobs.store_blob(b"nobody speaks of these bytes")
    assert default_storage.exists(blobs.place_of(orphan))
    blobs.sweep_orphans()
    assert default_storage.exists(blobs.place_of(orphan)), "younger than a day"
    later = timezone.now() + timedelta(days=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    blobs.sweep_orphans()
    assert not default_storage.exists(blobs.place_of(orphan))
    assert default_storage.exists(blobs.place_of(kept.sha256))


def test_bytes_cut_off_by_a_crash_are_written_anew_and_damage_is_noticed(office: Office, officer: Principal) -> None:
    digest = blobs.store_blob(b"all of it")
    with open(default_storage.path(blobs.place_of(digest)), "wb") as file:  # noqa: PTH123
        file.write(b"all")
    assert blobs.store_blob(b"all of it") == digest
    assert blobs.read_blob(digest) == b"all of it"
    with open(default_storage.path(blobs.place_of(digest)), "wb") as file:  # noqa: PTH123
        file.write(b"all of If")
    with pytest.raises(OSError, match="damaged"):
        blobs.read_blob(digest)


def test_no_other_statement_learns_of_a_file(office: Office, officer: Principal) -> None:
    admit(upload("赴德国访问"), kind="request_scan", office_id=office.pk, readers=readers(office.pk, staff=True))
    with acting_as(Principal(Kind.ACCOUNT, keys=(999_999,))), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM files_storedfile")
        assert cursor.fetchone() == (0,)
