"""Images: what their properties say. What the picture shows cannot be read for certain."""

import io
import warnings
from collections.abc import Iterator
from typing import Any

from PIL import Image, UnidentifiedImageError

from waiban.core.files.door import limits
from waiban.core.files.door.reading import BrokenError, look, look_at_bytes
from waiban.core.files.door.sniff import Sort

SORTS = {Sort.JPEG, Sort.PNG, Sort.TIFF, Sort.WEBP}
FORMATS = ("JPEG", "PNG", "TIFF", "WEBP")


def read_image(data: bytes) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd tags; they are read all the same
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                if image.width * image.height > limits.PIXELS:
                    raise BrokenError("more pixels than the limit")
                exif = image.getexif()
                values = [*image.info.values(), *exif.values(), *exif.get_ifd(0x8769).values()]
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                image.verify()
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        TypeError,
        KeyError,
        Image.DecompressionBombError,
    ) as error:
        raise BrokenError(str(error)) from error
    for text in _texts(values):
        look(text)
    look_at_bytes(data)


def _texts(values: list[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, bytes):
            yield from (value.decode(coding, "ignore") for coding in ("utf-8", "utf-16-le", "gb18030"))
        elif isinstance(value, dict | list | tuple):
            yield from _texts(list(value.values() if isinstance(value, dict) else value))
        else:
            yield str(value)
