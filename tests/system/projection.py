"""What a provider should see of a person or a unit: rules.md "Employments", "Spells" and "Population"."""

from datetime import date

import clock

EPOCH = date(1970, 1, 1)


def merged(segments, start, end):
    """Segments [(day, content)] between start and end (inclusive, None open): the one in force at start moved to it, a later
    first one extended back, what lies after the end cut, equal neighbours merged."""
    segments = sorted(segments, key=lambda s: s[0])
    before = [s for s in segments if s[0] <= start]
    after = [s for s in segments if s[0] > start]
    first = before[-1] if before else after.pop(0)
    out = [(start, first[1])]
    for day, content in after:
        if (end is None or day <= end) and content != out[-1][1]:
            out.append((day, content))
    return out


def born_before(birth, start):
    """Whether birth comes before start; a partial birth date counts as its earliest day (reading, not tested)."""
    year, month, day = int(birth[:4]), int(birth[4:6]) or 1, int(birth[6:]) or 1
    return (date(max(year, 1), month, day) - EPOCH).days < start


def employment_projected(person, employment):
    return bool(person.identity and employment and employment.header and employment.segments
                and born_before(person.identity.content["birth_date"], employment.header.content["start_date"]))


def employment_record(person, employment, personnel_number, now):
    """The fields of PopulationEmployment but ids, revision and recorded_at; personnel_number: the policy as a function."""
    header, identity = employment.header.content, person.identity.content
    segments = merged([(day, r.content) for day, r in employment.segments.items()], header["start_date"], header["end_date"])
    return {"personnel_number": personnel_number(header["personnel_number"]), "gender": identity["gender"],
            "age_band": clock.age_band(identity["birth_date"], now), "start_date": header["start_date"],
            "end_date": header["end_date"], "uwv_sector": header["uwv_sector"], "risk_group": header["risk_group"],
            "segments": [{"from": day, **content} for day, content in segments]}


def spell_state(person, spell):
    """What the steps of a spell come to: its dates, percentages and highest step; None where it is deleted or waits.

    Readings: END makes no segment; a spell of no days keeps its first segment; CORRECT with a mutation_date after its
    first_day is not tested."""
    steps = spell.effective()
    if not steps or steps[0]["op"] == "DELETE":
        return None
    top, first_day = steps[-1], steps[0]["first_day"]
    percentages = {s["mutation_date"]: s["absence_pct_x100"] for s in steps if s["op"] != "END"}
    end = top["recovered_on"] if top["recovered_on"] is not None else top["mutation_date"] if top["op"] == "END" else None
    key = person.employment_of(steps[0]["employment_key"])
    employment = person.employments.get(key)
    if not employment_projected(person, employment):
        return None
    header = employment.header.content
    if first_day < header["start_date"] or (header["end_date"] is not None and first_day > header["end_date"]):
        return None
    cut = header["end_date"] is not None and (end is None or end > header["end_date"] + 1)
    end = header["end_date"] + 1 if cut else end
    segments = merged(list(percentages.items()), first_day, None if end is None else end - 1)
    recovered = end is not None and not cut and top["end_reason"] in (None, "RECOVERED", "TO_WAZO")
    return {"employment_key": key, "first_day": first_day, "end": end, "recovered": recovered, "segments": segments, "top": top}


def spell_record(state):
    """The fields of PopulationAbsence but ids, revision and recorded_at."""
    return {"first_day": state["first_day"], "recovered_on": state["end"], "recovered": state["recovered"],
            "excluded": state["top"]["leave"] is not None, "exclude_from_frequency": state["top"]["exclude_from_frequency"],
            "segments": [{"from": day, "absence_pct_x100": pct} for day, pct in state["segments"]]}
