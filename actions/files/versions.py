"""Versions that a file tells."""

import re

from actions.api import ActionFailed, Check, CheckContext, Field, StackPath, Version, numbers_in

_LONGEST_BYTES = 1024 * 1024


class Versions(Check[Version]):
    """Find versions in a file by a pattern: what is deployed, where a deployment writes it down."""

    lists_all = True

    file: StackPath = Field(
        description="the file, beside the stack or by its absolute path", examples=["/srv/shop/VERSION"]
    )
    pattern: re.Pattern[str] = Field(
        default=re.compile(r"\S+"),
        description="a regular expression that finds versions; with a group, the version is what the first one holds",
        examples=[r'version = "(.+)"'],
    )

    def list_versions(self, ctx: CheckContext) -> list[Version]:
        """What the file tells now."""
        path = ctx.path(self.file)
        try:
            with path.open("rb") as file:
                text = file.read(_LONGEST_BYTES).decode(errors="replace")
        except OSError as error:
            raise ActionFailed(f"{self.file} cannot be read: {error.strerror}.", hint="Is its path right?") from error
        return [Version(number=number) for number in dict.fromkeys(numbers_in(text, self.pattern)) if number]
