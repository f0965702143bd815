"""Masks secrets in everything a run stores or sends."""

import base64
import json
import re
import shlex
import threading
from typing import Any
from urllib.parse import quote

MASK = "***"
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
        """Plain JSON without its secrets, in the texts of lists and mappings as well. Keys are names and stay."""
        match value:
            case str():
                return self.mask(value)
            case list():
                return [self.mask_all(item) for item in value]
            case dict():
                return {key: self.mask_all(item) for key, item in value.items()}
        return value


def _forms(value: str) -> set[str]:
    encoded = base64.b64encode(value.encode()).decode()
    return {value, encoded.rstrip("="), quote(value, safe=""), json.dumps(value)[1:-1], shlex.quote(value)}
