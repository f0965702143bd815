"""Masks secrets in everything a run stores or sends."""

import base64
import html
import json
import re
import shlex
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "***"
_FOR_ADDRESSES = str.maketrans("+/", "-_")
#: A shorter piece of base64 may stand in another word by chance.
_SHORTEST_PIECE = 8
_PERCENT = re.compile("%[0-9A-F]{2}")
_SHELL_SPECIAL = re.compile(r"[^\w./-]")
_IN_DOUBLE_QUOTES = re.compile(r'[\\"$`]')
#: Shorter ones would mask ordinary words, and are no secrets.
_SHORTEST = 4

#: What is a credential by its looks, though nobody declared it. The shapes are the makers' own published prefixes.
_LOOKS_SECRET = re.compile(
    r"xox[abeoprs]-[A-Za-z0-9-]{8,}"
    r"|xapp-[A-Za-z0-9-]{8,}"
    r"|gh[pousr]_[A-Za-z0-9]{20,}"
    r"|github_pat_[A-Za-z0-9_]{20,}"
    r"|glpat-[A-Za-z0-9_-]{16,}"
    r"|AKIA[0-9A-Z]{16}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)


class Redactor:
    """Knows the secrets of one run. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._patterns: tuple[str, ...] = ()

    def add(self, value: str) -> None:
        """Mask *value* from now on, also encoded.

        Raises ValueError when it is too short to be hidden without hiding ordinary text.
        """
        if len(value.strip()) < _SHORTEST:
            raise ValueError(
                f"a secret of fewer than {_SHORTEST} characters cannot be hidden in a log; use a longer one"
            )
        forms = {
            form for part in (value, *value.splitlines()) for form in _forms(part.strip()) if len(form) >= _SHORTEST
        }
        with self._lock:
            # Longest first: a secret that contains another must not be cut in the middle.
            self._patterns = tuple(sorted(forms | set(self._patterns), key=len, reverse=True))

    def patterns(self) -> list[str]:
        """Everything that is masked, longest first."""
        return list(self._patterns)

    def mask(self, text: str) -> str:
        """*text* without its secrets."""
        for pattern in self._patterns:
            if pattern in text:
                text = text.replace(pattern, MASK)
        return _LOOKS_SECRET.sub(MASK, text)

    def mask_all(self, value: Any) -> Any:
        """Plain JSON without its secrets, in the texts of lists and mappings as well, keys included."""
        match value:
            case str():
                return self.mask(value)
            case list():
                return [self.mask_all(item) for item in value]
            case dict():
                return {self.mask_all(key): self.mask_all(item) for key, item in value.items()}
        return value


def _forms(value: str) -> set[str]:
    """How programs write *value*: the encodings that are masked.

    Base64 (also inside of something longer, for addresses, without padding, twice), base32, hex in both cases (plain,
    with colons or blanks, as escapes), percent signs (for a path, a form, in small letters, twice), JSON (with or
    without its letters, twice), Python, HTML and XML, YAML, and the ways to quote for a shell. What is compressed,
    encrypted, or cut into pieces by other words in between, nobody can find.
    """
    raw = value.encode()
    return {value, *_base64_forms(raw), *_hex_forms(raw), *_percent_forms(value), *_quoted_forms(value, raw)}


def _base64_forms(raw: bytes) -> Iterator[str]:
    whole = base64.b64encode(raw)
    yield base64.b64encode(whole).decode().rstrip("=")
    yield base64.b32encode(raw).decode().rstrip("=")
    for before in range(3):
        # Three bytes are four letters; those that also hold a bit of what stands before or behind are left out.
        letters = base64.b64encode(bytes(before) + raw).decode()
        inside = letters[(0, 2, 3)[before] : len(letters) - (0, 3, 2)[(before + len(raw)) % 3]]
        if before == 0:
            yield letters.rstrip("=")
            yield letters.rstrip("=").translate(_FOR_ADDRESSES)
        if len(inside) >= _SHORTEST_PIECE:
            yield inside
            yield inside.translate(_FOR_ADDRESSES)


def _hex_forms(raw: bytes) -> Iterator[str]:
    escapes = "".join(f"\\x{byte:02x}" for byte in raw)
    for form in (raw.hex(), raw.hex(":"), raw.hex(" ")):
        yield form
        yield form.upper()
    yield escapes
    yield escapes.upper().replace("\\X", "\\x")


def _percent_forms(value: str) -> Iterator[str]:
    for form in (quote(value, safe=""), quote(value), quote_plus(value)):
        yield form
        yield _PERCENT.sub(lambda found: found[0].lower(), form)
        yield quote(form, safe="")


def _quoted_forms(value: str, raw: bytes) -> Iterator[str]:
    for form in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        yield form[1:-1]
        yield json.dumps(form)[1:-1]
        yield json.dumps(form[1:-1])[1:-1]
    yield repr(value)[1:-1]
    yield repr(raw)[2:-1]
    yield html.escape(value)
    yield html.escape(value, quote=False)
    yield shlex.quote(value)
    yield value.replace("'", "''")
    yield _SHELL_SPECIAL.sub(r"\\\g<0>", value)
    yield _IN_DOUBLE_QUOTES.sub(r"\\\g<0>", value)
