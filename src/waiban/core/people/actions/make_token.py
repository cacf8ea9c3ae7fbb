"""Open a token for a program at a post, or end it. The secret is answered once."""

import secrets
import uuid
from collections.abc import Collection
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.permissions import Permission
from waiban.core.access.principals import Kind, current_principal
from waiban.core.audit.record import record
from waiban.core.offices.errors import CannotError
from waiban.core.offices.policies import require
from waiban.core.people.models import ApiToken, Post, Role
from waiban.core.people.tokens import digest

LONGEST = timedelta(days=366)


@transaction.atomic
def make_token(post_id: uuid.UUID, *, name: str, scopes: Collection[str], expires_on: date) -> tuple[ApiToken, str]:
    """By the office's head, for a unit's or the office's own post; a program never makes tokens for itself."""
    post = Post.objects.select_related("office").get(pk=post_id)
    principal = require("token.make", Permission.PEOPLE_SET, post.office_id)
    today = timezone.localdate()
    if principal.kind != Kind.ACCOUNT:
        raise CannotError(_("口令只能由人开通"))
    if post.role not in (Role.DESIGNATED_OFFICER, Role.DESK_OFFICER):
        raise CannotError(_("只能给专办员岗或经办岗开通接口口令"))
    if not name.strip():
        raise CannotError(_("请写明给哪个系统用"))
    if not scopes or not set(scopes) <= set(ApiToken.Scope.values):
        raise CannotError(_("请选权限范围"))
    if not today < expires_on <= today + LONGEST:
        raise CannotError(_("到期日须在今天之后、一年以内"))
    secret = f"wb_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        post=post,
        name=name.strip()[:80],
        scopes=sorted(set(scopes)),
        token_sha256=digest(secret),
        hint=secret[:8],
        expires_on=expires_on,
        made_by_account_id=principal.account,
        readers=readers(post.office_id, office=True, posts=(post.pk,)),
    )
    record(
        "token.make", principal, subject=("token", token.pk), readers=token.readers,
        data={"name": token.name, "scopes": token.scopes, "expires_on": expires_on},
    )  # fmt: skip
    return token, secret


@transaction.atomic
def end_token(token_id: uuid.UUID) -> ApiToken:
    token = ApiToken.objects.select_for_update(of=("self",)).select_related("post").get(pk=token_id)
    principal = require("token.end", Permission.PEOPLE_SET, token.post.office_id)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        record("token.end", principal, subject=("token", token.pk), readers=token.readers, data={"name": token.name})
    return token


def note_use(token_sha256: str) -> None:
    """The day of its last use, for whoever tidies up; once a day, by the token itself."""
    today = timezone.localdate()
    ApiToken.objects.filter(token_sha256=token_sha256).exclude(last_used_on=today).update(last_used_on=today)
    assert current_principal().kind == Kind.TOKEN
