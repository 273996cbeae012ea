"""What the databases hold against what the topics say: output numbers, the model's rows, a provider's tables and dossiers."""

import json
from collections import Counter
from datetime import date, datetime, timedelta

import wire

EPOCH = date(1970, 1, 1)


def given_numbers(plant):
    """{(topic, partition, writer): last kluis-seq that a committed transaction gave}, by the databases."""
    numbers = {}
    for name, positions in plant.positions.items():
        for topic, partition, number in positions.sql("select topic, output_partition, max(number) from stream_sequence group by 1, 2"):
            numbers[topic, partition, f"provider:{name}" if topic == "dossier.status" else None] = number
    return {place: n for place, n in numbers.items() if n > 0}


def rows_of_model(plant):
    """The vault has a row for each person, key and erasure of the model, and no other."""
    positions, findings = plant.positions["vault"], []
    for table, of_model in (("person", lambda e: len(e.persons())), ("person_key", lambda e: len(e.people)), ("erased", lambda e: len(e.erased))):
        rows = dict(positions.sql(f"select e.employer_id, count(t.employer_no) from employer e left join {table} t using (employer_no) group by 1"))
        for employer_id in plant.employers:
            expected = of_model(plant.model.employers[employer_id])
            if rows.get(employer_id, 0) != expected:
                findings.append(f"{employer_id}: {rows.get(employer_id, 0)} rows in {table}, the model has {expected}")
    return findings


def audit_chains(plant):
    """The audit trail is numbered densely, and each entry names the hash of the one before it."""
    rows = plant.positions["vault"].sql(
        "select partition, stream, number from (select partition, stream, number, previous, lag(hash) over w before, lag(number, 1, 0::bigint) over w last "
        "from audit window w as (partition by partition, stream order by number)) a where number <> last + 1 or (last > 0 and previous <> before)")
    return [f"audit trail {stream} of partition {partition} is broken at {number}" for partition, stream, number in rows[:3]]


def _written(plant):
    """What grows when anything of a person is written or told."""
    told = plant.deployment.ends([f"{kind}.{p}" for kind in ("population", "share") for p in plant.deployment.providers])
    return plant.deployment.person_rows(), told


def nothing_written(plant):
    """Delivers everything that the model holds once more: the vault, if it holds the same, writes nothing."""
    before = _written(plant)
    plant.again()
    plant.rest()
    after = _written(plant)
    return [f"all of the model's content delivered again changed the vault: {a} became {b}" for a, b in zip(before, after) if a != b]


def _day(days):
    return None if days is None else (EPOCH + timedelta(days=days)).isoformat()


def _days(value):
    return None if value is None else (value - EPOCH).days


def _ms(value):
    return int(value.timestamp() * 1000 + 0.5)


def _segment(segment):
    """A segment as the tables have it: `from` as a date, nothing that is null."""
    return tuple(sorted((k, _day(v) if k == "from" else v) for k, v in segment.items() if v is not None))


def _kept(segments):
    return tuple(tuple(sorted((k, v) for k, v in s.items() if v is not None)) for s in segments)


EMPLOYMENT = ("employer_id", "revision", "recorded_at", "personnel_number", "gender", "age_band", "start_date", "end_date", "uwv_sector", "risk_group")
ABSENCE = ("employer_id", "revision", "recorded_at", "employment_id", "first_day", "recovered_on", "recovered", "excluded", "exclude_from_frequency")
UNIT = ("employer_id", "unit_code", "name", "parent_code", "revision", "recorded_at")


def _plain(value):
    if isinstance(value, datetime):
        return _ms(value)
    if isinstance(value, date):
        return _days(value)
    return bytes(value) if isinstance(value, memoryview) else value


class Actions:
    """What became of what a provider's users did."""

    def __init__(self, plant, provider):
        self.provider, self.sent, sql = provider, plant.actions[provider], plant.positions[provider].sql
        self.codes = dict(sql("select command_id, code from dossier_action")) if self.sent else {}
        self.notes = Counter((note, bytes(share)) for note, share in sql("select note_id, share_id from dossier_note")) if self.sent else Counter()

    def noted(self):
        """The shares under which a note was written."""
        return {share for command, (_, share) in self.sent.items() if self.codes.get(command) == "APPLIED"}

    def findings(self, fold):
        """Each action was judged, and each note that was taken stands once under its share, as long as that lives."""
        found = [f"{self.provider}: action {command} ({action}) came to {self.codes.get(command)}" for command, (action, _) in self.sent.items()
                 if self.codes.get(command) not in (("UNKNOWN_SHARE", "APPLIED") if action == "NOTE" else ("UNKNOWN_SHARE",))]
        wanted = Counter((command, share) for command, (_, share) in self.sent.items() if self.codes.get(command) == "APPLIED" and share in fold.live)
        lost, extra = wanted - self.notes, self.notes - wanted
        return found[:3] + [f"{self.provider}: {len(notes)} notes {what}, such as {next(iter(notes))}" for what, notes in (("are lost", lost), ("too many", extra))
                            if notes]


