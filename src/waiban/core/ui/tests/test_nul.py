"""A NUL character in an address or a form is refused with a page, not with a failure below."""

import pytest
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from waiban.core.ui.middleware import NoNul

MAKE = RequestFactory()
GUARD = NoNul(lambda _: HttpResponse())


@pytest.mark.parametrize(
    "request_",
    [MAKE.get("/", {"q": "a\0"}), MAKE.post("/", {"words": "同\0意"}), MAKE.post("/", {"a\0": "1"})],
    ids=["search", "text", "name"],
)
def test_a_nul_character_is_refused(request_: HttpRequest) -> None:
    with pytest.raises(BadRequest):
        GUARD.process_view(request_)


def test_other_characters_pass() -> None:
    assert GUARD.process_view(MAKE.post("/", {"words": "同意\t\n镕喆堃犇玥"})) is None
