"""A provider's population topic as a reader sees it, and whether it is what the model says."""

from collections import Counter, defaultdict

import projection
import wire
from reader import check_headers

GENERATION_1 = 1 << 40
ENTITY = ("pseudonym", "employer_id", "entity_id", "revision", "recorded_at")


def plain(record, without):
    """A record as something that can be hashed and compared, without these fields."""
    def frozen(value):
        if isinstance(value, dict):
            return tuple(sorted((k, frozen(v)) for k, v in value.items()))
        return tuple(frozen(v) for v in value) if isinstance(value, list) else value
    return frozen({k: v for k, v in record.items() if k not in without})


class Population:
    """The records of population.<provider>, decoded: what is latest, what was, and how it went."""

    def __init__(self, provider, records, partitions):
        self.provider, self.records, self.partitions = provider, records, partitions
        self.latest, self.history = {}, defaultdict(list)
        for record in records:
            decoded = record.decoded() if record.value is not None else (None, None)
            self.latest[record.key] = (record, *decoded)
            self.history[record.key].append((record, *decoded))

    def living(self, name):
        """Latest values of a record type, tombstones left out."""
        return [value for _, found, value in self.latest.values() if found == name]

    def groups(self, employer_id):
        """A multiset of what is known of each pseudonym: its employments, each with its spells."""
        persons = defaultdict(dict)
        for value in self.living("PopulationEmployment"):
            if value["employer_id"] == employer_id:
                persons[value["pseudonym"]][value["entity_id"]] = (plain(value, ENTITY), [])
        for value in self.living("PopulationAbsence"):
            if value["employer_id"] == employer_id:
                employments = persons[value["pseudonym"]]
                assert value["employment_id"] in employments, "a spell of an employment that is not there"
                employments[value["employment_id"]][1].append(plain(value, (*ENTITY, "employment_id")))
        return Counter(tuple(sorted(((e, tuple(sorted(spells, key=repr))) for e, spells in employments.values()), key=repr)) for employments in persons.values())

    def check_form(self, input_times=None):
        """Keys, partitions, revisions, headers and times are as the contract says, for every record ever written."""
        check_headers(self.records, keyed=True)
        revisions, owners, units = defaultdict(int), {}, defaultdict(int)
        for record in self.records:
            if record.value is None:
                assert record.headers["kluis-reason"] in ("ERASED", "PROVIDER_ENDED", "TERMINATED", "CORRECTED")
                continue
            assert "kluis-reason" not in record.headers
            name, value = record.decoded()
            assert record.partition == wire.partition_of(value["employer_id"], self.partitions), f"{name} in another partition than its employer"
            if input_times is not None:
                assert value["recorded_at"] in input_times[record.partition], f"{name}: recorded_at is no input's broker time"
            if name in ("PopulationEmployment", "PopulationAbsence"):
                assert record.key == value["pseudonym"] + value["entity_id"]
                owner = owners.setdefault(value["pseudonym"], value["employer_id"])
                assert owner == value["employer_id"], "a pseudonym of two employers"
                revisions[value["pseudonym"]] += 1
                assert value["revision"] == GENERATION_1 + revisions[value["pseudonym"]], \
                    f"{name} at {record.partition}/{record.offset}: revision {value['revision'] - GENERATION_1}, expected {revisions[value['pseudonym']]}"
            elif name == "PopulationUnit":
                assert record.key == wire.unit_key(value["employer_id"], value["unit_code"])
                units[value["employer_id"]] += 1
                assert value["revision"] == GENERATION_1 + units[value["employer_id"]]
            else:
                assert name == "PopulationMarker" and record.key == wire.marker_key(value["employer_id"]) and value["generation"] == 1
        self._check_returns()

    def _check_returns(self):
        """What had a tombstone never comes back under the same entity_id."""
        for versions in self.history.values():
            kinds = [name for _, name, _ in versions]
            if kinds[0] in ("PopulationEmployment", "PopulationAbsence"):
                assert None not in kinds[:-1], "a record after its entity's tombstone"

    def pseudonyms_by_number(self, employer_id):
        """{personnel number: pseudonyms it was ever seen with}, for the policy CLEAR."""
        found = defaultdict(set)
        for versions in self.history.values():
            for _, name, value in versions:
                if name == "PopulationEmployment" and value["employer_id"] == employer_id and value["personnel_number"]:
                    found[value["personnel_number"]].add(value["pseudonym"])
        return found

    def markers(self, employer_id):
        return [value["op"] for _, name, value in self.history.get(wire.marker_key(employer_id), ()) if name == "PopulationMarker"]

    def identifiers(self):
        """Every pseudonym and entity id ever used."""
        return {part for key in self.history if key[:16] != bytes(16) for part in (key[:16], key[16:])}


