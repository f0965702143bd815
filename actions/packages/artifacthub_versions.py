"""The versions of a package on Artifact Hub."""

from typing import ClassVar

from actions.api import Check, CheckContext, Field, Version
from actions.packages.client import Address, is_for_trying, moment, part, read_json


class ArtifacthubVersions(Check[Version]):
    """List the versions of a Helm chart, or another package, by what Artifact Hub knows of them."""

    lists_all: ClassVar[bool] = True

    package: str = Field(
        description="kind, repository and name, as in the address of its page",
        pattern=r"^[\w-]+/[\w.-]+/[\w.-]+$",
        examples=["helm/grafana/grafana"],
    )
    endpoint: Address = Field(default="https://artifacthub.io", examples=["https://artifacthub.io"])

    def list_versions(self, ctx: CheckContext) -> list[Version]:
        """One version per entry of `available_versions`: https://artifacthub.io/docs/api/."""
        base, name = self.endpoint.rstrip("/"), self.package.rpartition("/")[2]
        listed = read_json(ctx, f"{base}/api/v1/packages/{self.package}", what=f"package {self.package}")
        return [
            Version(
                number=one["version"],
                name=f"{name} {one['version']}",
                url=f"{base}/packages/{self.package}/{one['version']}",
                notes="This version contains security updates." if one.get("contains_security_updates") else "",
                published_at=moment(one.get("ts")),
                is_prerelease=bool(one.get("prerelease")) or is_for_trying(one["version"]),
            )
            for one in part(listed, "available_versions") or ()
            if part(one, "version")
        ]
