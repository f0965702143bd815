"""Let Varnish forget what is old."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from actions.api import Action, ActionFailed, Context, Crash, Field, HostState, Outputs, Secret
from actions.varnish.client import Admin, copy_of, send
from actions.varnish.conditions import Condition, Headers, conditions

_Value = Annotated[str, Field(min_length=1, pattern=r"^[^\s\x00-\x1f]+$")]


class Node(BaseModel):
    """One Varnish."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: What people call it; its HTTP address if not given.
    name: str = ""
    #: Where it answers visitors, "http://10.0.0.11:6081".
    http: str = Field(pattern=r"^https?://[^\s/]+/?$")
    #: Where its administration listens (varnishd -T), "10.0.0.11:6082". None: PURGE and BAN are sent to `http`.
    admin: str | None = Field(default=None, pattern=r"^[^\s:]+:\d+$")

    @property
    def called(self) -> str:
        """Its name for people."""
        return self.name or self.http.partition("//")[2].rstrip("/")


class Flushed(Outputs):
    """What was forgotten where."""

    nodes: list[str] = Field(default=[])


class Flush(Action[Flushed]):
    """Let several Varnish nodes forget pages by URL, prefix, host, tag or everything, and see that it worked.

    A node that does not answer is named; all others are done. There is no undo: pages are fetched anew.
    """

    nodes: list[Node] = Field(
        min_length=1, description="the Varnish nodes", examples=[[{"http": "http://10.0.0.11:6081"}]]
    )
    what: Literal["url", "prefix", "host", "tag", "everything"] = Field(
        description="by what pages are chosen", examples=["everything", "url"]
    )
    values: list[_Value] = Field(
        default=[],
        description="which ones: addresses with their host, host names, or tags; none for `everything`",
        examples=[["https://www.example.org/news"]],
    )
    secret: Secret | None = Field(
        default=None, description="the secret of `varnishd -S`, for nodes with `admin`", examples=["env:VARNISH_SECRET"]
    )
    headers: Headers = Field(
        default=Headers(),
        description="where the VCL keeps host, path and tags of an object",
        examples=[{"tags": "xkey"}, {"url": "obj.http.x-url", "host": "obj.http.x-host"}],
    )
    look_at: list[_Value] = Field(
        default=[],
        description="further addresses to fetch afterwards from every node, which must not come from its memory; "
        "with `url`, `prefix` and `host` those of `values` are fetched anyway",
        examples=[["https://www.example.org/"]],
    )
    timeout_s: float = Field(default=5, gt=0, le=60, description="seconds to wait for a node", examples=[5])
    done_hosts: list[str] = Field(
        default=[], description="nodes that an earlier try has finished: left out now", examples=[["cache1"]]
    )

    @model_validator(mode="after")
    def _says_which(self) -> "Flush":
        if bool(self.values) == (self.what == "everything"):
            raise ValueError("`values` say which ones, and are left out only for `everything`")
        # Raises ValueError for an address without a host.
        conditions(self.what, self.values, self.headers)
        return self

    @property
    def crash(self) -> Crash:
        """What is forgotten already can be forgotten again."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """What would be forgotten, and which nodes answer now."""
        which = "everything" if self.what == "everything" else f"{self.what} {', '.join(self.values)}"
        lines = [f"{node.called}: {self._state(ctx, node)}" for node in self._nodes()]
        return "\n".join([f"Would forget {which}. Pages are fetched anew.", *lines])

    def run(self, ctx: Context) -> Flushed:
        """Flush every node, each by itself, then fetch from it."""
        nodes = self._nodes()
        wanted = conditions(self.what, self.values, self.headers)
        secret = ctx.secret(self.secret) if self.secret else ""
        ctx.begin(Flushed(nodes=[node.called for node in nodes]))
        failed: dict[str, str] = {}
        for index, node in enumerate(nodes):
            ctx.progress(index, len(nodes), node.called)
            ctx.host(node.called, HostState.RUNNING, "flushing")
            try:
                self._flush(ctx, node, wanted, secret)
            except ActionFailed as problem:
                failed[node.called] = problem.reason
                ctx.host(node.called, HostState.FAILED, problem.reason)
                ctx.log(f"{node.called}: {problem.reason}")
            else:
                ctx.host(node.called, HostState.CHANGED, "flushed and looked at" if self._looks() else "flushed")
                ctx.log(f"{node.called}: flushed")
        ctx.progress(len(nodes), len(nodes))
        done = [*self.done_hosts, *(node.called for node in nodes if node.called not in failed)]
        if failed:
            raise _failure(failed, done)
        return Flushed(nodes=done)

    def rest(self, done: Flushed | None, hosts: Sequence[str]) -> "Flush":
        """The nodes that are not done."""
        del done
        return self.model_copy(update={"done_hosts": [*self.done_hosts, *hosts]})

    def _nodes(self) -> list[Node]:
        return [node for node in self.nodes if node.called not in self.done_hosts]

    def _looks(self) -> list[str]:
        return [*self.look_at, *(self.values if self.what in {"url", "prefix", "host"} else [])]

    def _flush(self, ctx: Context, node: Node, wanted: Sequence[Condition], secret: str) -> None:
        # Asked twice where the first question brings the page into its memory.
        old = {at: self._copy(ctx, node, at) or self._copy(ctx, node, at) for at in self._looks()}
        if node.admin:
            with Admin(node.admin, secret, timeout_s=self.timeout_s) as admin:
                for condition in wanted:
                    admin.ban(condition)
        else:
            for condition in wanted:
                send(ctx, node.http, condition, timeout_s=self.timeout_s)
        for address, copy in old.items():
            if copy and self._copy(ctx, node, address) == copy:
                raise ActionFailed(f"{address} still comes from its memory.", hint="Does its VCL change the host?")

    def _copy(self, ctx: Context, node: Node, address: str) -> str | None:
        return copy_of(ctx, node.http, address, timeout_s=self.timeout_s)

    def _state(self, ctx: Context, node: Node) -> str:
        secret = ctx.secret(self.secret) if self.secret else ""
        try:
            if node.admin:
                with Admin(node.admin, secret, timeout_s=self.timeout_s) as admin:
                    admin.ask("ping")
            else:
                self._copy(ctx, node, (self._looks() or [node.http])[0])
        except ActionFailed as problem:
            return problem.reason
        return "answers"


def _failure(failed: dict[str, str], done: Sequence[str]) -> ActionFailed:
    reasons = "; ".join(f"{name}: {why.rstrip('.')}" for name, why in failed.items())
    went_on = f"Done on {', '.join(done)}. " if done else ""
    return ActionFailed(f"Not flushed: {reasons}.", hint=f"{went_on}A retry leaves out what is done.")
