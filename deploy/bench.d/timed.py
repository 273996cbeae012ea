#!/usr/bin/env python3
"""Run a command and say what it cost.

usage: timed.py OUT COMMAND…

OUT gets the command's standard output. Prints a line of JSON: seconds from start to end, seconds of processor, peak of resident memory in KiB. The exit
code is the command's. Imports next to nothing: of the memory that a child is said to have had, its parent's at the start is the least.
"""

import os
import sys
import time


def main():
    out, command = sys.argv[1], sys.argv[2:]
    began = time.monotonic()
    child = os.posix_spawnp(command[0], command, os.environ,
                            file_actions=[(os.POSIX_SPAWN_OPEN, 1, out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)])
    _, status, used = os.wait4(child, 0)
    print(f'{{"seconds": {time.monotonic() - began:.3f}, "cpu_seconds": {used.ru_utime + used.ru_stime:.3f}, "peak_kib": {used.ru_maxrss}}}')
    sys.exit(os.waitstatus_to_exitcode(status) & 0xff)


if __name__ == "__main__":
    main()
