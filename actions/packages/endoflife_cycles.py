"""Until when the versions of a product are looked after."""

from typing import Any, ClassVar

from actions.api import Check, CheckContext, Field, Version
from actions.packages.client import Address, moment, part, read_json


class Cycle(Version):
    """A line of versions that is looked after for a time."""

    latest: str = Field(default="", description="its newest version")
    ends_on: str = Field(default="", description="the day on which its life ends, like 2027-11-08; empty: not known")
    is_over: bool = Field(default=False, description="is it looked after no more?")


class EndoflifeCycles(Check[Cycle]):
    """List the lines of a product's versions, and see when one is at the end of its life."""

    lists_all: ClassVar[bool] = True
    changed: ClassVar[str] = "has another end of life"

    product: str = Field(
        description="its name on endoflife.date", pattern=r"^[a-z0-9][a-z0-9.+-]*$", examples=["postgresql"]
    )
    endpoint: Address = Field(default="https://endoflife.date", examples=["https://endoflife.date"])

    def list_versions(self, ctx: CheckContext) -> list[Cycle]:
        """One version per line: https://endoflife.date/docs/api/v1/."""
        base = self.endpoint.rstrip("/")
        answer = read_json(ctx, f"{base}/api/v1/products/{self.product}", what=f"product {self.product}")
        listed = part(part(answer, "result"), "releases") or ()
        return [self._cycle(one, f"{base}/{self.product}") for one in listed if part(one, "name")]

    def _cycle(self, told: Any, url: str) -> Cycle:
        number, ends_on, is_over = str(told["name"]), str(told.get("eolFrom") or ""), bool(told.get("isEol"))
        latest = str(part(told.get("latest"), "name") or "")
        words = "Its life is over" if is_over else "It is looked after"
        return Cycle(
            number=number,
            # The newest version is no part of it: it changes every week, and other checks tell of it.
            state=f"{ends_on} {'over' if is_over else ''}".strip(),
            name=f"{self.product} {number}",
            title=f"{words}, {'since' if is_over else 'until'} {ends_on}" if ends_on else words,
            latest=latest,
            ends_on=ends_on,
            is_over=is_over,
            url=url,
            published_at=moment(told.get("releaseDate")),
        )
