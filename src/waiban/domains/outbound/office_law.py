"""The law of an office: the shipped levels that its path names."""

from functools import cache

from waiban.core.offices.models import Office
from waiban.rulebook.law import Law, load_level


def law_of(office: Office) -> Law:
    return _level(office.law_path)


@cache
def _level(path: str) -> Law:
    return load_level(path)
