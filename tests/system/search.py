"""Searching many megabytes for many thousand tokens: GNU grep's fixed strings do the work, in bytes and not in characters."""

import os
import re
import subprocess
import tempfile

import people

HEX_RUN = re.compile(rb"\\\\x((?:[0-9a-f]{2})+)")


class Tokens:
    """The forms of every identifying text of some people, with what each is."""

    def __init__(self, identities):
        self.anywhere, self.alone = {}, {}
        for number, identity in enumerate(identities):
            for kind, texts in people.tokens(identity).items():
                for text in texts:
                    anywhere, alone = people.forms(kind, text)
                    for form in anywhere:
                        self.anywhere.setdefault(form, (number, kind))
                    for form in alone:
                        self.alone.setdefault(form, (number, kind))

    def add(self, text, kind):
        self.anywhere[text.encode()] = (-1, kind)

    def found(self, data):
        """{(person number, kind): form} of what occurs in these bytes.

        Forms that are digits alone count only where no digit or hexadecimal letter stands beside them: a timestamp or a
        hash is no citizen number."""
        hits = {}
        with tempfile.TemporaryDirectory() as folder:
            haystack = os.path.join(folder, "haystack")
            with open(haystack, "wb") as file:
                file.write(data)
            for forms, bounded in ((self.anywhere, False), (self.alone, True)):
                patterns = os.path.join(folder, "patterns")
                with open(patterns, "wb") as file:
                    file.write(b"\n".join(form for form in forms if b"\n" not in form) + b"\n")
                done = subprocess.run(["grep", "-aobF", "-f", patterns, haystack], capture_output=True, env={**os.environ, "LC_ALL": "C"})
                assert done.returncode in (0, 1), done.stderr
                for line in done.stdout.split(b"\n"):
                    offset, _, form = line.partition(b":")
                    if form not in forms:
                        continue
                    at = int(offset)
                    around = data[max(0, at - 1):at] + data[at + len(form):at + len(form) + 1]
                    if not bounded or not re.search(rb"[0-9a-f]", around):
                        hits[forms[form]] = form
        return hits


def unhexed(dump):
    """A plain dump's text without its bytea columns, and those columns as bytes."""
    text = HEX_RUN.sub(b"\\\\x", dump)
    return text, b"\n".join(bytes.fromhex(run.decode()) for run in HEX_RUN.findall(dump))
