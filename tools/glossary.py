"""The project's glossary as tables: one concept, one Chinese term, one English term, one word in code.

    python tools/glossary.py FILE > docs/glossary.md

FILE is a YAML list of terms with `zh`, `en`, `code`, `meaning`, `domain`, and where there are any `also` (other Chinese
names of the same concept) and `not` (what it must not be mixed up with). A word in code that stands twice is an error.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

DOMAINS = {
    "casework": "办件与流程 · Casework",
    "papers": "公文 · Papers",
    "people": "单位和人员 · People",
    "places": "地方 · Places",
    "rulebook": "规则 · Rulebook",
    "trust": "权限、登记、保密 · Trust",
    "outbound": "因公出国（境） · Outbound",
    "inbound": "来访和涉外活动 · Inbound",
    "partners": "友城和伙伴 · Partners",
    "investment": "双招双引 · Investment",
    "enterprises": "企业和证件服务 · Enterprises",
    "incidents": "涉外事件 · Incidents",
    "epidemics": "涉外疫情 · Epidemics",
    "supervision": "统筹和督办 · Supervision",
    "team": "队伍 · Team",
    "library": "资料 · Library",
}
HEAD = """# Glossary · 术语

One concept has one Chinese term (`verbose_name`, screens), one English term (screens, in sentence case), and one word in
code. A new term is added here first. `tests/architecture/test_glossary.py` holds the models to it.

- Hong Kong, Macao and Taiwan are regions of China, never countries: 离境, 返回, 签注; never 出国, 回国, "visa", "overseas".
- Words with one owner: *return* is the day of re-entry (a case is *sent back*), *leader* the head of a delegation, *task*
  what a trip is for, *mission* a foreign embassy or consulate, *seal* the register's and *stamp* the one on paper,
  *level* how hard a finding bites, *stage* when a rule falls due, *post* a seat in a unit.
- The keys of a dossier (`waiban schema trip`) are fixed; where key and code differ, the key stays in the dossier alone.
"""


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    print("\n".join(_lines(yaml.safe_load(Path(arguments[0]).read_text(encoding="utf-8")))))
    return 0


def _lines(terms: list[dict[str, Any]]) -> Iterator[str]:
    codes = [term["code"] for term in terms]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        sys.exit(f"one word in code for two terms: {', '.join(twice)}")
    unknown = sorted({term["domain"] for term in terms} - set(DOMAINS))
    if unknown:
        sys.exit(f"unknown domain: {', '.join(unknown)}")
    yield HEAD
    for domain, title in DOMAINS.items():
        yield f"## {title}\n"
        yield "| 中文 | English | code | meaning | not |\n|---|---|---|---|---|"
        for term in terms:
            if term["domain"] == domain:
                names = "、".join([term["zh"], *term.get("also", [])])
                cells = (names, term["en"], f"`{term['code']}`", term["meaning"], term.get("not", ""))
                yield f"| {' | '.join(_cell(cell) for cell in cells)} |"
        yield ""


def _cell(text: str) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
