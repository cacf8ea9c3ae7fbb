"""Serve a file to whom its row shows itself; nobody learns of the others that they exist."""

import uuid

from django.http import FileResponse, Http404, HttpRequest, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from waiban.core.access.principals import current_principal
from waiban.core.access.routes import SIGNED_IN, open_to
from waiban.core.audit.models import Event
from waiban.core.audit.record import record_apart
from waiban.core.files.blobs import open_blob
from waiban.core.files.queries import stored_file

SHOWN = {"application/pdf", "image/jpeg", "image/png", "image/webp"}
"""Types that a browser may show; everything else is only saved."""

# Browsers of a few years ago do not start their PDF viewer in a sandbox; everything else is shown in one.
PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
POLICY = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


@open_to(SIGNED_IN)
@require_safe
@xframe_options_sameorigin
def read(request: HttpRequest, file_id: uuid.UUID) -> HttpResponseBase:
    stored = stored_file(file_id)
    if stored is None:
        raise Http404
    if stored.sensitive:
        record_apart(
            "file.read",
            current_principal(),
            kind=Event.Kind.READ,
            subject=("file", stored.pk),
            office=stored.office_id,
            readers=stored.readers,
            data={"kind": stored.kind},
        )
    etag = f'"{stored.sha256}"'
    saved = stored.content_type not in SHOWN or "download" in request.GET
    if request.headers.get("If-None-Match") == etag:
        response: HttpResponseBase = HttpResponseNotModified()
    else:
        response = FileResponse(
            open_blob(stored.sha256), as_attachment=saved, filename=stored.name, content_type=stored.content_type
        )
        response["Content-Length"] = str(stored.size)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = PDF_POLICY if stored.content_type == "application/pdf" else POLICY
    return response
