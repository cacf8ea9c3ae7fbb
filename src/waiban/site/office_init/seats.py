"""Posts with who holds them, and the seal specimens that a unit's officer brings."""

from datetime import date, timedelta
from hashlib import sha256

from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.files.actions.keep import keep
from waiban.core.files.door.inspect import inspect
from waiban.core.offices.errors import CannotError
from waiban.core.offices.models import Office
from waiban.core.people.actions.add_account import add_account
from waiban.core.people.actions.add_post import add_post
from waiban.core.people.actions.appoint import appoint
from waiban.core.people.actions.end_appointment import end_appointment
from waiban.core.people.models import Account, Appointment, Post, Role, SealSpecimen, Unit
from waiban.site.office_init.workbook import Line

NEW, CHANGED, SAME = "new", "changed", "same"


def seat(office: Office, unit: Unit, role: str, name: str, line: Line) -> str:
    name = name or str(Role(role).label)
    post = Post.objects.filter(unit=unit, name=name).first()
    said = SAME
    if post is None:
        post, said = add_post(unit, role=role, name=name), NEW
    elif post.role != role:
        raise CannotError(_("%(post)s在册的职责不同，岗位的职责不能改") % {"post": name})
    if not line.get("username"):
        return said
    if not line.get("since") or not line.get("person"):
        raise CannotError(_("写任职人姓名和任职起"))
    account, fresh = _account(office, line)
    held = Appointment.objects.filter(post=post, until=None).select_related("account").first()
    if held is not None and held.account_id == account.pk:
        return NEW if fresh or said == NEW else SAME
    if held is not None:
        end_appointment(held.pk, last_day=date.fromisoformat(line["since"]) - timedelta(days=1))
    appoint(account, post, since=date.fromisoformat(line["since"]))
    return NEW if said == NEW or held is None else CHANGED


def _account(office: Office, line: Line) -> tuple[Account, bool]:
    account = Account.objects.filter(username=line["username"]).first()
    if account is None:
        return add_account(office, username=line["username"], name=line["person"], email=line.get("email") or ""), True
    if account.opened_by_office != office.pk or account.name != line["person"]:
        raise CannotError(_("账号“%(name)s”已有人用，换一个") % {"name": line["username"]})
    return account, False


def specimen(office: Office, unit: Unit, line: Line) -> str:
    if line.picture is None:
        raise CannotError(_("写了备案日期，却没有贴印鉴样图片"))
    if not line.get("filed_on"):
        raise CannotError(_("贴了印鉴样的要写备案日期"))
    account = Account.objects.get(username=line["username"])
    digest = sha256(line.picture).hexdigest()
    kept = SealSpecimen.objects.filter(unit=unit, account=account, ended_on=None).select_related("file").first()
    if kept is not None and kept.file.sha256 == digest:
        return SAME
    found = inspect("seal.png" if line.picture.startswith(b"\x89PNG") else "seal.jpg", line.picture)
    shown = readers(office.pk, office=True, units=(unit.pk,))
    filed = date.fromisoformat(line["filed_on"])
    if kept is not None:
        kept.ended_on = max(filed, kept.filed_on)
        kept.save(update_fields=["ended_on"])
    stored = keep(
        line.picture, name=found.name, content_type=found.content_type, office_id=office.pk, readers=shown,
        kind="seal_specimen", sensitive=True,
    )  # fmt: skip
    row = SealSpecimen.objects.create(unit=unit, account=account, file=stored, filed_on=filed, readers=shown)
    record(
        "specimen.file", current_principal(), subject=("specimen", row.pk), office=office.pk, readers=shown,
        data={"unit": unit.pk, "account": account.pk, "sha256": digest, "filed_on": filed},
    )  # fmt: skip
    return NEW if kept is None else CHANGED
