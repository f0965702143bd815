"""The kinds of values that actions take."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from actions.api.errors import ActionFailed

__all__ = ["Field", "Secret", "StackPath"]

_REFERENCE = re.compile(r"(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|vault:[^#]+#.+)")


def _reference(written: str) -> str:
    if not _REFERENCE.fullmatch(written):
        # The value is not repeated: what stands here by mistake is likely the secret itself.
        raise ValueError('a secret is named, never written out: "env:NAME", "file:PATH" or "vault:PATH#KEY"')
    return written


#: The *reference* of a secret (`env:NAME`, `file:PATH`, `vault:PATH#KEY`). `Context.secret` reads its value.
Secret = Annotated[
    str,
    AfterValidator(_reference),
    WithJsonSchema({"type": "string", "format": "secret-reference", "pattern": _REFERENCE.pattern}),
]

#: A path inside the stack's folder, written relative to it; an absolute path stays as it is. `Context.path` opens it.
StackPath = Annotated[str, WithJsonSchema({"type": "string", "format": "stack-path"})]


def stack_path(folder: Path, written: str) -> Path:
    """Where a StackPath leads, from the stack's *folder*. Raises ActionFailed if that is out of it."""
    if Path(written).is_absolute():
        return Path(written)
    found = (folder / written).resolve()
    if not found.is_relative_to(folder.resolve()):
        raise ActionFailed(f"{written} leads out of the stack's folder.", hint="Keep payloads inside the stack.")
    return found
