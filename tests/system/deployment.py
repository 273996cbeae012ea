"""One deployment: fresh topics and databases, keys, configurations, service processes, and a client of all topics."""

import json
import os
import time
import uuid
from pathlib import Path

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import OffsetSpec

import wire
from reader import Tail, read_all
from service import Service
from stack import wait_until

OPERATOR = "operator:ops"
COORDINATOR_AWAY = (KafkaError.COORDINATOR_LOAD_IN_PROGRESS, KafkaError.COORDINATOR_NOT_AVAILABLE, KafkaError.NOT_COORDINATOR,
                    KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._ALL_BROKERS_DOWN)
LEADER_AWAY = (KafkaError.FENCED_LEADER_EPOCH, KafkaError.UNKNOWN_LEADER_EPOCH, KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE,
               KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._ALL_BROKERS_DOWN)


def build_folder(release=False, faults=False):
    """The folder of the binaries under test; faults: of those with crash points."""
    if faults:
        return Path(os.environ.get("KLUIS_BUILD_FAULTS", wire.ROOT / "build" / "faults"))
    name = "KLUIS_BUILD_RELEASE" if release and "KLUIS_BUILD_RELEASE" in os.environ else "KLUIS_BUILD"
    return Path(os.environ.get(name, wire.ROOT / "build" / "dev"))


