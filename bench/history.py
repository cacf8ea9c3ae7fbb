"""
The whole law over a whole history: synthetic trips, the polars twin, two threads.

    .venv/bin/python bench/history.py [TRIPS] [--sample N] [--folder FOLDER]

Trips are made in columns (history_make.py) and written as a Parquet extract, untimed. The clock then runs in a fresh
process on two threads from opening the extract to the codes of every computed line, trip by trip, on disk. What earlier
trips say comes from one sort by person and day (and one by unit and day) and is looked up by binary search. Then N trips,
drawn so that every answer that occurs of every line is among them, are judged by the law that runs, as dossiers, with
their earlier trips found anew without the sort; `agree` is the share whose every answer is the same.

Not measured here: the extract from PostgreSQL (`extract_seconds` is null), agreement of items, a cluster.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(Path(__file__).parent)]
THREADS = "2"
CHUNK = 10_000
"""Trips judged at once: more of them cost memory and save nothing."""
ENOUGH = 0.001


def main() -> None:
    options = _options()
    if options.judge:
        print(json.dumps(judge(Path(options.judge))))
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as kept:
        folder = Path(kept)
        from history_make import make

        begun = time.perf_counter()
        make(folder, options.trips, 100_000)
        print(f"made {options.trips} trips in {time.perf_counter() - begun:.1f} s")
        done = subprocess.run(
            [sys.executable, __file__, "--judge", str(folder)],
            env={**os.environ, "POLARS_MAX_THREADS": THREADS, "OMP_NUM_THREADS": THREADS},
            stdout=subprocess.PIPE,
            check=True,
        )
        figures = json.loads(done.stdout)
        print(f"of these, the sort and the look-ups {figures['history_seconds']} s")
        from history_agree import agree, distribution

        distribution(folder, ENOUGH)
        share = agree(folder, options.sample)
    print(
        json.dumps(
            {
                "trips": options.trips,
                "seconds": figures["seconds"],
                "extract_seconds": None,
                "peak_mib": figures["peak_mib"],
                "agree": share,
            }
        )
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trips", nargs="?", type=int, default=20_000)
    parser.add_argument("--sample", type=int, default=2_000, help="trips judged again one by one")
    parser.add_argument("--folder", default=None, help="where the extract may lie for the while")
    parser.add_argument("--judge", metavar="FOLDER", help=argparse.SUPPRESS)
    return parser.parse_args()


def judge(folder: Path) -> dict[str, float]:
    """The timed part, in a process of its own."""
    begun = time.perf_counter()
    import polars as pl

    from history_facts import History, computed
    from waiban.rulebook.columns import judge_frame
    from waiban.rulebook.law import load_law

    law, description = load_law(), computed()
    parts = sorted(folder.glob("trips-*.parquet"))
    opened = time.perf_counter()
    history = History(parts)
    looked = time.perf_counter() - opened
    for part in parts:
        answers = []
        rows = pl.scan_parquet(part).select(pl.len()).collect().item()
        for start in range(0, rows, CHUNK):
            frame = pl.scan_parquet(part).slice(start, CHUNK).collect().rechunk()
            opened = time.perf_counter()
            frame = history.told(frame).rechunk()
            looked += time.perf_counter() - opened
            found = judge_frame(description, frame, tables=law.tables, calendar=law.calendar)
            answers.append(found.with_columns(frame["trip"]))
        pl.concat(answers).write_parquet(folder / part.name.replace("trips", "codes"), compression="lz4")
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": round(seconds, 1), "history_seconds": round(looked, 1), "peak_mib": round(peak)}


if __name__ == "__main__":
    main()
