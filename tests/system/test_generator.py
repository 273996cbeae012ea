"""Populations of the generator: figures by replay equal what it says is true, and what it draws is distributed as its README says."""

import io
import json
import subprocess
from collections import Counter, defaultdict
from datetime import date

import pytest

import clock
import generated
import wire
from conftest import scaled
from deployment import build_folder
from figures_truth import calendar, number
from reader import check_headers, read_all
from stack import wait_until

FROM, UNTIL = number(date(2020, 1, 1)), number(date(2025, 1, 1))
PERSONS = 3000  # bounds are those of this number and this seed
MIN_GROUP = 10  # the generator's


def generate(*arguments):
    done = subprocess.run([build_folder() / "tests" / "generator" / "kluis_population", *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def records(path):
    """(key, value or None) of a file of the generator."""
    data, at = path.read_bytes(), 0
    while at < len(data):
        key, value = (int.from_bytes(data[i:i + 4], "little", signed=True) for i in (at, at + 4))
        at += 8 + key + max(value, 0)
        yield data[at - max(value, 0) - key:at - max(value, 0)], None if value < 0 else data[at - value:at]


@pytest.fixture(scope="module")
def population(tmp_path_factory):
    """What PERSONS lives leave behind when all has been told: employments and spells by key."""
    path, living = tmp_path_factory.mktemp("generated") / "population", {}
    generate("write", "--out", path, "--employees", PERSONS, "--provider", "P1", "--seed", 7)
    for key, value in records(path):
        living.pop(key, None)
        if value:
            living[key] = wire.decode(value)
    held = defaultdict(list)
    for name, record in living.values():
        held[name].append(record)
    return held


def sick(population):
    return [s for s in population["PopulationAbsence"] if not s["excluded"]]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path):
    def made(name, seed, provider="P1"):
        path, truth = tmp_path / name, tmp_path / f"{name}.truth"
        generate("write", "--out", path, "--truth", truth, "--employees", 200, "--provider", provider, "--seed", seed)
        return path.read_bytes(), truth.read_bytes()
    first = made("first", 1)
    assert made("again", 1) == first
    other = made("other", 2)
    assert other[0] != first[0] and other[1] != first[1]
    provider = made("provider", 1, "P2")
    assert provider[1] == first[1], "another provider sees the same lives"
    keys = [{key for key, _ in records(tmp_path / name) if key[:16] != bytes(16)} for name in ("first", "provider")]
    assert keys[0] and not keys[0] & keys[1]


def test_records_keep_the_rules_of_the_contract(tmp_path):
    generate("write", "--out", tmp_path / "population", "--employees", 500, "--provider", "P1", "--corrections", 20)
    last, times, standing = {}, {}, Counter()
    for key, value in records(tmp_path / "population"):
        if value is None:
            standing["removed"] += key in last and last.pop(key) is not None
            continue
        name, record = wire.decode(value)
        standing[name] += 1
        employer = record["employer_id"]
        assert times.get(employer, 0) <= record["recorded_at"], "an employer's records are in the order of time"
        times[employer] = record["recorded_at"]
        if name == "PopulationMarker":
            assert key == wire.marker_key(employer)
            continue
        if name == "PopulationUnit":
            assert key == wire.unit_key(employer, record["unit_code"])
            continue
        assert key == record["pseudonym"] + record["entity_id"]
        assert record["revision"] == last.get(record["pseudonym"], 1 << 40) + 1, "dense for each person"
        last[record["pseudonym"]], last[key] = record["revision"], record
        today = clock.amsterdam_day(record["recorded_at"])
        first = record["first_day" if name == "PopulationAbsence" else "start_date"]
        assert record["segments"][0]["from"] == first <= today
        froms = [s["from"] for s in record["segments"]]
        assert froms == sorted(set(froms)) and froms[-1] <= today, "nothing is told ahead of its day"
        if name == "PopulationAbsence" and record["recovered"]:
            assert record["recovered_on"] <= today
    assert standing["removed"] and standing["PopulationUnit"] and standing["PopulationMarker"]


def test_reports_come_as_the_year_and_the_week_have_it(population):
    spells = [s for s in sick(population) if FROM <= s["first_day"] < UNTIL]
    days = sum((UNTIL if e["end_date"] is None else e["end_date"] + 1) - max(e["start_date"], FROM) for e in population["PopulationEmployment"])
    assert 1.10 < len(spells) * 365.25 / days < 1.22
    weekdays, months = Counter(calendar(s["first_day"]).isoweekday() for s in spells), Counter(calendar(s["first_day"]).month for s in spells)
    assert 1.75 < 7 * weekdays[1] / len(spells) < 2.05 and 7 * (weekdays[6] + weekdays[7]) / len(spells) < 0.75
    assert months[1] + months[2] > 1.4 * (months[7] + months[8])


def test_reports_of_a_year_are_poisson(population):
    """Those who were employed all of a year: as many without a report, with one and with more as the mean says."""
    there = {e["pseudonym"] for e in population["PopulationEmployment"] if e["start_date"] <= FROM and (e["end_date"] is None or e["end_date"] >= FROM + 366)}
    reports = Counter(s["pseudonym"] for s in sick(population) if FROM <= s["first_day"] < FROM + 366)
    counts = [reports[p] for p in there]
    mean = sum(counts) / len(counts)
    variance = sum((c - mean) ** 2 for c in counts) / len(counts)
    assert 0.85 < variance / mean < 1.1  # nobody falls sick while sick: a little less than 1


def test_durations_are_the_mixture(population):
    """Spells of the first years alone, which have had time to end."""
    lengths = sorted(s["recovered_on"] - s["first_day"] for s in sick(population) if FROM <= s["first_day"] < UNTIL - 700 and s["recovered"])
    share = {most: sum(length <= most for length in lengths) / len(lengths) for most in (1, 7, 42, 365)}
    kinds = ((0.69, 3.5), (0.207, 14), (0.092, 110), (0.011, 450))
    for most, found in share.items():
        assert abs(found - sum(weight * (1 - (1 - 1 / mean) ** most) for weight, mean in kinds)) < 0.02, (most, found)
    partial = [s for s in sick(population) if s["recovered_on"] and s["recovered_on"] - s["first_day"] >= 60]
    assert 0.45 < sum(len(s["segments"]) > 1 for s in partial) / len(partial) < 0.7
    assert all([p["absence_pct_x100"] for p in s["segments"]] == [10000, 5000, 2500][:len(s["segments"])] for s in sick(population))


def test_people_are_mixed(population):
    employments = population["PopulationEmployment"]
    factors = [s["contract_hours_x100"] / s["norm_hours_x100"] for e in employments for s in e["segments"]]
    assert abs(sum(factors) / len(factors) - 0.76) < 0.01
    assert {e["age_band"] for e in employments} == {"LT25", "A25_34", "A35_44", "A45_54", "A55_64", "GE65"}
    assert {e["gender"] for e in employments} == {"MALE", "FEMALE", "UNSPECIFIED"}
    assert sum(e["start_date"] >= FROM for e in employments) > 900 and sum(e["end_date"] is not None for e in employments) > 600
    sizes = Counter(e["employer_id"] for e in employments)
    assert len(sizes) > 5 and max(sizes.values()) > 10 * min(sizes.values())
    units = {(u["employer_id"], u["unit_code"]): u["parent_code"] for u in population["PopulationUnit"]}
    assert all(parent is None or (employer, parent) in units for (employer, _), parent in units.items()) and len(units) > len(sizes)
    assert {(e["employer_id"], s["department_code"]) for e in employments for s in e["segments"]} <= set(units)


def compared(truth, output):
    return generated.compare(truth, io.StringIO(output.replace("\r\n", "\n")), MIN_GROUP)


def test_figures_by_replay_and_from_the_tables_equal_the_truth(deploy, tmp_path):
    """And the topic holds what the file does, under headers and in partitions as the vault writes them."""
    deployment, count = deploy(providers=["P1"]), scaled(2000, 200)
    common = ("--employees", count, "--provider", "P1", "--seed", 11)
    said = generate("publish", "--bootstrap", deployment.kafka, "--truth", tmp_path / "truth", "--per-transaction", 1000, *common)
    generate("write", "--out", tmp_path / "file", *common)
    found = read_all(deployment.stack, ["population.P1"])
    assert Counter((r.key, r.value) for r in found) == Counter(records(tmp_path / "file")) and len(found) == said["records"]
    check_headers(found, keyed=True)
    assert all(r.partition == wire.partition_of(r.decoded()[1]["employer_id"], deployment.partitions) for r in found if r.value)
    service, truth = deployment.provider["P1"], generated.Truth(tmp_path / "truth")
    assert 4.5 < truth.absence_pct() < 6.5

    def is_loaded():
        status = json.loads(service.cli("status", "--json").stdout)
        return status["lag"] == 0 and status["employers"] == {"COMPLETE": said["employers"]}
    wait_until(is_loaded, 120, "the population in the tables", 0.5)
    for step in ("month", "year"):
        question = ("figures", "--from", "2020-01-01", "--until", "2025-01-01", "--per", step, "--format", "csv", "--decimals", "9")
        replayed = service.cli(*question, "--replay").stdout
        answer = compared(truth, replayed)
        assert answer.equal and len(answer.employers) == said["employers"] and not answer.differing, answer.differing[:5]
        assert service.cli(*question).stdout == replayed
    month = next(m for m in truth.rows["EMPLOYER-00001"].values() if int(m["absent"]))
    month["absent"] = str(int(month["absent"]) + 800 * 10000)
    assert compared(truth, replayed).differing, "the comparison can fail: a day of somebody who works eight hours a week"
