"""All that the employer's side can read, so that two runs of one scenario can be compared; what is random by nature or a time is taken out, nothing else.

Taken out, and why that tells nothing of a silent share: times (the broker's, of the same causes in the same order; how long things take is for the test
of latencies); persons' numbers, pseudonyms and entity ids (drawn at random when a person is first seen, named here by the order in which they first come);
the kluis-id on a provider's topic (keyed with a secret of the deployment). Command ids, event ids and plain kluis-ids derive from what the employer and
its HR system sent, and must be equal."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

from reader import read_all

TOPICS = ("vault.results", "vault.reports")
INPUTS = ("vault.commands", "hr.events", "care.requests", "notice")  # causes in a kluis-id that are no run
TIMES = {"decided_at", "at", "started_at", "completed_at", "recorded_at"}
OPERATORS = {"partitions", "quarantine", "lag", "outbox", "care", "endings", "unconfirmed"}  # of `status`: the operator's alone


class Names:
    """Ids that are random by nature, by the order in which they first come."""

    def __init__(self):
        self.known = {}

    def of(self, value):
        return value and f"#{self.known.setdefault(value, len(self.known))}"


def plain(value, names=None):
    """A decoded value without its times, 16 random bytes by their name."""
    if isinstance(value, dict):
        return {k: "time" if k in TIMES else plain(v, names) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v, names) for v in value]
    return names.of(value) if isinstance(value, bytes) and len(value) == 16 else value


def told(stack):
    """Every record of vault.results and vault.reports, partition by partition. An offset is told by how far it lies behind the one before, so that a
    marker more is one difference. Not so of what a run says: its steps may share a Kafka transaction with others, or not (markers have a test of their
    own), and it goes by persons' numbers, which are random, so that what one step says has no order."""
    lines, before = [], {}
    for record in read_all(stack, TOPICS):
        place, (name, value) = (record.topic, record.partition), record.decoded()
        behind, before[place] = record.offset - before.get(place, 0), record.offset
        by_run = record.headers["kluis-id"].split("/")[1] not in INPUTS
        lines.append({"topic": record.topic, "partition": record.partition, "key": record.key.decode(), "headers": record.headers, "type": name,
                      "behind": None if by_run else behind, "bytes": len(record.value), "value": plain(value)})
    for step in {step_of(line) for line in lines} - {None}:
        said = [line for line in lines if step_of(line) == step]
        for line, (size, value) in zip(said, sorted(((line["bytes"], line["value"]) for line in said), key=repr)):
            line["bytes"], line["value"] = size, value
    return lines


def step_of(line):
    """The step of a run that a notice comes from."""
    return line["headers"]["kluis-id"].rpartition("/")[0] if line["type"] == "ShareNotice" and line["behind"] is None else None


def population(stack, provider):
    """What a provider, and the operator, is told of each person, in order, and the numbers of all records. Runs go by persons' numbers, which are random:
    the order among persons is no fact."""
    people, found, numbers = {}, {}, []
    for record in read_all(stack, [f"population.{provider}"]):
        name, value = record.decoded() if record.value is not None else ("tombstone", None)
        pseudonym, entity = record.key[:16], record.key[16:]
        if name == "PopulationEmployment" and pseudonym not in people:
            people[pseudonym] = f"{value['personnel_number']} {sum(label.startswith(value['personnel_number'] + ' ') for label, _ in people.values())}", Names()
        label, names = people.setdefault(pseudonym, ("nobody", Names()))
        numbers.append((record.partition, record.headers["kluis-seq"]))
        found.setdefault(label, []).append({"type": name, "entity": names.of(entity), "reason": record.headers.get("kluis-reason"),
                                            "value": plain(value, names)})
    return {"numbers": numbers, "people": found}


def audit(deployment):
    """The employers' part of the audit trail; what it hides of them is sealed, its length is seen."""
    persons = Names()
    rows = deployment.stack.sql(
        "select a.partition, a.number, e.employer_id, a.person, a.action, length(a.detail) from audit a join employer e using (employer_no) "
        "where a.stream = 0 order by a.partition, a.number", f"{deployment.name}-vault")
    return [[partition, number, employer, persons.of(person), action, size] for partition, number, employer, person, action, size in rows]


def history(deployment, people, as_text=False):
    """What `vault-svc history` tells of each (employer_id, employee_key), without times: exit code and JSON, or the text for people."""
    def of(person):
        answer = deployment.vault.cli("history", "--employer", person[0], "--employee", person[1], *([] if as_text else ["--json"]), check=False)
        if answer.returncode != 0 or as_text:
            changes = re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+Z?", "time", answer.stdout + answer.stderr)
        else:
            changes = plain(json.loads(answer.stdout))
        return {"employee": person[1], "exit": answer.returncode, "changes": changes}
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(of, people))


def status(deployment):
    """`vault-svc status` but for the positions."""
    return {k: v for k, v in deployment.status().items() if k not in OPERATORS}


def differences(one, other, path=""):
    """Where two views differ, as lines of text; [] when they are the same."""
    if type(one) is not type(other):
        return [f"{path}: {one!r} | {other!r}"]
    if isinstance(one, dict):
        return [line for k in {**one, **other} for line in differences(one.get(k), other.get(k), f"{path}/{k}")]
    if isinstance(one, list):
        found = [line for i, (a, b) in enumerate(zip(one, other)) for line in differences(a, b, f"{path}/{i}")]
        longer = one[len(other):] or other[len(one):]
        return found + [f"{path}: {len(one)} entries | {len(other)}, the first of the others: {rest!r}" for rest in longer[:1]]
    return [] if one == other else [f"{path}: {one!r} | {other!r}"]
