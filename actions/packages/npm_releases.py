"""The releases of an npm package."""

from typing import ClassVar

from actions.api import Check, CheckContext, Field, Version
from actions.packages.client import Address, is_for_trying, part, read_json

#: The short form: the whole one is many megabytes for some packages, and says nothing more that is needed.
_SHORT = "application/vnd.npm.install-v1+json"


class NpmReleases(Check[Version]):
    """List the releases of a package in the registry of npm, and see when one is deprecated."""

    lists_all: ClassVar[bool] = True
    appeared: ClassVar[str] = "was released"

    package: str = Field(
        description="its name",
        pattern=r"^(@[a-z0-9~._-]+/)?[a-z0-9~][a-z0-9~._-]*$",
        examples=["typescript", "@vue/cli"],
    )
    registry: Address = Field(examples=["https://packages.example.org/npm"])

    def list_versions(self, ctx: CheckContext) -> list[Version]:
        """One version per release: https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md."""
        url = f"{self.registry.rstrip('/')}/{self.package.replace('/', '%2F')}"
        listed = read_json(ctx, url, what=f"package {self.package}", accept=_SHORT)
        return [
            Version(
                number=number,
                name=f"{self.package} {number}",
                notes=str(part(about, "deprecated") or ""),
                is_prerelease=is_for_trying(number),
                is_yanked=bool(part(about, "deprecated")),
            )
            for number, about in (part(listed, "versions") or {}).items()
        ]