def expected_groups(model, provider, employer_id, now, hmac=None):
    return Counter(tuple(sorted(((plain(record, ()), tuple(sorted((plain(s, ()) for s in spells), key=repr))) for _, record, spells in entities), key=repr))
                   for _, entities in model.people_seen(provider, employer_id, now, hmac))


def difference(found, expected):
    """A short account of two multisets that should be one; synthetic people, so values may be shown."""
    missing, extra = expected - found, found - expected
    if not missing and not extra:
        return None
    lines = [f"{sum(missing.values())} persons missing or different, {sum(extra.values())} not expected"]
    lines += [f"  expected {group}" for group in list(missing)[:3]] + [f"  found    {group}" for group in list(extra)[:3]]
    return "\n".join(lines)


def check_equal(population, model, employer_id, now=None):
    """The provider sees of the employer exactly what the model says."""
    if now is None:
        times = [v["recorded_at"] for v in population.living("PopulationEmployment")]
        now = max(times, default=0)
    told = difference(population.groups(employer_id), expected_groups(model, population.provider, employer_id, now))
    assert not told, f"{population.provider}, {employer_id}: {told}"
    units = {v["unit_code"]: {"name": v["name"], "parent_code": v["parent_code"]}
             for v in population.living("PopulationUnit") if v["employer_id"] == employer_id}
    assert units == model.units_seen(population.provider, employer_id), f"units of {employer_id}"


def was_seen(person):
    """Whether the person had an employment to be seen when it was erased."""
    return any(projection.employment_projected(person, employment) for employment in person.employments.values())


def was_deleted(person):
    """Whether an employment of the person was deleted or corrected at some time."""
    return any(employment.floor is not None for employment in person.employments.values())


def check_persons(population, model, employer_id):
    """One pseudonym per person and provider and none shared; an erased person's records end in tombstones that say ERASED."""
    numbers, owner = population.pseudonyms_by_number(employer_id), {}
    tombstones = defaultdict(list)
    for key, versions in population.history.items():
        if versions[-1][1] is None:
            tombstones[key[:16]].append(versions[-1][0])
    employer = model.employers[employer_id]
    for person in [*employer.persons(), *employer.gone]:
        mine = set().union(*(numbers.get(n, set()) for n in person.personnel_numbers))
        assert len(mine) <= 1, "a person with two pseudonyms"
        for pseudonym in mine:
            assert owner.setdefault(pseudonym, person) is person, "a pseudonym of two persons"
            reasons = [r.headers["kluis-reason"] for r in sorted(tombstones[pseudonym], key=lambda r: r.offset)]
            if any(p is person for p in employer.gone):
                alive = [k for k, v in population.latest.items() if k[:16] == pseudonym and v[1] is not None]
                assert not alive and reasons, "an erased person without its tombstones"
                # What a deletion had removed before the erasure went as CORRECTED: then there was nothing left to go as ERASED; nor was there where
                # the employment was told anew and the person erased in one batch.
                assert reasons[-1] == "ERASED" or was_deleted(person) or not was_seen(person), "a person erased from among the seen, without a tombstone that says so"
                continue
            assert set(reasons) <= {"CORRECTED"}, f"tombstones of a living person: {reasons}"


def input_times(records):
    """{partition: broker's times of its inputs}."""
    out = defaultdict(set)
    for record in records:
        out[record.partition].add(record.timestamp)
    return out


__all__ = ["Population", "check_equal", "check_persons", "input_times", "difference", "expected_groups"]
