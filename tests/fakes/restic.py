"""A restic repository that opens at once: restic's own take half a second of computing for each look at them.

It is restic's format in all (https://restic.readthedocs.io/en/stable/100_references.html): only its key is made of the
password with the least work that restic takes.
"""

import base64
import hashlib
import json
import os
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.poly1305 import Poly1305

_WORK = {"N": 2, "r": 1, "p": 1}
#: What files are cut by; each repository has one of its own, and any that cannot be divided is as good.
_POLYNOMIAL = "3da3358b4dc173"


def restic_repository(place: Path, password: str) -> None:
    """Make an empty one in the folder *place*, as `restic init` does."""
    for folder in ("data", "index", "keys", "locks", "snapshots"):
        (place / folder).mkdir(parents=True)
    master, salt = os.urandom(64), os.urandom(64)
    mac = {"k": _text(master[32:48]), "r": _text(master[48:])}
    opened = hashlib.scrypt(password.encode(), salt=salt, n=_WORK["N"], r=_WORK["r"], p=_WORK["p"], dklen=64)
    locked = _encrypt(opened, {"mac": mac, "encrypt": _text(master[:32])})
    key = json.dumps({"kdf": "scrypt", **_WORK, "salt": _text(salt), "data": _text(locked)}).encode()
    (place / "keys" / hashlib.sha256(key).hexdigest()).write_bytes(key)
    config = {"version": 2, "id": os.urandom(32).hex(), "chunker_polynomial": _POLYNOMIAL}
    (place / "config").write_bytes(_encrypt(master, config))


def _encrypt(key: bytes, value: object) -> bytes:
    """AES-256 in counter mode, and Poly1305-AES over it; *key* is the one's 32 bytes and the other's 16 and 16."""
    nonce = os.urandom(16)
    counter = Cipher(algorithms.AES256(key[:32]), modes.CTR(nonce)).encryptor()
    sealed = counter.update(json.dumps(value).encode()) + counter.finalize()
    once = Cipher(algorithms.AES128(key[32:48]), modes.ECB()).encryptor().update(nonce)
    return nonce + sealed + Poly1305.generate_tag(key[48:] + once, sealed)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
