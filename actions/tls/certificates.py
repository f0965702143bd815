"""The certificates that servers show, and how long each is valid."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Annotated, ClassVar

from actions.api import ActionFailed, Check, CheckContext, Field, Version
from actions.tls.client import read_certificate

_AT_ONCE = 8
_HTTPS = 443

Host = Annotated[str, Field(pattern=r"^(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$")]


class Certificate(Version):
    """The certificate of one host; its number is the host as it was written."""

    days_left: int = Field(default=0, description="whole days until it expires; 0 when it cannot be read")
    expires_at: datetime | None = Field(default=None, description="when it expires")
    issuer: str = Field(default="", description="who vouches for it")
    problem: str = Field(default="", description="why it cannot be read, in a sentence; empty if it can")


class Certificates(Check[Certificate]):
    """Read the certificates that servers show, also those that are not valid."""

    lists_all: ClassVar[bool] = True
    appeared: ClassVar[str] = "is looked at"
    changed: ClassVar[str] = "shows a new certificate"
    left: ClassVar[str] = "is not looked at any more"

    hosts: list[Host] = Field(
        min_length=1,
        max_length=500,
        description="whose, each with its port if that is not 443",
        examples=[["www.example.org", "mail.example.org:993"]],
    )
    timeout_s: float = Field(default=10, gt=0, le=60, description="seconds to wait for each", examples=[10])

    def list_versions(self, ctx: CheckContext) -> list[Certificate]:
        """What they show now; a host that shows none does not hide the others."""
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="tls") as pool:
            return list(pool.map(partial(self._read, now=ctx.now()), dict.fromkeys(self.hosts)))

    def _read(self, written: str, *, now: datetime) -> Certificate:
        host, port = _parts(written)
        try:
            shown = read_certificate(host, port, timeout_s=self.timeout_s)
        except ActionFailed as failed:
            return Certificate(number=written, problem=failed.reason)
        return Certificate(
            number=written,
            state=shown.fingerprint,
            days_left=(shown.expires_at - now).days,
            expires_at=shown.expires_at,
            issuer=shown.issuer,
        )


def _parts(written: str) -> tuple[str, int]:
    host, colon, port = written.rpartition(":")
    if not colon or written.endswith("]"):
        host, port = written, str(_HTTPS)
    return host.strip("[]"), int(port)