class Deployment:
    def __init__(self, stack, folder, providers=("P1", "P2"), partitions=12, release=False, faults=False, conninfo=None, tablespace=None,
                 kafka=None, **vault_config):
        self.stack, self.folder, self.providers, self.partitions = stack, Path(folder), list(providers), partitions
        self.build, self.extra, self.name = build_folder(release, faults), vault_config, self.folder.name.replace("_", "-")
        self.keys = {OPERATOR: wire.SigningKey()}
        self.boxes, self.vault_public, self.services, self.group, self._offsets = {}, None, [], None, {}
        self.provider_groups, self.asked = {}, set()  # asked: ids of the commands sent by `send`
        self.kafka, self.conninfo, self.tablespace = kafka or stack.kafka, conninfo or stack.conninfo, tablespace
        self._producer = Producer({"bootstrap.servers": stack.kafka, "acks": "all", "linger.ms": 5, "enable.idempotence": True, "log_level": 2,
                                   "topic.metadata.refresh.interval.ms": 2000,  # after a broker's restart nothing else makes it look again
                                   "batch.size": 200000, "message.max.bytes": 4000000, "queue.buffering.max.messages": 500000})

    # making

    def _config(self, instance, database, more):
        settings = {"instance": f"{self.name}-{instance}".replace(".", "-"), "database": self.conninfo(database),
                    "kafka.bootstrap.servers": self.kafka, "partitions": self.partitions, **more}
        owner = instance.split(".")[0]
        for key in ("master_key_file", "signing_key_file", "box_key_file"):
            settings[key] = self.folder / f"{owner}.{key}"
        path = self.folder / f"{instance}.conf"
        path.write_text("# made by a system test\n" + "".join(f"{k} = {v}\n" for k, v in settings.items()))
        return path

    def vault_instance(self, number):
        """Vault instance `number` of this deployment, not started."""
        config = self._config(f"vault.{number}", f"{self.name}-vault", {"session_timeout_ms": 6000, **self.extra})
        service = Service(self.build / "vault-svc" / "vault-svc", config, self.folder / f"vault.{number}.log")
        self.services.append(service)
        return service

    def provider_instance(self, provider):
        config = self._config(provider, f"{self.name}-{provider.lower()}", {"provider_id": provider})
        service = Service(self.build / "provider-svc" / "provider-svc", config, self.folder / f"{provider}.log")
        self.services.append(service)
        return service

    @staticmethod
    def _public_keys(output):
        found = dict(line.split(" = ") for line in output.splitlines() if "_public_key = " in line)
        return found["signing_public_key"].strip(), found["box_public_key"].strip()

    def up(self, start=True):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.stack.clear_kafka()
        for database in self.databases():
            self.stack.create_database(database, self.tablespace if database.endswith("-vault") else None)
        self.vault = self.vault_instance(0)
        signing, box = self._public_keys(self.vault.cli("setup", "--first").stdout)
        self.vault_public = {"signing": bytes.fromhex(signing), "box": bytes.fromhex(box)}
        self.provider, self.provider_keys = {}, {}
        for provider in self.providers:
            service = self.provider[provider] = self.provider_instance(provider)
            keys = self._public_keys(service.cli("setup", "--first").stdout)
            self.boxes[provider] = self.box_key(provider)
            assert self.boxes[provider].public.hex() == keys[1]
            self.provider_keys[provider] = bytes.fromhex(keys[0])
            self.vault.cli("trust", "add", "provider", provider, "--signing-key", keys[0], "--box-key", keys[1])
            service.cli("trust", "add", "vault", "vault", "--signing-key", signing)
        self.vault.cli("trust", "add", "operator", "ops", "--signing-key", self.keys[OPERATOR].public.hex())
        if start:
            for service in self.services:
                service.start()
        self.tail = Tail(self.stack, ["vault.results", "vault.reports", *(f"care.results.{p}" for p in self.providers)])
        return self

    def provider_key(self, provider):
        """A provider's Ed25519 pair, out of its key file."""
        if f"provider:{provider}" not in self.keys:
            data = (self.folder / f"{provider}.signing_key_file").read_bytes()
            self.keys[f"provider:{provider}"] = wire.SigningKey(data[:32] if len(data) in (32, 64) else bytes.fromhex(data.decode().split()[-1])[:32])
        assert self.keys[f"provider:{provider}"].public == self.provider_keys[provider]
        return self.keys[f"provider:{provider}"]

    def box_key(self, provider):
        """A provider's X25519 pair, out of its key file (32 bytes raw, or as hex in text)."""
        data = (self.folder / f"{provider}.box_key_file").read_bytes()
        return wire.BoxKey(data if len(data) == 32 else bytes.fromhex(data.decode().split()[-1]))

    def databases(self):
        return [f"{self.name}-vault", *(f"{self.name}-{p.lower()}" for p in self.providers)]

    def down(self):
        """Stops everything; what a service's log says of sanitizers fails the test."""
        try:
            for service in self.services:
                if service.running():
                    service.stop()
            for service in self.services:
                if os.path.exists(service.log):
                    service.check_log()
        finally:
            for service in self.services:
                service.ensure_gone()
            if hasattr(self, "tail"):
                self.tail.close()
                del self.tail
            for database in self.databases():
                self.stack.drop_database(database)

    # writing

    def employer(self, employer_id):
        """Makes a signing key for an employer and has the vault trust it; returns the issuer."""
        issuer = f"employer:{employer_id}"
        if issuer not in self.keys:
            self.keys[issuer] = wire.SigningKey()
            self.vault.cli("trust", "add", "employer", employer_id, "--signing-key", self.keys[issuer].public.hex())
        return issuer

    def produce(self, topic, key, value, partition=None):
        """Waits for room, and where the topic has only just been made: the client looks every two seconds."""
        key = key.encode() if isinstance(key, str) else key
        partition = wire.partition_of(key, self.partitions) if partition is None else partition

        def taken():
            try:
                self._producer.produce(topic, value, key, partition, on_delivery=self._delivered)
                return True
            except BufferError:
                return False
            except KafkaException as error:
                if error.args[0].code() != KafkaError._UNKNOWN_TOPIC:
                    raise
                return False
            finally:
                self._producer.poll(0)
        wait_until(taken, 120, f"room for a record of {topic}")

    def _delivered(self, error, message):
        if error is not None:
            raise AssertionError(f"not delivered: {error}")
        place = (message.topic(), message.partition())
        self._offsets[place] = max(self._offsets.get(place, 0), message.offset() + 1)

    def flush(self):
        assert self._producer.flush(60) == 0, "not everything could be delivered"

    def deliver(self, events, topic="hr.events"):
        """Publishes (name, record) events keyed by their employer, in order; returns how many."""
        count = 0
        for name, event in events:
            self.produce(topic, event["employer_id"], wire.encode(name, event))
            count += 1
        self.flush()
        return count

    def send(self, issuer, name, record, partition=None, key=None, record_key=None, body=None):
        """Signs a command and publishes it; returns its command_id."""
        body = body if body is not None else wire.encode(name, record)
        data = wire.sign(key or self.keys[issuer], "vault.commands", issuer, body)
        self.produce("vault.commands", record_key or record["employer_id"], data, partition)
        self.flush()
        self.asked.add(record["command_id"])
        return record["command_id"]

    @staticmethod
    def new_command(name, employer_id, /, **fields):
        envelope = {"command_id": str(uuid.uuid4()), "employer_id": employer_id, "actor": "tester",
                    "expires_at": int(time.time() * 1000) + 3600000}
        return wire.defaults(name, **{**envelope, **fields})

    def command(self, issuer, name, employer_id, /, limit=60, **fields):
        """Sends a command and waits for its CommandResult."""
        return self.result(self.send(issuer, name, self.new_command(name, employer_id, **fields)), limit)

    def result(self, command_id, limit=60):
        record = self.tail.wait(lambda r: r.topic != "vault.reports" and r.value and self._is(r, "CommandResult", command_id=command_id), limit,
                                f"the result of {command_id}")
        return record.decoded()[1]

    def results(self, name="CommandResult", /, **fields):
        self.tail.to_end()
        return [r.decoded()[1] for r in self.tail.records if r.value and self._is(r, name, **fields)]

    @staticmethod
    def _is(record, name, /, **fields):
        found, value = record.decoded()
        return found == name and all(value.get(k) == v for k, v in fields.items())

    def reports(self, name="ProcessingReport", /, **fields):
        """Decoded reports of vault.reports so far, each with its record key under "key"."""
        self.tail.to_end()
        return [{**r.decoded()[1], "key": r.key.decode(errors="replace"), "record": r} for r in self.tail.records
                if r.topic == "vault.reports" and self._is(r, name, **fields)]

    def enable(self, employer_id, providers, settings=None, name=None):
        """ENABLE and ACCEPT; the settings are the schema's defaults and these."""
        issuer = self.employer(employer_id)
        from model import SETTINGS
        whole = {**SETTINGS, **settings} if settings else None
        profile = {"name": name or f"Werkgever {employer_id}", "address": None, "postcode": None, "city": None, "kvk_number": None}
        ids = [self.send(OPERATOR, "EmployerCommand", self.new_command(
            "EmployerCommand", employer_id, action="ENABLE", provider_ids=list(providers), settings=whole, profile=profile))]
        ids.append(self.send(issuer, "EmployerCommand", self.new_command("EmployerCommand", employer_id, action="ACCEPT")))
        for command_id in ids:
            result = self.result(command_id)
            assert result["code"] == "ACCEPTED", result

    def activate(self, *employers, limit=120):
        """ACTIVATE, and wait until each run is done."""
        ids = {e: self.send(OPERATOR, "EmployerCommand", self.new_command("EmployerCommand", e, action="ACTIVATE")) for e in employers}
        for employer_id, command_id in ids.items():
            result = self.result(command_id, limit)
            assert result["code"] == "ACCEPTED", result
        for employer_id in employers:
            self.run_done(employer_id, "ACTIVATION", limit)

    def run_done(self, employer_id, kind, limit=120, count=1):
        """Waits for the count-th RunReport DONE of that kind of an employer; returns the newest."""
        def found(_):
            return len(seen()) >= count

        def seen():
            return [r for r in self.tail.records if r.topic == "vault.reports"
                    and self._is(r, "RunReport", employer_id=employer_id, kind=kind, outcome="DONE")]
        if not seen():
            self.tail.wait(lambda r: r.topic == "vault.reports" and self._is(r, "RunReport", employer_id=employer_id, kind=kind, outcome="DONE"),
                           limit, f"the {kind} run of {employer_id}")
        wait_until(lambda: (self.tail.poll(0.05), found(None))[1], limit, f"{count} {kind} runs of {employer_id}")
        return seen()[-1].decoded()[1]

    def share(self, employer_id, employee_key, provider, kind="SICK_REPORT", **fields):
        content = {"provider_id": provider, "employee_key": employee_key, "kind": kind, "reason": "aanleiding van de test", "confirm": True}
        return self.command(f"employer:{employer_id}", "ShareCommand", employer_id, **{**content, **fields})

    # seeing

    def committed(self, group, limit=60):
        """The offsets of a group; asked again while its coordinator is not there."""
        end = time.monotonic() + limit
        while True:
            try:
                found = self.stack.admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)], request_timeout=10)[group].result()
                break
            except KafkaException as failure:
                if not failure.args[0].retriable() and failure.args[0].code() not in COORDINATOR_AWAY or time.monotonic() > end:
                    raise
                time.sleep(0.2)
        return {(p.topic, p.partition): p.offset for p in found.topic_partitions if p.offset >= 0}

    def vault_offsets(self):
        """Committed offsets of the vault's consumer group, by (topic, partition); empty before the first."""
        if self.group is None:
            for group in self.stack.groups():
                if any(topic == "hr.events" for topic, _ in self.committed(group)):
                    self.group = group
        return self.committed(self.group) if self.group else {}

    def published(self):
        """{(topic, partition): next offset} of what the broker has acknowledged of the records published here."""
        return dict(self._offsets)

    def lag(self, published=None):
        """How many of these records (all published here so far) the vault's committed offsets have not passed; those of providers' users are not its."""
        done = self.vault_offsets()
        return sum(max(0, end - done.get(place, 0)) for place, end in (published or self._offsets).items() if not place[0].startswith("provider."))

    def settle(self, limit=120):
        """Until the vault has committed past everything that was published here and past every dossier status."""
        self.flush()
        wait_until(lambda: self.lag() == 0, limit, f"the vault to pass all input: {self.name}", 0.1)

        def statuses_passed():
            if not any(self.ends(["dossier.status"]).values()):
                return True
            done = self.vault_offsets()
            return all(done.get((r.topic, r.partition), 0) > r.offset for r in read_all(self.stack, ["dossier.status"]))
        wait_until(statuses_passed, limit, "the vault to pass the dossier statuses", 0.2)

    def population(self, provider):
        """Every record of a provider's population topic, in order."""
        return read_all(self.stack, [f"population.{provider}"], 120)

    def provider_offsets(self, provider):
        """Committed offsets of a provider's consumer group, by (topic, partition); empty before the first."""
        if provider not in self.provider_groups:
            for group in self.stack.groups():
                if any(topic in (f"population.{provider}", f"share.{provider}") for topic, _ in self.committed(group)):
                    self.provider_groups[provider] = group
        return self.committed(self.provider_groups[provider]) if provider in self.provider_groups else {}

    def provider_passed(self, provider, records, limit=60):
        """Until the provider's service has committed past these records of its topics."""
        ends = {}
        for record in records:
            place = (record.topic, record.partition)
            ends[place] = max(ends.get(place, 0), record.offset + 1)

        def passed():
            done = self.provider_offsets(provider)
            return all(done.get(place, 0) >= end for place, end in ends.items())
        wait_until(passed, limit, f"{provider}'s service to pass what it was sent", 0.2)

    def shares(self, provider):
        """Every record of share.<provider>, its signature verified: [(name, record, SharedDossier or None, Record)]."""
        out = []
        for record in read_all(self.stack, [f"share.{provider}"]):
            issuer, name, body, _ = wire.verify(record.value, "share", self.vault_public["signing"])
            assert issuer == "vault:vault" and record.key == body["pseudonym"] and body["provider_id"] == provider
            dossier = None
            if name == "ShareEvent":
                assert body["recipient_key_id"] == self.boxes[provider].key_id
                plain = self.boxes[provider].open(body["payload"])
                assert len(plain) % 1024 == 0
                found, dossier = wire.decode(plain, padded=True)
                assert found == "SharedDossier"
            out.append((name, body, dossier, record))
        return out

    def provider_signing(self, provider):
        """A provider's Ed25519 public key."""
        return self.provider_keys[provider]

    def status(self):
        return json.loads(self.vault.cli("status", "--json").stdout)

    def person_rows(self):
        """(rows, sum of their versions) of the table person."""
        return tuple(int(n or 0) for n in self.stack.sql("select count(*), sum(version) from person", f"{self.name}-vault")[0])

    def ends(self, topics):
        """High watermarks of these topics by partition. A broker that was away leads its partitions anew, maybe more than once: then it is asked again."""
        asked = {TopicPartition(t, p): OffsetSpec.latest() for t in topics for p in range(self.partitions)}

        def answered():
            try:
                found = self.stack.admin.list_offsets(asked, request_timeout=20)
                return {(place.topic, place.partition): future.result().offset for place, future in found.items()}
            except KafkaException as error:
                if error.args[0].code() not in LEADER_AWAY:
                    raise
                self.stack.connect_admin()
                return None
        return wait_until(answered, 120, "the leaders of the partitions", 0.2)
