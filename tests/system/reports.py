"""Processing reports as they came against those that the model expects."""

import re
from collections import Counter


def place(report):
    return report["topic"], report["partition"], report["offset"]


def bare(field):
    """A field's path without the places of list items: paths are compared by their names."""
    return field and re.sub(r"\[\d*\]|\.\d+", "", field)


def check_reports(found, model, ignore=("LATE_SICK_REPORT",)):
    """Every report that the rules fix came exactly once, with its code, and none came that they do not allow.

    The code beside WAITING and STALE is not fixed by rules.md, nor is the field of a rejection."""
    expected, optional = Counter(), Counter()
    for report in model.reports:
        (optional if report.optional else expected)[_expected(report)] += 1
    seen = Counter(_found(r) for r in found if r["code"] not in ignore)
    missing, extra = expected - seen, seen - expected - optional
    assert not missing and not extra, "reports: " + "\n".join(
        [f"{sum(missing.values())} missing, {sum(extra.values())} not expected"] + [f"  missing {m}" for m in list(missing)[:6]]
        + [f"  extra {e}" for e in list(extra)[:6]])


def _outcome(outcome, code, field):
    if outcome in ("WAITING", "STALE"):
        return outcome, None, None
    return outcome, code, bare(field) if outcome == "WARNED" else None


def _expected(report):
    return (report.key, report.event_id, report.topic, report.partition, report.offset, *_outcome(report.outcome, report.code, report.field))


def _found(report):
    return (report["key"], report["event_id"], *place(report), *_outcome(report["outcome"], report["code"], report["field"]))
