"""`waiban audit`: seal the register, verify it, export it, verify an export without a database; judge stored trips again."""

import argparse
import json
import os
import sys
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from waiban.core.audit import bundle, chain
from waiban.site.commands import audit_trips

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from waiban.core.access.principals import Principal
    from waiban.core.audit.verify import Report

SOUND, FAULTY, UNUSABLE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0: whole; 1: something was changed, removed, cut or reordered; 2: unusable input."""
    options = parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except (OSError, ValueError) as error:
        print(f"waiban audit: {error}", file=sys.stderr)
        return UNUSABLE
    return code


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="waiban audit", description=__doc__)
    verbs = made.add_subparsers(required=True, metavar="ACTION")
    seal = verbs.add_parser("seal", help="give every committed event its place in the signed chain, now")
    seal.set_defaults(run=_seal)
    verify = verbs.add_parser("verify", help="find a changed, removed, cut or reordered entry")
    verify.add_argument("file", nargs="?", type=Path, help="an exported register or case; without it the database")
    verify.add_argument("--office", metavar="SLUG", help="only this office")
    verify.add_argument("--head", type=Path, metavar="FILE", help="a head or an export that was kept elsewhere")
    verify.add_argument("--export", type=Path, metavar="FILE", help="also write the register of --office to FILE")
    verify.add_argument("--key", type=Path, metavar="FILE", help="the public key to check an exported file with")
    verify.set_defaults(run=_verify)
    audit_trips.add_to(verbs)
    return made


def _verify(options: argparse.Namespace) -> int:
    return _verify_file(options.file, options.key) if options.file else _verify_database(options)


def _verify_file(path: Path, key_file: Path | None) -> int:
    key = chain.public_key(key_file.read_text().strip()) if key_file else None
    if zipfile.is_zipfile(path):
        return _verify_case(path, key)
    with path.open(encoding="utf-8") as lines:
        head, used, problems = chain.verify_export(lines, key)
    whose = "" if key else f"; the key is the file's own: compare its fingerprint {chain.fingerprint(used)}"
    print(f"{path}: office {head.office}, {head.count} entries, sealed {head.sealed_at}{whose}")
    return _print_problems(problems)


def _verify_case(path: Path, key: "Ed25519PublicKey | None") -> int:
    """A case exported for an inspector."""
    manifest, used, problems = bundle.verify_bundle(path.read_bytes(), key)
    whose = "" if key else f"; the key is the file's own: compare its fingerprint {chain.fingerprint(used)}"
    print(f"{path}: case {manifest['case']}, {len(manifest['files'])} files, made {manifest['made_at']}{whose}")
    return _print_problems(problems)


def _print_problems(problems: Sequence[chain.Problem]) -> int:
    for problem in problems:
        print(f"  {problem.kind}: entry {problem.number}: {problem.text}")
    print(f"  {len(problems)} found" if problems else "  whole")
    return FAULTY if problems else SOUND


# --- with the database --------------------------------------------------------------------


def _verify_database(options: argparse.Namespace) -> int:
    if options.export and not options.office:
        raise ValueError("--export writes one office's register: name it with --office")
    kept = _kept_head(options.head) if options.head else None
    set_up()
    from waiban.core.access.principals import acting_as
    from waiban.core.audit.verify import verify_office

    code = SOUND
    for office, name, principal in offices_named(options.office):
        with acting_as(principal):
            report = verify_office(office, kept=kept if kept and kept.office == str(office) else None)
            if options.export:
                _export(office, report, options.export)
        if report.count or report.unsealed or options.office:
            print(f"{name}: {report.count} entries{_tail(report)}")
            code = max(code, _print_problems(report.problems))
    return code


def _tail(report: "Report") -> str:
    if not report.unsealed or report.unsealed_for is None:
        return ", all sealed"
    age = timedelta(seconds=int(report.unsealed_for.total_seconds()))
    return f", {report.unsealed} not sealed yet, the oldest for {age}"


def _kept_head(path: Path) -> chain.Head:
    """From a file with one head, or the first line of an export."""
    value = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    return chain.Head.from_dict(value.get("head", value))


def _export(office: uuid.UUID, report: "Report", path: Path) -> None:
    from waiban.core.audit.entries import sealed_entries
    from waiban.core.audit.keys import public_keys

    if report.head is None:
        raise ValueError("nothing is sealed yet; run waiban audit seal")
    key = public_keys().get(report.head.key)
    if key is None:
        raise ValueError(f"the public key {report.head.key} is missing")
    with path.open("w", encoding="utf-8") as file:
        for line in chain.export_lines(report.head, key, sealed_entries(office)):
            file.write(line + "\n")


def _seal(_options: argparse.Namespace) -> int:
    set_up()
    print(f"{seal_everything(whole=True)} sealed")
    return SOUND


def seal_everything(*, whole: bool = False) -> int:
    """Every office's chain, and that of no office. `whole`: also what an older id hides from the quick look."""
    from waiban.core.access.principals import acting_as
    from waiban.core.audit.seal import seal_office

    sealed = 0
    for office, _name, principal in offices_named():
        with acting_as(principal):
            sealed += seal_office(office, everything=whole)
    return sealed


def offices_named(slug: str | None = None) -> Iterator[tuple[uuid.UUID, str, "Principal"]]:
    """Each office with the principal that may seal and read its register; the one of no office last."""
    from waiban.core.access.keys import system_keys
    from waiban.core.access.principals import Kind, Principal
    from waiban.core.audit.entries import NO_OFFICE
    from waiban.core.offices.models import Office

    offices = Office.objects.order_by("slug")
    if slug:
        offices = offices.filter(slug=slug)
        if not offices:
            raise ValueError(f"there is no office {slug}")
    named = [(office.pk, office.slug) for office in offices]
    for office, name in named if slug else [*named, (NO_OFFICE, "no office")]:
        yield office, name, Principal(Kind.SYSTEM, office=office, keys=system_keys(office), reason="register")


def set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waiban.site.settings")
    import django

    if not os.environ.get("WAIBAN_APP_URL"):
        raise ValueError("WAIBAN_APP_URL is not set: the address of the database, see docs/operations.md")
    django.setup()


if __name__ == "__main__":
    sys.exit(main())