class ProviderFold:
    """A provider's inputs, folded as the contract says a reader does. noted: shares under which a note was written."""

    def __init__(self, deployment, provider, population, shares, noted=frozenset()):
        self.deployment, self.provider, self.population, self.noted = deployment, provider, population, noted
        self.live, self.ended, self.share_revisions, self.full, self.applied = {}, set(), [], 0, []
        for name, event, dossier, record in shares:
            share_id, revision = event["share_id"], event["share_revision"]
            self.share_revisions.append((share_id.hex(), revision & ((1 << 40) - 1)))
            if name == "ShareEvent":
                self.full += dossier["form"] == "FULL"
                self.live[share_id] = (event, dossier)
                self.applied.append((share_id, revision, "OPEN"))
            else:
                self.live.pop(share_id, None)
                self.ended.add(share_id)
                self.applied.append((share_id, revision, "ERASED"))

    def _wanted(self):
        tables = {"population_employment": {}, "population_absence": {}, "population_unit": {}}
        for key, (_, name, value) in self.population.latest.items():
            if name == "PopulationEmployment":
                tables["population_employment"][key] = (*(value[f] for f in EMPLOYMENT), tuple(_segment(s) for s in value["segments"]))
            elif name == "PopulationAbsence":
                tables["population_absence"][key] = (*(value[f] for f in ABSENCE), tuple(_segment(s) for s in value["segments"]))
            elif name == "PopulationUnit":
                tables["population_unit"][key] = tuple(value[f] for f in UNIT)
        return tables

    def tables(self, plant):
        """The population tables hold what the topic says, and nothing else."""
        sql, findings = plant.positions[self.provider].sql, []
        for table, wanted in self._wanted().items():
            if table == "population_unit":
                rows = {bytes(16) + bytes(r[0]): tuple(_plain(v) for v in r[1:]) for r in sql(f"select unit_key, {', '.join(UNIT)} from {table}")}
            else:
                fields = EMPLOYMENT if table == "population_employment" else ABSENCE
                rows = {bytes(r[0]) + bytes(r[1]): (*(_plain(v) for v in r[2:-1]), _kept(r[-1]))
                        for r in sql(f"select pseudonym, entity_id, {', '.join(fields)}, segments from {table}")}
            wrong = [k for k in {*rows, *wanted} if rows.get(k) != wanted.get(k)]
            findings += [f"{self.provider}: {len(wrong)} rows of {table} differ, such as {k.hex()}: {rows.get(k)}, expected {wanted.get(k)}" for k in wrong[:2]]
        return findings

    def dossiers(self, plant, shown=5):
        """The shares held are the live ones at their last revision; some dossiers show what was sent last."""
        sql, findings = plant.positions[self.provider].sql, []
        rows = {bytes(r[0]): (bytes(r[1]), r[2], r[3]) for r in sql("select share_id, pseudonym, state, share_revision from dossier_share")}
        wanted = {i: (e["pseudonym"], "HAS_CONTENT" if i in self.noted else "OPEN", e["share_revision"]) for i, (e, _) in self.live.items()}
        wrong = [i for i in {*rows, *wanted} if rows.get(i) != wanted.get(i)]
        findings += [f"{self.provider}: share {i.hex()} is held as {rows.get(i)}, expected {wanted.get(i)}" for i in wrong[:3]]
        findings += [f"{self.provider}: share {bytes(i).hex()} ended for the provider only" for (i,) in sql("select share_id from ended_share")
                     if bytes(i) not in self.ended]
        for share_id in plant.rng.sample(sorted(self.live), min(shown, len(self.live))):
            findings += self._shown(share_id)
        return findings

    def _shown(self, share_id):
        event, dossier = self.live[share_id]
        shown = json.loads(self.deployment.provider[self.provider].cli("dossier", "show", event["pseudonym"].hex(), "--json").stdout)
        mine = [s for s in shown["shares"] if s["share_id"] == share_id.hex()]
        if len(mine) != 1:
            return [f"{self.provider}: dossier {event['pseudonym'].hex()} shows {len(mine)} shares of that id"]
        fields = [f for f in ("surname", "birth_date", "bsn", "iban", "gender", "kind", "form", "reason") if mine[0].get(f, dossier[f]) != dossier[f]]
        assert any(f in mine[0] for f in ("surname", "bsn")), f"dossier show has another form: {sorted(mine[0])}"
        return [f"{self.provider}: dossier {event['pseudonym'].hex()}: {f} is not what was sent last" for f in fields]

    def statuses(self, records):
        """One DossierStatus for each share event and revocation, one more for the first note under a share, and no other."""
        found, noted = Counter(), Counter()
        for record in records:
            issuer, _, body, _ = self._verified(record)
            if issuer == f"provider:{self.provider}":
                is_content = body["state"] == "HAS_CONTENT" and body["share_id"] in self.noted
                found[body["share_id"], body["share_revision"], "OPEN" if is_content else body["state"]] += 1
                noted[body["share_id"]] += is_content
        expected = Counter(self.applied)
        for share in self.noted:  # at which revision the note came is chance
            more = [place for place in (found - expected) if place[0] == share]
            if not noted[share] or len(more) != 1:
                return [f"{self.provider}: of share {share.hex()}, which has a note, {noted[share]} DossierStatus tell of content, {len(more)} are not of a share event"]
            expected[more[0]] += 1
        return [f"{self.provider}: DossierStatus {i.hex()} {r & 0xFFFFFFFFFF} {s}: {found[i, r, s]}, expected {expected[i, r, s]}"
                for i, r, s in list((found - expected) + (expected - found))[:4]]

    def _verified(self, record):
        issuer = record.decoded()[1]["issuer"]
        return wire.verify(record.value, "dossier.status", self.deployment.provider_signing(issuer.removeprefix("provider:")))
