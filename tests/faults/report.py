"""The table of the fault tests, as Markdown, from the rows that trials have written. usage: report.py [FILE…]"""

import json
import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "system"))

from trial import results_file  # noqa: E402

COLUMNS = ("fault", "result", "trials", "kills", "events", "dropped", "recovered, median / worst, s", "takeover, worst, s", "reader stall, worst, s", "seeds")


def number(value):
    return "–" if value is None else f"{value:g}"


def worst(rows, field):
    return max((r[field] for r in rows if r.get(field) is not None), default=None)


def line(fault, rows):
    """One line of the table: all trials of one fault."""
    failed = sum(r["result"] != "exact" for r in rows)
    middle = sorted(r["recover_s"] for r in rows if r.get("recover_s") is not None)
    seeds = sorted({str(r["seed"]) for r in rows})
    return (fault, "exact" if not failed else f"**{failed} failed**", len(rows), sum(r["kills"] for r in rows) or "–", sum(r["events"] for r in rows),
            sum(r["dropped"] for r in rows), f"{number(middle[len(middle) // 2]) if middle else '–'} / {number(worst(rows, 'recover_worst_s'))}",
            number(worst(rows, "takeover_s")), number(worst(rows, "stall_s")), ", ".join(seeds[:3]) + (" …" if len(seeds) > 3 else ""))


def table(rows):
    by_fault = defaultdict(list)
    for row in rows:
        by_fault[row["fault"]].append(row)
    lines = [COLUMNS, ["---"] * len(COLUMNS), *(line(fault, found) for fault, found in by_fault.items())]
    return "\n".join("| " + " | ".join(str(cell) for cell in cells) + " |" for cells in lines)


def main(paths):
    rows = []
    for path in paths or [results_file()]:
        with open(path, encoding="utf-8") as file:
            rows += [json.loads(text) for text in file if text.strip()]
    print(table(rows))
    print(f"\n{len(rows)} trials, {sum(r['kills'] for r in rows)} kills, {sum(r['events'] for r in rows)} events; "
          f"{sum(r['result'] != 'exact' for r in rows)} not exact. Dropped: records published, aborted and published again, which no reader was given.")


if __name__ == "__main__":
    main(sys.argv[1:])
