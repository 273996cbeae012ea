#!/usr/bin/env python3
"""Make an Ed25519 key for somebody who signs commands.

usage: keys.py FILE     writes the seed (64 hex digits, mode 0600) where there is none, prints the public key

Needs the packages of build/venv.
"""

import os
import sys
from pathlib import Path

from nacl.bindings import crypto_sign_seed_keypair


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    path = Path(sys.argv[1])
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(os.urandom(32).hex() + "\n")
    print(crypto_sign_seed_keypair(bytes.fromhex(path.read_text().strip()))[0].hex())


if __name__ == "__main__":
    main()
