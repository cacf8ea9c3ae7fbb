"""Doing a thing once however often it is asked, and never over somebody else's change."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest

from waiban.core.people.models import ApiAnswer, ApiToken
from waiban.domains.outbound.models import Trip
from waiban.site.api.answers import ProblemError

Answer = tuple[int, dict[str, Any]]


def once(request: HttpRequest, act: Callable[[], Answer]) -> Answer:
    """Under `Idempotency-Key`: the same request again gets the same answer, another one under that key is refused."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key or len(key) > 80:
        raise ProblemError(400, "Idempotency-Key is needed", "one to eighty signs, new for each new request")
    token = ApiToken.objects.get(token_sha256=request.token_sha256)  # type: ignore[attr-defined]
    asked = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.body).hexdigest()
    known = ApiAnswer.objects.filter(token=token, key=key).first()
    if known is None:
        try:
            with transaction.atomic():
                row = ApiAnswer.objects.create(
                    token=token, key=key, request_sha256=asked, status=0, body={}, readers=token.readers
                )
        except IntegrityError:  # the same key at the same moment: the other one has the say
            raise ProblemError(409, "this key is being answered") from None
        status, body = act()
        ApiAnswer.objects.filter(pk=row.pk).update(status=status, body=body)
        return status, body
    if known.request_sha256 != asked:
        raise ProblemError(409, "this key was used for another request")
    return known.status, known.body


def if_match(request: HttpRequest, trip: Trip) -> None:
    """`If-Match` names the revision that the change is based on."""
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise ProblemError(428, "If-Match is needed", "the ETag of the trip as it was read")
    if given != etag(trip):
        raise ProblemError(412, "the trip has changed meanwhile", "read it again")


def etag(trip: Trip) -> str:
    return f'"{trip.revision}"'
