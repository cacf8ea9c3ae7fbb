"""Compile the law into one hashed file and say its hash; bin/setup runs this."""

from __future__ import annotations

import argparse
from pathlib import Path

from waiban.dossiers.load import SCHEMA_FILE
from waiban.rulebook.law import COMPILED, compile_all, write_compiled
from waiban.rulebook.workdays import announced_calendar


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=COMPILED)
    out: Path = parser.parse_args().out
    digest = write_compiled(compile_all(SCHEMA_FILE.read_text("utf-8"), announced_calendar()), out)
    print(f"law {digest[:12]} in {out.name}")


if __name__ == "__main__":
    main()
