"""Let Cloudflare forget what is old."""

from urllib.parse import quote

from pydantic import JsonValue, model_validator

from actions.api import Action, Context, Crash, Field, Secret
from actions.cdn.client import order
from actions.cdn.what import Pages, Purged, host_and_path, portions

#: https://developers.cloudflare.com/cache/how-to/purge-cache/purge_by_prefix/: the most prefixes of one order. Of the
#: other kinds every plan takes more.
_AT_ONCE = 30
_KEYS = {"url": "files", "prefix": "prefixes", "host": "hosts", "tag": "tags"}


class PurgeCloudflare(Action[Purged], Pages):
    """Let Cloudflare forget pages of a zone by URL, prefix, host, tag or everything. There is no undo."""

    zone: str = Field(
        description="the zone's id", pattern=r"^[0-9a-f]{32}$", examples=["023e105f4ecef8ad9ca31a8372d0c353"]
    )
    token: Secret = Field(description="an API token that may purge", examples=["env:CLOUDFLARE_TOKEN"])
    endpoint: str = Field(
        default="https://api.cloudflare.com/client/v4",
        pattern=r"^https?://[^\s]+$",
        description="where the API is",
        examples=["https://api.cloudflare.com/client/v4"],
    )

    @model_validator(mode="after")
    def _can_do_it(self) -> "PurgeCloudflare":
        if self.what == "prefix" and any("?" in value for value in self.values):
            raise ValueError("Cloudflare forgets by a prefix whatever the query: leave out what begins with `?`")
        return self

    @property
    def crash(self) -> Crash:
        """What is forgotten already can be forgotten again."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """The order. Sends nothing."""
        ctx.secret(self.token)
        return f"Cloudflare would forget {self.called}. Pages are fetched anew."

    def run(self, ctx: Context) -> Purged:
        """Order it, in as many portions as Cloudflare takes."""
        headers = {"Authorization": f"Bearer {ctx.secret(self.token)}"}
        ctx.begin(Purged())
        ids = []
        for body in self._bodies():
            url = f"{self.endpoint}/zones/{quote(self.zone)}/purge_cache"
            told = order(ctx, "Cloudflare", "POST", url, headers=headers, json=body)
            ids.append(str((told.get("result") or {}).get("id", "")))
        ctx.log(f"Cloudflare forgets {self.called}")
        return Purged(ids=ids)

    def _bodies(self) -> list[JsonValue]:
        if self.what == "everything":
            return [{"purge_everything": True}]
        values = self.values
        if self.what == "prefix":
            # Without the scheme: "www.example.org/news".
            values = ["".join(host_and_path(value)) for value in values]
        return [{_KEYS[self.what]: [*some]} for some in portions(values, _AT_ONCE)]
