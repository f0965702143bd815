"""The versions of a Helm chart."""

from typing import ClassVar

from actions.api import Check, CheckContext, Field, Version
from actions.packages.client import Address, is_for_trying, moment, part, read_yaml


class HelmVersion(Version):
    """A version of a chart."""

    app_version: str = Field(default="", description="the version of the program that it installs")


class HelmCharts(Check[HelmVersion]):
    """List the versions of a chart in a repository with an index; of one in an OCI registry use registry.tags.

    Helm pushes `1.0.0+1` to an OCI registry as the tag `1.0.0_1`: https://helm.sh/docs/topics/registries/.
    """

    lists_all: ClassVar[bool] = True

    repository: Address = Field(
        description="the address below which its index.yaml is", examples=["https://grafana.github.io/helm-charts"]
    )
    chart: str = Field(description="its name there", pattern=r"^[\w.-]+$", examples=["grafana"])

    def list_versions(self, ctx: CheckContext) -> list[HelmVersion]:
        """One version per entry: https://helm.sh/docs/topics/chart_repository/#the-index-file."""
        url = f"{self.repository.rstrip('/')}/index.yaml"
        charts = part(read_yaml(ctx, url, what="index of charts"), "entries")
        return [
            HelmVersion(
                number=str(entry["version"]),
                name=f"{self.chart} {entry['version']}",
                title=f"Installs {self.chart} {entry['appVersion']}" if entry.get("appVersion") else "",
                state=str(entry.get("digest") or ""),
                app_version=str(entry.get("appVersion") or ""),
                url=str(entry.get("home") or ""),
                published_at=moment(entry.get("created")),
                is_prerelease=is_for_trying(str(entry["version"])),
                is_yanked=bool(entry.get("deprecated")),
            )
            for entry in part(charts, self.chart) or ()
            if part(entry, "version")
        ]
