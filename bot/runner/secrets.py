"""Reads secrets by their references."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests

from actions.api import ActionFailed
from bot.base.redact import Redactor

_REFERENCE = re.compile(r"(env|file|vault):\S+")


class SecretMissing(ActionFailed):
    """There is no such secret. Never carries a value."""


def read_known(redactor: Redactor, reference: str, environ: Mapping[str, str], base: Path) -> str:
    """The value behind a reference, which *redactor* knows from now on.

    Raises ActionFailed when there is none, or one that cannot be masked.
    """
    try:
        value = read_secret(reference, environ, base)
        redactor.add(value)
    except ValueError as error:
        raise ActionFailed(f"{reference}: {error}") from error
    return value


def known_again(
    redactor: Redactor, used: Sequence[Mapping[str, Any] | None], environ: Mapping[str, str], base: Path
) -> None:
    """Have *redactor* know the secrets that the fields in *used* name.

    What an earlier step was given, a later one may say, and the run may have waited, or its worker died, in between.
    """
    for reference in sorted({text for fields in used for text in _texts(fields) if _REFERENCE.fullmatch(text)}):
        # Whoever needs it now says what is wrong with it; here it is only a reference of before.
        with suppress(SecretMissing, ValueError):
            redactor.add(read_secret(reference, environ, base))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _texts(item)
        case dict():
            yield from _texts(list(value.values()))


def read_secret(reference: str, environ: Mapping[str, str], base: Path) -> str:
    """The value behind `env:NAME`, `file:PATH` (relative to *base*) or `vault:PATH#KEY`.

    Vault is HashiCorp's, KV version 2, found by VAULT_ADDR and VAULT_TOKEN of *environ*; PATH is "mount/name".
    Raises SecretMissing.
    """
    kind, _, name = reference.partition(":")
    if kind == "env":
        return _from_environment(name, environ)
    if kind == "file":
        return _from_file(base / name)
    if kind == "vault":
        return _from_vault(name, environ)
    raise SecretMissing(f"{kind}: is no kind of secret.", hint='Write "env:NAME", "file:PATH" or "vault:PATH#KEY".')


def _from_environment(name: str, environ: Mapping[str, str]) -> str:
    if not environ.get(name):
        raise SecretMissing(f"The environment variable {name} is not set.", hint=f"Set {name} where the bot starts.")
    return environ[name]


def _from_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise SecretMissing(f"The secret file {path.name} cannot be read: {reason}.") from error


def _from_vault(name: str, environ: Mapping[str, str]) -> str:
    path, _, key = name.partition("#")
    mount, _, rest = path.partition("/")
    address = _from_environment("VAULT_ADDR", environ).rstrip("/")
    token = _from_environment("VAULT_TOKEN", environ)
    try:
        reply = requests.get(f"{address}/v1/{mount}/data/{rest}", headers={"X-Vault-Token": token}, timeout=10)
        reply.raise_for_status()
        values: dict[str, Any] = reply.json()["data"]["data"]
    except (requests.RequestException, KeyError, TypeError, ValueError) as error:
        status = getattr(getattr(error, "response", None), "status_code", None)
        said = f"it answered {status}" if status else type(error).__name__
        raise SecretMissing(f"Vault does not give {path}: {said}.", hint="Check the path and the token.") from error
    if key not in values:
        raise SecretMissing(f"Vault's {path} has no key {key}.", hint=f"It has {', '.join(sorted(values))}.")
    return str(values[key])
