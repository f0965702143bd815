"""Let CloudFront forget what is old."""

import hashlib
from typing import Any

from pydantic import model_validator

from actions.api import Action, ActionFailed, Context, Crash, Field
from actions.aws.client import Account, connect, told
from actions.cdn.what import Pages, Purged, host_and_path

#: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Invalidation.html: a wildcard only at the end.
_EVERYTHING = "/*"
#: The most that may be under way at a time, with and without a wildcard:
#: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html
_MOST = {"prefix": 15, "url": 3000}


class PurgeCloudfront(Action[Purged], Pages, Account):
    """Let CloudFront forget pages of a distribution by URL, prefix or everything, and wait until it has.

    A distribution knows paths only; the hosts that lead to it share them. There is no undo.
    """

    region: str = Field(default="us-east-1", description="AWS region of the API", examples=["us-east-1"])
    distribution: str = Field(description="the distribution's id", pattern=r"^[A-Z0-9]+$", examples=["EDFDVBD6EXAMPLE"])
    wait_s: float = Field(
        default=600, ge=0, le=3600, description="seconds to wait until it is forgotten everywhere", examples=[600]
    )
    every_s: float = Field(default=5, gt=0, le=60, description="seconds between two looks", examples=[5])

    @model_validator(mode="after")
    def _can_do_it(self) -> "PurgeCloudfront":
        if self.what in {"tag", "host"}:
            raise ValueError(f"CloudFront forgets by url, prefix or everything, not by {self.what}")
        if len(self.values) > (most := _MOST.get(self.what, 0)):
            raise ValueError(f"CloudFront forgets by {self.what} at most {most} at a time, not {len(self.values)}")
        return self

    @property
    def crash(self) -> Crash:
        """The same order twice is one: it bears a name of its own."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """The order, and whether there is such a distribution. Orders nothing."""
        client = connect(ctx, self, "cloudfront")
        found = told(lambda: client.get_distribution(Id=self.distribution))
        name = found["Distribution"]["DomainName"]
        return f"CloudFront ({name}) would forget {', '.join(self._paths())}. Pages are fetched anew."

    def run(self, ctx: Context) -> Purged:
        """Order it, and wait until every place has done it."""
        client = connect(ctx, self, "cloudfront")
        paths = self._paths()
        ctx.begin(Purged())
        name = hashlib.sha256("\n".join([ctx.run_name, *paths]).encode()).hexdigest()[:32]
        batch = {"Paths": {"Quantity": len(paths), "Items": paths}, "CallerReference": f"stackhand-{name}"}
        made = told(lambda: client.create_invalidation(DistributionId=self.distribution, InvalidationBatch=batch))
        id = str(made["Invalidation"]["Id"])
        ctx.log(f"CloudFront forgets {', '.join(paths)}: order {id}")
        self._wait(ctx, client, id)
        return Purged(ids=[id])

    def _wait(self, ctx: Context, client: Any, id: str) -> None:
        def state() -> str:
            found = told(lambda: client.get_invalidation(DistributionId=self.distribution, Id=id))
            return str(found["Invalidation"]["Status"])

        if not self.wait_s:
            return
        for now in ctx.poll(state, every_s=self.every_s, for_s=self.wait_s):
            if now.casefold() == "completed":
                return
        raise ActionFailed(
            f"CloudFront has not done order {id} within {self.wait_s:g} s.", hint="It goes on by itself: look later."
        )

    def _paths(self) -> list[str]:
        if self.what == "everything":
            return [_EVERYTHING]
        star = "*" if self.what == "prefix" else ""
        return [host_and_path(value)[1] + star for value in self.values]
