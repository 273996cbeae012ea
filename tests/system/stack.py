"""The Kafka and the PostgreSQL that the tests run on: those of the environment, else a private pair of deploy/stack."""

import os
import re
import subprocess
import time

from confluent_kafka.admin import AdminClient, NewTopic
import psycopg

import wire

OWN_NAME = "systests"


def wait_until(condition, limit, what, pause=0.05):
    """Poll condition until it gives something true, and return that; fails after `limit` seconds, saying what was awaited."""
    end = time.monotonic() + limit
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"waited {limit} s in vain for {what}")
        time.sleep(pause)


class Stack:
    def __init__(self, environment):
        self.environment, self.name = environment, environment.get("KLUIS_STACK_NAME", "given")
        self.kafka, self.pg = environment["KLUIS_KAFKA"], environment["KLUIS_PG"]
        self.connect_admin()

    def connect_admin(self):
        """Makes the admin client anew: one that knew the broker before it was away is of no use sometimes, and one that knew topics of the same names
        may end the process, as librdkafka's cache goes by their ids too (its issues 4778, 4964, 5051)."""
        self.admin = AdminClient({"bootstrap.servers": self.kafka, "log_level": 2})

    @classmethod
    def attach(cls):
        """(stack, whether this call started it)."""
        if "KLUIS_KAFKA" in os.environ and "KLUIS_PG" in os.environ:
            return cls(dict(os.environ)), False
        script = str(wire.ROOT / "deploy" / "stack")
        subprocess.run([script, "up", "--name", OWN_NAME], check=True, stdout=subprocess.DEVNULL)
        out = subprocess.run([script, "env", "--name", OWN_NAME], check=True, capture_output=True, text=True).stdout
        found = dict(re.findall(r"^export (\w+)='?(.*?)'?$", out, re.M))
        return cls({**os.environ, **found}), True

    @staticmethod
    def destroy():
        subprocess.run([str(wire.ROOT / "deploy" / "stack"), "destroy", "--name", OWN_NAME], check=False, stdout=subprocess.DEVNULL)

    def topics(self):
        return {name: len(t.partitions) for name, t in self.admin.list_topics(timeout=20).topics.items() if not name.startswith("__")}

    def topics_once_there(self, names):
        """The same, once a broker's metadata show these: a topic just created may be missing in it for a moment."""
        def found():
            known = self.topics()
            return known if set(names) <= set(known) else None
        return wait_until(found, 30, f"the topics {', '.join(names)}")

    def groups(self):
        listed = self.admin.list_consumer_groups(request_timeout=20).result()
        return [g.group_id for g in listed.valid]

    def clear_kafka(self):
        """Removes every topic and every consumer group that is not in use, and waits until they are gone."""
        gone = list(self.topics())
        if gone:
            for future in self.admin.delete_topics(gone, operation_timeout=30).values():
                future.result()
        for group in self.groups():
            try:
                self.admin.delete_consumer_groups([group], request_timeout=20)[group].result()
            except Exception:  # a member that was killed is still counted until its session ends
                continue
        wait_until(lambda: not self.topics(), 30, "the topics to go")
        self.connect_admin()

    def create_topics(self, names, partitions, **settings):
        made = [NewTopic(n, num_partitions=partitions, replication_factor=1, config=settings) for n in names]
        for future in self.admin.create_topics(made, operation_timeout=30).values():
            future.result()
        wait_until(lambda: set(names) <= set(self.topics()), 30, "the topics")

    def alter_topic(self, name, **settings):
        """Sets these settings of a topic, leaving its others."""
        from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType
        entries = [ConfigEntry(k, str(v), incremental_operation=AlterConfigOpType.SET) for k, v in settings.items()]
        resource = ConfigResource(ResourceType.TOPIC, name, incremental_configs=entries)
        for future in self.admin.incremental_alter_configs([resource]).values():
            future.result()

    def compact_soon(self, remove=False):
        """Has the broker look for something to compact each second, not each fifteen."""
        from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType
        operation = AlterConfigOpType.DELETE if remove else AlterConfigOpType.SET
        entry = ConfigEntry("log.cleaner.backoff.ms", "1000", incremental_operation=operation)
        brokers = [ConfigResource(ResourceType.BROKER, str(n), incremental_configs=[entry]) for n in self.admin.list_topics(timeout=20).brokers]
        for future in self.admin.incremental_alter_configs(brokers).values():
            future.result()

    def sql(self, statement, database=None, values=()):
        """The rows of a statement, with %s for each of the values, as superuser."""
        with psycopg.connect(self.pg, autocommit=True, **({"dbname": database} if database else {})) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def conninfo(self, database):
        return re.sub(r"\s*\bdbname=\S+", "", self.pg) + f" dbname={database}"

    def create_database(self, name, tablespace=None):
        self.drop_database(name)
        self.sql(f'create database "{name}"' + (f" tablespace {tablespace}" if tablespace else ""))

    def drop_database(self, name):
        self.sql(f'drop database if exists "{name}" with (force)')

    def pg_program(self, name):
        folder = self.environment.get("KLUIS_PG_BIN")
        return os.path.join(folder, name) if folder else name

    def dump(self, database):
        """A plain dump of a database."""
        return subprocess.run([self.pg_program("pg_dump"), "-d", self.conninfo(database)], check=True, capture_output=True).stdout

    def postgresql_log(self):
        """What PostgreSQL has logged; b"" where that is not ours to read."""
        try:
            with open(self.environment.get("KLUIS_PG_LOG", ""), "rb") as log:
                return log.read()
        except OSError:
            return b""

    def log_position(self):
        """The name of the write-ahead log file being written."""
        return self.sql("select pg_walfile_name(pg_current_wal_insert_lsn())")[0][0]

    def write_ahead_log(self, since=""):
        """Yields the write-ahead log files from that one to the present one, read through the server."""
        present = self.log_position()
        for (name,) in self.sql("select name from pg_ls_waldir() order by name"):
            if re.fullmatch(r"[0-9A-F]{24}", name) and since <= name <= present:
                yield name, self.sql(f"select pg_read_binary_file('pg_wal/{name}', 0, 16777216, true)")[0][0] or b""

    def server_logs(self):
        """Yields what PostgreSQL logged."""
        path = self.environment.get("KLUIS_PG_LOG")
        if path and os.path.exists(path):
            with open(path, "rb") as file:
                yield path, file.read()
        for (name,) in self.sql("select coalesce(pg_current_logfile(), '')"):
            if name:
                yield name, self.sql(f"select pg_read_binary_file('{name}')")[0][0]
