"""RFC 6902 edits on plain JSON values; the value given is left as it is."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from waiban.kernel.errors import InputError, Problem

Edit = Mapping[str, Any]


def apply_edits(document: Any, edits: Iterable[Edit]) -> Any:
    """A changed copy. Raises InputError at the first edit that doesn't fit; nothing is half applied."""
    result = copy.deepcopy(document)
    for edit in edits:
        result = _apply(result, edit)
    return result


def pointer_parts(path: str) -> list[str]:
    if path and not path.startswith("/"):
        raise InputError(Problem(path, "a JSON Pointer", path))
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]


def value_at(document: Any, path: str) -> Any:
    """Raises InputError where nothing is there."""
    for part in pointer_parts(path):
        document = _child(document, part, path)
    return document


def _apply(document: Any, edit: Edit) -> Any:
    operation, path = edit["op"], edit["path"]
    match operation:
        case "add":
            return _put(document, path, edit["value"], replace=False)
        case "replace":
            value_at(document, path)
            return _put(document, path, edit["value"], replace=True)
        case "remove":
            return _remove(document, path)
        case "move":
            value = value_at(document, edit["from"])
            return _put(_remove(document, edit["from"]), path, value, replace=False)
        case "copy":
            return _put(document, path, copy.deepcopy(value_at(document, edit["from"])), replace=False)
        case "test":
            if value_at(document, path) != edit["value"]:
                raise InputError(Problem(path, repr(edit["value"]), repr(value_at(document, path))))
            return document
    raise InputError(Problem(path, "add, remove, replace, move, copy or test", str(operation)))


def _child(parent: Any, part: str, path: str) -> Any:
    if isinstance(parent, dict) and part in parent:
        return parent[part]
    if isinstance(parent, list) and _is_index(part) and int(part) < len(parent):
        return parent[int(part)]
    raise InputError(Problem(path, "something to be there", "nothing"))


def _is_index(part: str) -> bool:
    return part.isascii() and part.isdigit() and (part == "0" or not part.startswith("0"))


def _parent(document: Any, path: str) -> tuple[Any, str]:
    *above, last = pointer_parts(path)
    for part in above:
        document = _child(document, part, path)
    return document, last


def _put(document: Any, path: str, value: Any, *, replace: bool) -> Any:
    if not path:
        return value
    parent, last = _parent(document, path)
    if isinstance(parent, dict):
        parent[last] = value
    elif isinstance(parent, list) and (last == "-" or (_is_index(last) and int(last) <= len(parent))):
        if replace:
            parent[int(last)] = value
        else:
            parent.insert(len(parent) if last == "-" else int(last), value)
    else:
        raise InputError(Problem(path, "an object or a list with that place", type(parent).__name__))
    return document


def _remove(document: Any, path: str) -> Any:
    value_at(document, path)
    parent, last = _parent(document, path)
    if isinstance(parent, dict):
        del parent[last]
    else:
        del parent[int(last)]
    return document
