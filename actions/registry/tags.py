"""The tags of an image."""

import re
from typing import ClassVar

from actions.api import Check, CheckContext, Field, Secret, Version
from actions.registry.client import Repository


class Tags(Check[Version]):
    """List the tags of an image in a registry, and see when one points to another image."""

    lists_all: ClassVar[bool] = True
    changed: ClassVar[str] = "points to another image"
    left: ClassVar[str] = "was deleted"

    registry: str = Field(
        description="where the registry answers; there is no default, so name yours",
        pattern=r"^https?://[^\s/@]+/?$",
        examples=["http://127.0.0.1:5000"],
    )
    image: str = Field(
        description="its name in the registry",
        pattern=r"^[a-z0-9]+([._/-]+[a-z0-9]+)*$",
        examples=["shop/api"],
    )
    pattern: re.Pattern[str] = Field(
        default=re.compile(".*"),
        description="a regular expression that the whole tag matches; each tag costs one small request",
        examples=[r"\d+\.\d+\.\d+"],
    )
    user: str = Field(default="", description="who asks, if the registry wants to know", examples=["robot"])
    password: Secret | None = Field(default=None, description="the user's password or token", examples=["env:REGISTRY"])

    def list_versions(self, ctx: CheckContext) -> list[Version]:
        """One version per tag; its state is the digest behind it."""
        password = ctx.secret(self.password) if self.password else ""
        with ctx.http() as session:
            repository = Repository(session, self.registry, self.image, self.user, password)
            wanted = [tag for tag in repository.tags() if self.pattern.fullmatch(tag)]
            found = {tag: repository.digest(tag) for tag in wanted}
        return [
            Version(number=tag, state=digest, name=f"{self.image}:{tag}") for tag, digest in found.items() if digest
        ]
