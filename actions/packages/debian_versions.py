"""The versions of a source package in Debian."""

from typing import ClassVar

from actions.api import Check, CheckContext, Field, Version
from actions.packages.client import Address, part, read_json


class DebianVersion(Version):
    """A version of a source package."""

    suites: list[str] = Field(default=[], description="the suites that have it")


class DebianVersions(Check[DebianVersion]):
    """List the versions of a source package in Debian's archive, and see when one moves to another suite."""

    lists_all: ClassVar[bool] = True
    changed: ClassVar[str] = "moved to another suite"
    left: ClassVar[str] = "left the archive"

    package: str = Field(
        description="the name of the source package", pattern=r"^[a-z0-9][a-z0-9+.-]+$", examples=["nginx"]
    )
    suite: str | None = Field(
        default=None, pattern=r"^[a-z0-9-]+$", description="only what this suite has", examples=["trixie"]
    )
    endpoint: Address = Field(default="https://sources.debian.org", examples=["https://sources.debian.org"])

    def list_versions(self, ctx: CheckContext) -> list[DebianVersion]:
        """One version per entry: https://sources.debian.org/doc/api/."""
        base = self.endpoint.rstrip("/")
        listed = read_json(ctx, f"{base}/api/src/{self.package}/", what=f"package {self.package}")
        # A package that it does not know is answered with 200 and an error in words.
        found = [(str(one["version"]), sorted(one.get("suites") or ())) for one in part(listed, "versions") or ()]
        return [
            DebianVersion(
                number=number,
                state=" ".join(suites),
                suites=suites,
                name=f"{self.package} {number}",
                title=f"In {', '.join(suites)}" if suites else "",
                url=f"https://tracker.debian.org/pkg/{self.package}",
            )
            for number, suites in found
            if self.suite is None or self.suite in suites
        ]
