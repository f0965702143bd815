"""Versions that a program tells."""

import re

from actions.api import Check, CheckContext, Field, Version, numbers_in
from actions.command.cli import output_of


class Versions(Check[Version]):
    """Find versions in what a program prints; it may only read, and is run again and again."""

    lists_all = True

    argv: list[str] = Field(
        min_length=1,
        description="the program and its words, no shell; it runs in the stack's folder",
        examples=[["nginx", "-V"]],
    )
    pattern: re.Pattern[str] = Field(
        default=re.compile(r"\S+"),
        description="a regular expression that finds versions; with a group, the version is what the first one holds",
        examples=[r"version: ([0-9.]+)"],
    )
    timeout_s: float = Field(default=10, gt=0, le=120, description="seconds to wait for its end", examples=[10])

    def list_versions(self, ctx: CheckContext) -> list[Version]:
        """What the program tells now."""
        said = output_of(self.argv, folder=ctx.path("."), timeout_s=self.timeout_s)
        return [Version(number=number) for number in dict.fromkeys(numbers_in(said, self.pattern)) if number]
