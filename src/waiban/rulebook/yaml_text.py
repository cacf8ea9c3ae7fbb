"""YAML as law and dossiers are written in it: `no`, `on` and `NO` are texts, days stay texts, numbers are exact."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import yaml

from waiban.kernel.errors import InputError, Problem

# The C parser where PyYAML was built with it: four times faster, same answers.
BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MERGE = "tag:yaml.org,2002:merge"


class _Loader(BASE):  # type: ignore[misc]
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


def _resolve(tag: str, pattern: str, first: str) -> None:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))


_resolve("bool", r"^(?:true|false)$", "tf")
_resolve("null", r"^(?:null|~|)$", "n~\0")
_resolve("merge", r"^<<$", "<")
_Loader.yaml_implicit_resolvers[""] = [("tag:yaml.org,2002:null", re.compile(r"^$"))]
_resolve("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789")
_resolve("float", r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]+)?$", "-+0123456789")


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    mine: set[Any] = set()
    own = [key_node for key_node, _ in node.value if key_node.tag != MERGE]
    loader.flatten_mapping(node)
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not any(key_node is one for one in own):  # merged in: what stands here itself comes later and wins
            result[key] = loader.construct_object(value_node, deep=True)
            continue
        if isinstance(key, (dict, list)) or key in mine:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice", key_node.start_mark)
        mine.add(key)
        result[key] = loader.construct_object(value_node, deep=True)
    return result


def _decimal(loader: Any, node: yaml.ScalarNode) -> Decimal:
    return Decimal(loader.construct_scalar(node))


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)


def load_yaml(text: str | bytes) -> Any:
    """One document. Raises InputError (path: the line) for broken text and keys that stand twice."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader with other scalars
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark is not None else ""
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise InputError(Problem(where, "YAML", what)) from error
    except ValueError as error:  # an integer of thousands of digits
        raise InputError(Problem("", "numbers of ordinary size", str(error).split(";")[0])) from error
    except RecursionError as error:
        raise InputError(Problem("", "YAML of ordinary depth", "endless nesting")) from error
