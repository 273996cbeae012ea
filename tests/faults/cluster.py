"""A PostgreSQL cluster of its own, so that it can be backed up and restored as a whole: system identifier and timeline are real."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

from stack import wait_until

USER = "kluis"


class Cluster:
    def __init__(self, program):
        """program(name): where a program of PostgreSQL is."""
        self._program = program
        self.place = Path(tempfile.mkdtemp(prefix="kluis-cluster-", dir="/var/tmp"))
        self.data, self.saved = self.place / "data", self.place / "saved"
        self._owner = None
        if os.getuid() == 0:
            names = {p.pw_name for p in pwd.getpwall()}
            self._owner = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
            os.chown(self.place, self._owner.pw_uid, self._owner.pw_gid)
        self._run("initdb", "--pgdata", self.data, "--username", USER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        # A socket in its own folder: a port would be anybody's while the server is stopped.
        self._write("postgresql.auto.conf", f"port = 5432\nlisten_addresses = ''\nunix_socket_directories = '{self.place}'\nwal_level = replica\n"
                                            "max_wal_senders = 4\nshared_buffers = '32MB'\nlog_parameter_max_length = 0\n")
        self.start()

    def _run(self, name, *arguments):
        settings = {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []} if self._owner else {}
        with open(self.place / "log", "ab") as log:
            subprocess.run([self._program(name), *map(str, arguments)], check=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                           env={**{k: v for k, v in os.environ.items() if k != "PGDATA"}, "HOME": "/"}, **settings)

    def _write(self, name, text):
        path = self.data / name
        path.write_text(text)
        if self._owner:
            os.chown(path, self._owner.pw_uid, self._owner.pw_gid)

    def start(self):
        self._run("pg_ctl", "start", "-s", "-w", "-t", "60", "-D", self.data, "-l", self.place / "server.log")

    def stop(self, mode="fast"):
        self._run("pg_ctl", "stop", "-s", "-w", "-t", "60", "-m", mode, "-D", self.data)

    def conninfo(self, database):
        return f"host={self.place} port=5432 user={USER} dbname={database}"

    def sql(self, statement, database="postgres"):
        with psycopg.connect(self.conninfo(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def lineage(self):
        (found,) = self.sql("select system_identifier::text || '-' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)::int from pg_control_system()")
        return found[0]

    def back_up(self):
        """A base backup while the service goes on."""
        self._run("pg_basebackup", "--pgdata", self.saved, "--wal-method=stream", "--checkpoint=fast", "--dbname", self.conninfo("postgres"))

    def restore(self, promoted):
        """The backup in place of the data: as it was, or promoted to a timeline of its own."""
        self.stop("immediate")
        shutil.rmtree(self.data)
        shutil.copytree(self.saved, self.data, symlinks=True)
        if self._owner:
            for root, folders, files in os.walk(self.data):
                for name in (*folders, *files):
                    os.chown(os.path.join(root, name), self._owner.pw_uid, self._owner.pw_gid)
            os.chown(self.data, self._owner.pw_uid, self._owner.pw_gid)
        self.data.chmod(0o700)
        if promoted:
            with open(self.data / "postgresql.auto.conf", "a", encoding="ascii") as settings:
                settings.write("restore_command = 'false'\nrecovery_target = 'immediate'\nrecovery_target_action = 'promote'\n")
            self._write("recovery.signal", "")
        self.start()
        wait_until(lambda: self.sql("select pg_is_in_recovery()") == [(False,)], 60, "the end of recovery")

    def remove(self):
        try:
            self.stop("immediate")
        finally:
            shutil.rmtree(self.place, ignore_errors=True)
