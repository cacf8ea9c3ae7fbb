"""What a file might make a library do; run in the door's own process by test_apart."""

import json
import os
import pathlib


def echo(data: bytes) -> bytes:
    return data[::-1]


def loop(_data: bytes) -> bytes:
    while True:
        pass


def swallow(_data: bytes) -> bytes:
    kept = []
    while True:
        kept.append(bytearray(64 * 1024 * 1024))


def shout(_data: bytes) -> bytes:
    return b"x" * (65 * 1024 * 1024)


def write(data: bytes) -> bytes:
    path = pathlib.Path(data.decode())
    with path.open("wb") as out:
        out.write(b"left behind" * 1000)
    return b"written"


def environment(_data: bytes) -> bytes:
    return json.dumps(dict(os.environ)).encode()
