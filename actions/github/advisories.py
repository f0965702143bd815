"""The security advisories of a GitHub repository."""

from actions.api import Check, CheckContext, Field, Version
from actions.github.client import Place, reach


class Advisory(Version):
    """One security advisory; its number begins with GHSA."""

    severity: str = Field(default="", description="low, medium, high or critical")
    cve: str = Field(default="", description="its number in the CVE list, if it has one")


class Advisories(Check[Advisory], Place):
    """The published security advisories of a repository; one that is withdrawn counts no more."""

    lists_all = True
    appeared = "was published"
    changed = "was changed"

    def list_versions(self, ctx: CheckContext) -> list[Advisory]:
        """Those that are public now, or were."""
        with reach(ctx, self) as repository:
            return [
                Advisory(
                    number=one.ghsa_id,
                    state=one.updated_at.isoformat() if one.updated_at else "",
                    name=one.cve_id or one.ghsa_id,
                    title=one.summary,
                    notes=one.description or "",
                    url=one.html_url,
                    published_at=one.published_at,
                    is_yanked=one.withdrawn_at is not None,
                    severity=one.severity or "",
                    cve=one.cve_id or "",
                )
                for one in repository.get_repository_advisories()
                if one.state in {"published", "withdrawn"}
            ]
