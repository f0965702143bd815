"""The newest tags of an image on Docker Hub."""

import re
from typing import Any, ClassVar

from actions.api import Check, CheckContext, Field, Version
from actions.packages.client import Address, moment, part, read_json


class DockerhubTags(Check[Version]):
    """Read the hundred tags of an image on Docker Hub that were pushed last, in one request that costs no pulls."""

    changed: ClassVar[str] = "points to another image"

    image: str = Field(
        description="its name; of an official one the last part alone",
        pattern=r"^[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)?$",
        examples=["nginx", "grafana/grafana"],
    )
    pattern: re.Pattern[str] = Field(
        default=re.compile(".*"),
        description="a regular expression that the whole tag matches",
        examples=[r"\d+\.\d+\.\d+"],
    )
    endpoint: Address = Field(default="https://hub.docker.com", examples=["https://hub.docker.com"])

    def list_versions(self, ctx: CheckContext) -> list[Version]:
        """One version per tag: https://docs.docker.com/reference/api/hub/latest/operations/ListRepositoryTags/.

        It tells the `digest` of a tag, too, but only that of its images is described there.
        """
        space, _, name = (self.image if "/" in self.image else f"library/{self.image}").partition("/")
        base = self.endpoint.rstrip("/")
        url = f"{base}/v2/namespaces/{space}/repositories/{name}/tags?page_size=100"
        listed = read_json(ctx, url, what=f"image {self.image}")
        return [
            Version(
                number=tag["name"],
                state=_points_to(tag),
                name=f"{self.image}:{tag['name']}",
                url=f"{base}/{'_' if space == 'library' else f'r/{space}'}/{name}",
                published_at=moment(tag.get("tag_last_pushed") or tag.get("last_updated")),
            )
            for tag in part(listed, "results") or ()
            if part(tag, "name") and self.pattern.fullmatch(tag["name"])
        ]


def _points_to(tag: Any) -> str:
    images = sorted(str(part(image, "digest") or "") for image in part(tag, "images") or ())
    return str(part(tag, "digest") or " ".join(filter(None, images)))
