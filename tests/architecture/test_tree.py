"""What lies in the tree: no machine's paths, no registry's host, an event's sentence for every event."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

from waiban.core.audit import sentences

ROOT = Path(__file__).resolve().parents[2]

# Put together here, so that this file doesn't name what it looks for.
HOSTS = [
    "".join(parts)
    for parts in (
        ("pypi", ".org"),
        ("files.python", "hosted.org"),
        ("registry.", "npmjs"),
        ("registry.", "yarnpkg"),
        ("npm", "mirror.com"),
        ("mirrors.", "aliyun"),
        ("tuna.", "tsinghua"),
        ("deb.", "debian.org"),
        ("proxy.", "golang.org"),
    )
]
PATHS = re.compile(
    "|".join(
        (
            "/" + "work/",
            "/t" + "mp/brief",
            r"(?<![\w.])" + "shared/(?:facts|data|face|anchors|mission|cases|contracts)",
            "/ro" + "ot/",
            "/ho" + "me/[a-z]+/",
        )
    )
)
NOT_TEXT = {".png", ".jpg", ".ico", ".ttf", ".woff2", ".mo", ".pdf", ".docx", ".xlsx", ".gz"}


@cache
def texts() -> dict[str, str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [ROOT / name for name in listed.split("\0") if name]
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for path in files
        if path.is_file() and path.suffix not in NOT_TEXT
    }


def test_no_file_names_a_registry() -> None:
    assert [(name, host) for name, text in texts().items() for host in HOSTS if host in text] == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    found = [(name, match.group()) for name, text in texts().items() if (match := PATHS.search(text))]
    assert found == []


LONG = {
    "src/waiban/domains/outbound/casing.py": "one page, the case, made ready for its template",
    "src/waiban/domains/outbound/papers/forms.py": "every value that the unit's papers print, one short function each",
    "src/waiban/rulebook/build.py": "one pass from sources to a law, each step short",
    "src/waiban/rulebook/code.py": "the closed list of the grammar's forms, one emitter each",
    "src/waiban/rulebook/columns.py": "the same closed list over columns, form by form beside code.py",
    "src/waiban/rulebook/emit.py": "texts of generated functions",
    "src/waiban/rulebook/findings.py": "one finding from answer to remedy",
    "src/waiban/site/demo/trips.py": "a year of invented trips, told one after another",
}
"""Over 400 lines wants a reason."""


def test_no_file_is_long_without_a_reason() -> None:
    long = {
        name
        for name, text in texts().items()
        if name.startswith("src/") and name.endswith(".py") and len(text.splitlines()) > 400
        if "/migrations/" not in name and "/tests/" not in name
    }
    assert long - LONG.keys() == set()


def recorded_events() -> dict[str, str]:
    """Names of events in calls of `record` and `record_apart`, with where they stand."""
    found = {}
    for name, text in texts().items():
        if not name.startswith("src/") or not name.endswith(".py") or "/tests/" in name:
            continue
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", getattr(node.func, "attr", "")) in {"record", "record_apart"}
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and isinstance(node.args[0].value, str)
            ):
                found[node.args[0].value] = f"{name}:{node.lineno}"
    return found


def test_every_event_has_a_sentence() -> None:
    events = recorded_events()
    assert len(events) > 40
    assert {name: where for name, where in events.items() if name not in sentences.known()} == {}


def test_every_event_is_named_thing_dot_act() -> None:
    assert [name for name in recorded_events() if not re.fullmatch(r"[a-z_]+\.[a-z_]+", name)] == []


def test_heavy_libraries_are_imported_in_one_module_each() -> None:
    importing: dict[str, set[str]] = {"polars": set(), "ortools": set()}
    for name, text in texts().items():
        if name.startswith("src/") and name.endswith(".py") and "/tests/" not in name:
            for library, modules in importing.items():
                if re.search(rf"^\s*(?:import|from) {library}\b", text, re.MULTILINE):
                    modules.add(name)
    assert importing == {"polars": {"src/waiban/rulebook/columns.py"}, "ortools": {"src/waiban/dossiers/cover.py"}}


def test_no_form_goes_without_its_token_and_no_template_without_escaping() -> None:
    forbidden = ("csrf_" + "exempt", "autoescape " + "off")
    found = [
        (name, word) for name, text in texts().items() for word in forbidden if word in text and name.startswith("src/")
    ]
    assert found == []
    post = re.compile(r"<form[^>]*method=[\"']post[\"'][^>]*>(.*?)</form>", re.IGNORECASE | re.DOTALL)
    bare = [
        name
        for name, text in texts().items()
        if name.endswith(".html") and any("csrf_token" not in form for form in post.findall(text))
    ]
    assert bare == []
