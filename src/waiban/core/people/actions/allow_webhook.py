"""Allow an address to be told of ids and states, or stop it. The signing secret is answered once, kept encrypted."""

import secrets
import uuid
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.permissions import Permission
from waiban.core.audit.record import record
from waiban.core.notify.models import WebhookTarget
from waiban.core.offices.errors import CannotError
from waiban.core.offices.models import Office
from waiban.core.offices.policies import require
from waiban.core.people import identity


@transaction.atomic
def allow_webhook(office: Office, *, url: str, name: str, private_allowed: bool = False) -> tuple[WebhookTarget, str]:
    """`private_allowed`: an address inside the network, over http too; a decision of the office's head, on record."""
    principal = require("webhook.add", Permission.PEOPLE_SET, office.pk)
    if not name.strip():
        raise CannotError(_("请写明推给哪个系统"))
    try:
        URLValidator(schemes=["https", "http"])(url)
    except ValidationError:
        # A name without dots stands only inside a network.
        if not (private_allowed and urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname):
            raise CannotError(_("地址写成 https://… 的样子")) from None
    if urlsplit(url).scheme != "https" and not private_allowed:
        raise CannotError(_("外部地址须用 https"))
    secret = secrets.token_urlsafe(32)
    target = WebhookTarget.objects.create(
        office=office,
        url=url,
        name=name.strip()[:80],
        secret=identity.seal(secret),
        private_allowed=private_allowed,
        made_by_account_id=principal.account,
        readers=readers(office.pk, office=True),
    )
    record(
        "webhook.add", principal, subject=("webhook", target.pk), readers=target.readers,
        data={"name": target.name, "host": urlsplit(url).hostname, "private_allowed": private_allowed},
    )  # fmt: skip
    return target, secret


@transaction.atomic
def stop_webhook(target_id: uuid.UUID) -> WebhookTarget:
    target = WebhookTarget.objects.select_for_update().get(pk=target_id)
    principal = require("webhook.end", Permission.PEOPLE_SET, target.office_id)
    if target.ended_at is None:
        target.ended_at = timezone.now()
        target.save(update_fields=["ended_at"])
        record(
            "webhook.end", principal, subject=("webhook", target.pk), readers=target.readers, data={"name": target.name}
        )
    return target


def secret_of(target: WebhookTarget) -> bytes:
    return identity.unseal(target.secret).encode()
