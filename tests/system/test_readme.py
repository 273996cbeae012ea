"""The README's two programs, as they stand there: run, read back, and taken in by the vault."""

import os
import re
import subprocess
import sys

import pytest

import wire
from reader import read_all

POM = wire.ROOT / "deploy" / "java" / "pom.xml"
JARS = wire.ROOT / "build" / "java"
EMPLOYER = "noordzee"


def block(language):
    """The one code block of that language."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", (wire.ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S)
    assert len(found) == 1, f"{len(found)} blocks of {language} in README.md"
    return found[0]


def run(stack, *command):
    done = subprocess.run(command, cwd=wire.ROOT, env={**os.environ, "KLUIS_KAFKA": stack.kafka}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{command[0]}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-4000:]}"


def run_python(stack, folder):
    program = folder / "publish.py"
    program.write_text(block("python"), encoding="utf-8")
    run(stack, sys.executable, str(program))


def run_java(stack, folder):
    program = folder / "Publish.java"
    program.write_text(block("java"), encoding="utf-8")
    if not (JARS / "pom.xml").exists() or (JARS / "pom.xml").read_bytes() != POM.read_bytes():
        run(stack, "mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={JARS}")
        (JARS / "pom.xml").write_bytes(POM.read_bytes())
    run(stack, "java", "-cp", f"{JARS}/*", str(program))


@pytest.fixture(scope="module")
def published(deploy, stack, tmp_path_factory):
    """A vault with an active employer, and what the two programs put on hr.events."""
    folder, deployment = tmp_path_factory.mktemp("readme"), deploy(providers=("P1",))
    deployment.enable(EMPLOYER, ["P1"])
    deployment.activate(EMPLOYER)
    run_python(stack, folder)
    run_java(stack, folder)
    return deployment, read_all(stack, ["hr.events"])


def test_both_programs_write_what_the_contract_says(published):
    deployment, records = published
    found = {}
    for record in records:
        name, event = record.decoded()
        found[name] = event
        assert record.key == EMPLOYER.encode()
        assert record.partition == wire.partition_of(record.key, deployment.partitions)
    assert len(records) == 2 and set(found) == {"EmployeeEvent", "EmploymentEvent"}
    person, employment = found["EmployeeEvent"], found["EmploymentEvent"]
    assert (person["bsn"], person["surname"], person["first_names"], person["addresses"][0]["city"]) == ("123456782", "Vries", "Anne-Lieke Zoë", "Bolsward")
    assert (employment["employee_key"], employment["op"], employment["contract_hours_x100"]) == (person["employee_key"], "UPSERT", 3200)
    assert employment["contact_person"] is None and employment["contract_term"] == "UNKNOWN", "what is not set is the schema's default"


def test_the_vault_takes_them_in(published):
    deployment, records = published
    deployment.produce("hr.events", EMPLOYER, records[0].value)
    deployment.produce("hr.events", EMPLOYER, records[-1].value)
    deployment.settle()
    assert not deployment.reports(), "neither is rejected, warned of, or late"
    employments = [r.decoded()[1] for r in deployment.population("P1") if r.value and r.decoded()[0] == "PopulationEmployment"]
    assert len(employments) == 1, "one employment, though both were delivered twice"
    assert (employments[0]["gender"], employments[0]["segments"][0]["department_code"], employments[0]["segments"][0]["contract_hours_x100"]) == ("FEMALE", "MAG", 3200)
