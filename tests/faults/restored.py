"""What a reader makes of topics that were written in more than one generation, and whether it is right."""

from collections import Counter, defaultdict

import wire
from population import Population
from reader import in_order, writer

SHIFT = 40


class Restored(Population):
    """A provider's population by the reader's rule: after END of generation g what is below g is gone."""

    def __init__(self, provider, records, partitions):
        super().__init__(provider, records, partitions)
        self.complete = defaultdict(int)
        for record in records:
            name, value = record.decoded() if record.value is not None else (None, None)
            if name == "PopulationMarker" and value["op"] == "END":
                self.complete[value["employer_id"]] = max(self.complete[value["employer_id"]], value["generation"])

    def living(self, name):
        return [v for v in super().living(name) if "revision" not in v or v["revision"] >> SHIFT >= self.complete[v["employer_id"]]]

    def marks(self, employer_id):
        """[(op, generation)] in order."""
        return [(v["op"], v["generation"]) for _, name, v in self.history[wire.marker_key(employer_id)] if name == "PopulationMarker"]

    def check_load(self, employer_id, generation):
        """Between BEGIN and END of the generation every entity and unit that lives was told, in that generation."""
        ends = {v["op"]: r.offset for r, name, v in self.history[wire.marker_key(employer_id)]
                if name == "PopulationMarker" and v["generation"] == generation}
        for name in ("PopulationEmployment", "PopulationAbsence", "PopulationUnit"):
            for value in self.living(name):
                if value["employer_id"] != employer_id:
                    continue
                key = wire.unit_key(employer_id, value["unit_code"]) if name == "PopulationUnit" else value["pseudonym"] + value["entity_id"]
                told = [r.offset for r, _, v in self.history[key] if v and v["revision"] >> SHIFT == generation]
                assert any(ends["BEGIN"] < offset < ends["END"] for offset in told), f"{name} of {employer_id} was not told in the load"

    def check_revisions(self):
        """Of each entity revisions rise, and no two records of a pseudonym have one."""
        seen = defaultdict(set)
        for versions in self.history.values():
            last = 0
            for _, name, value in versions:
                if name not in ("PopulationEmployment", "PopulationAbsence"):
                    continue
                assert value["revision"] > last and value["revision"] not in seen[value["pseudonym"]], "a revision that does not rise"
                last = value["revision"]
                seen[value["pseudonym"]].add(last)


def check_numbers(records):
    """kluis-seq is dense from 1 within each generation, generations only rise, a kluis-id occurs once."""
    last, ids = {}, Counter()
    for record in in_order(records):
        place = (record.topic, record.partition, writer(record))
        generation, number = map(int, record.headers["kluis-seq"].split("."))
        before = last.get(place, (0, 0))
        expected = (generation, before[1] + 1 if generation == before[0] else 1)
        assert generation >= before[0] and (generation, number) == expected, f"{place} {record.offset}: after {before} came {generation}.{number}"
        last[place] = (generation, number)
        ids[record.topic, record.headers["kluis-id"]] += 1
    assert not [i for i, n in ids.items() if n > 1], "a kluis-id occurs twice"


def live_shares(sent):
    """{share_id: (event, opened)} whose last word, by revision, is no revocation; of Deployment.shares."""
    last = {}
    for name, body, opened, _ in sent:
        if body["share_revision"] > last.get(body["share_id"], (None, {"share_revision": 0}))[1]["share_revision"]:
            last[body["share_id"]] = (name, body, opened)
    return {share_id: (body, opened) for share_id, (name, body, opened) in last.items() if name == "ShareEvent"}
