"""What a share's payload must hold by kind: the matrix of rules.md "Shares", from the model's state of the person."""

import clock
import projection
from fields import postcode
from model import SETTINGS

WIDE, MIDDLE, NARROW = "wide", "middle", "narrow"
WIDTH = {"SICK_REPORT": WIDE, "PROVIDER_SICK_LINE": WIDE, "CASEMANAGER_CONTACT": MIDDLE, "PREVENTIVE_CONSULT": NARROW,
         "WORKING_CONDITIONS_CONSULT": NARROW, "OPEN_CONSULT": NARROW, "WALK_IN": NARROW}
ALWAYS = ("surname", "prefix", "initials", "first_names", "call_name", "partner_surname", "partner_prefix", "name_use",
          "title_before", "title_after", "gender", "birth_date")
ADDRESSES = {WIDE: ("HOME", "POSTAL", "NURSING"), MIDDLE: ("HOME", "POSTAL"), NARROW: ("HOME",)}
PRIVATE = ("PHONE_HOME", "MOBILE_PRIVATE", "EMAIL_PRIVATE")
STATUS = ("no_risk", "no_risk_until", "sfb", "sfb_until")


def _segment(employment, today):
    """(from, content) in force today, else the nearest, of the projected segments."""
    header = employment.header.content
    segments = projection.merged([(d, r.content) for d, r in employment.segments.items()], header["start_date"], header["end_date"])
    before = [s for s in segments if s[0] <= today]
    return before[-1] if before else segments[0]


def _employments(person, width, today):
    out = []
    for employment in person.employments.values():
        if not projection.employment_projected(person, employment):
            continue
        header = employment.header.content
        day, segment = _segment(employment, today)
        held = {f: header[f] for f in ("personnel_number", "start_date", "end_date")}
        held |= {"segment_from": day, **{f: segment[f] for f in (
            "department_code", "department_name", "function_name", "contract_hours_x100", "norm_hours_x100")}}
        held |= {"contract_term": "UNKNOWN", "employment_kind": None, "uwv_sector": None, "risk_group": None, "contact_person": None,
                 "payroll_tax_number": None}
        if width != NARROW:
            held |= {f: segment[f] for f in ("contract_term", "employment_kind")}
            held |= {f: header[f] for f in ("uwv_sector", "risk_group", "contact_person")}
        if width == WIDE:
            held["payroll_tax_number"] = header["payroll_tax_number"]
        out.append(held)
    return out


def _spells(person):
    return [s for s in (projection.spell_state(person, spell) for spell in person.spells.values()) if s]


def _is_open(state, today):
    """Open at a moment: begun by that day and not ended by it; its last day is the one before recovered_on."""
    return state["first_day"] <= today and (state["end"] is None or state["end"] > today)


def _absences(person, width, today, months):
    out = []
    since = clock.months_before(today, months)
    for state in _spells(person):
        is_open = _is_open(state, today)
        recent = state["first_day"] <= today and state["end"] is not None and state["end"] > max(since, state["first_day"])
        if (width == WIDE and (is_open or recent)) or (width == MIDDLE and is_open):
            top = state["top"]
            out.append({"first_day": state["first_day"], "recovered_on": state["end"], "expected_recovery": top["expected_recovery"],
                        "cause": top["cause"], "safety_net": top["safety_net"], "leave": top["leave"],
                        "segments": [{"from": d, "absence_pct_x100": p} for d, p in state["segments"]]})
    return out


def expected(person, kind, at, employer_name, settings=None, **envelope):
    """The SharedDossier of a person at a time, without entity ids; envelope: form, origin, shared_by, reason, …"""
    settings, width, today = {**SETTINGS, **(settings or {})}, WIDTH[kind], clock.amsterdam_day(at)
    identity = person.identity.content
    out = {"form": "FULL", "origin": "EMPLOYER", "kind": kind, "employer_informed": True, "shared_at": at, **envelope,
           "employer_name": employer_name, **{f: identity[f] for f in ALWAYS}}
    out |= {f: identity[f] if width == WIDE else None for f in ("bsn", *STATUS)}
    out["death_date"] = identity["death_date"] if width != NARROW else None
    out["iban"] = identity["iban"] if width == WIDE and settings["share_iban"] else None
    places = [a for a in identity["addresses"] if a["kind"] in ADDRESSES[width]]
    nursing = [s["top"]["nursing_address"] for s in _spells(person) if _is_open(s, today) and s["top"]["nursing_address"]]
    if width == WIDE and nursing:
        places = [a for a in places if a["kind"] != "NURSING"] + nursing[-1:]
    out["addresses"] = [{**a, "postcode": a["postcode"] and (postcode(a["postcode"]) or a["postcode"])} for a in places]
    out["contacts"] = [c for c in identity["contacts"] if width != NARROW or c["kind"] in PRIVATE]
    out["employments"] = _employments(person, width, today)
    out["absences"] = _absences(person, width, today, settings["absence_history_months"])
    return out


def comparable(dossier):
    """A dossier without what only the population knows, its lists in an order of their own."""
    out = dict(dossier)
    out["employments"] = sorted(({k: v for k, v in e.items() if k != "entity_id"} for e in dossier["employments"]), key=repr)
    out["absences"] = sorted(({k: v for k, v in a.items() if k not in ("entity_id", "employment_id")} for a in dossier["absences"]), key=repr)
    out["addresses"] = sorted(dossier["addresses"], key=repr)
    out["contacts"] = sorted(dossier["contacts"], key=repr)
    return out
