"""The form and the findings name every key and choice of the exchange format in both languages."""

from typing import Any

from waiban.dossiers.load import trip_schema
from waiban.rulebook.law import load_law


def test_every_key_and_choice_of_the_format_has_a_name() -> None:
    labels = load_law().labels
    missing: list[str] = []

    def walk(schema: dict[str, Any], path: tuple[str, ...]) -> None:
        for key, inner in schema.get("properties", {}).items():
            here = (*path, key)
            names = [".".join(here[start:]) for start in range(len(here))]
            spelled = [f"{name}_" if name.rpartition(".")[2] in ("return", "from") else name for name in names]
            if key != "schema" and not any(name in labels for name in spelled):
                missing.append(".".join(here))
            walk(inner, here)
        if "items" in schema:
            walk(schema["items"], path)
        words = [word for word in schema.get("enum", ()) if word is not None]
        unnamed = [word for word in words if not {f"{path[-1]}.{word}", str(word)} & set(labels)]
        missing.extend(f"{'.'.join(path)}={word}" for word in unnamed)

    walk(trip_schema(), ())
    assert not missing
