"""Which objects of a cache are meant: what people ask for, in Varnish's words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field


class Headers(BaseModel):
    """Where the VCL keeps what bans are about; `obj.http.*` lets Varnish clean up in the background."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(default="req.url", pattern=r"^(req\.url|obj\.http\.[A-Za-z0-9-]+)$")
    host: str = Field(default="req.http.host", pattern=r"^(req|obj)\.http\.[A-Za-z0-9-]+$")
    #: The header in which the site names an object's tags, with spaces or commas between them.
    tags: str = Field(default="xkey", pattern=r"^[A-Za-z0-9-]+$")


@dataclass(frozen=True)
class Condition:
    """One ban: all of its tests must hold."""

    #: (field, operator, value)
    tests: tuple[tuple[str, str, str], ...]
    #: The one address that is meant; None when it may be many.
    address: str | None = None

    def command(self) -> str:
        """As the administration reads it."""
        return "ban " + " && ".join(f"{field} {operator} {_quoted(value)}" for field, operator, value in self.tests)


def conditions(what: str, values: Sequence[str], headers: Headers) -> list[Condition]:
    """The bans for what people ask for. Raises ValueError for an address without its host."""
    match what:
        case "everything":
            return [Condition(((headers.url, "~", "."),))]
        case "host":
            return [Condition((_host(value, headers),)) for value in values]
        case "tag":
            # What people type is a text, not a pattern.
            patterns = [rf"(^|[\s,]){re.escape(value)}([\s,]|$)" for value in values]
            return [Condition(((f"obj.http.{headers.tags}", "~", pattern),)) for pattern in patterns]
    found = []
    for value in values:
        host, path = split(value)
        test = (headers.url, "==", path) if what == "url" else (headers.url, "~", f"^{re.escape(path)}")
        found.append(Condition((_host(host, headers), test), value if what == "url" else None))
    return found


def split(address: str) -> tuple[str, str]:
    """Host and path of an address. Raises ValueError if it has no host."""
    parts = urlsplit(address if "//" in address else f"//{address}")
    if not parts.hostname:
        raise ValueError(f"{address} has no host: write it like https://www.example.org/news")
    return parts.netloc.rpartition("@")[2], (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _host(host: str, headers: Headers) -> tuple[str, str, str]:
    port = "" if ":" in host else r"(:\d+)?"
    return headers.host, "~", rf"(?i)^{re.escape(host)}{port}$"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
