"""Let Fastly forget what is old."""

from collections.abc import Iterator

from pydantic import JsonValue, model_validator

from actions.api import Action, Context, Crash, Field, Secret
from actions.cdn.client import order
from actions.cdn.what import Pages, Purged, host_and_path, portions

#: https://www.fastly.com/documentation/reference/api/purging/: the most surrogate keys of one order.
_AT_ONCE = 256


class PurgeFastly(Action[Purged], Pages):
    """Let Fastly forget pages of a service by URL, tag (surrogate key) or everything. There is no undo."""

    service: str = Field(description="the service's id", pattern=r"^[A-Za-z0-9]+$", examples=["SU1Z0isxPaozGVKXdv0eY"])
    token: Secret = Field(description="an API token that may purge", examples=["env:FASTLY_TOKEN"])
    soft: bool = Field(
        default=False,
        description="keep the old page for as long as the site does not answer; not possible for `everything`",
        examples=[True],
    )
    endpoint: str = Field(
        default="https://api.fastly.com",
        pattern=r"^https?://[^\s]+$",
        description="where the API is",
        examples=["https://api.fastly.com"],
    )

    @model_validator(mode="after")
    def _can_do_it(self) -> "PurgeFastly":
        if self.what in {"prefix", "host"}:
            raise ValueError(f"Fastly forgets by url, tag or everything, not by {self.what}: tag the pages")
        if self.soft and self.what == "everything":
            raise ValueError("Fastly forgets everything at once: leave `soft` out")
        return self

    @property
    def crash(self) -> Crash:
        """What is forgotten already can be forgotten again."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """The order. Sends nothing."""
        ctx.secret(self.token)
        return f"Fastly would forget {self.called}. Pages are fetched anew."

    def run(self, ctx: Context) -> Purged:
        """Order it, in as many portions as Fastly takes."""
        headers = {"Fastly-Key": ctx.secret(self.token), "Accept": "application/json"}
        headers |= {"Fastly-Soft-Purge": "1"} if self.soft else {}
        ctx.begin(Purged())
        ids: list[str] = []
        for path, body in self._orders():
            told = order(ctx, "Fastly", "POST", f"{self.endpoint}{path}", headers=headers, json=body)
            # By tags it answers with a number under the name of each; an address has one, and everything has none.
            numbers = told.values() if self.what == "tag" else [told["id"]] if "id" in told else []
            ids += map(str, numbers)
        ctx.log(f"Fastly forgets {self.called}")
        return Purged(ids=ids)

    def _orders(self) -> Iterator[tuple[str, JsonValue]]:
        """The path and body of each order."""
        service = f"/service/{self.service}"
        if self.what == "everything":
            yield f"{service}/purge_all", None
        elif self.what == "tag":
            for some in portions(self.values, _AT_ONCE):
                yield f"{service}/purge", {"surrogate_keys": [*some]}
        else:
            for value in self.values:
                yield f"/purge/{''.join(host_and_path(value))}", None
