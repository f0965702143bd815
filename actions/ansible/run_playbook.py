"""Run a playbook on the hosts of an inventory."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, JsonValue, field_validator

from actions.ansible.cli import Call, end_connections, write_variables
from actions.ansible.preview import preview_text
from actions.ansible.report import NAME, Report, first_line, names, without_name
from actions.api import Action, ActionFailed, Context, Crash, Exit, Field, Outputs, Secret, StackPath

_VariableName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
_MOST_REASONS = 3


class HostCounts(BaseModel):
    """How many tasks of a host went how, as Ansible counts: `ok` includes the changed ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ok: int
    changed: int
    failed: int
    unreachable: int
    skipped: int


class PlaybookRan(Outputs):
    """The same counts over all hosts, and host by host. All zero and no hosts while the playbook is at work."""

    ok: int = 0
    changed: int = 0
    failed: int = 0
    unreachable: int = 0
    skipped: int = 0
    hosts: dict[str, HostCounts] = Field(default={})


class RunPlaybook(Action[PlaybookRan]):
    """Run an Ansible playbook on the hosts of an inventory, and say host by host how it went."""

    playbook: StackPath = Field(description="playbook, in the stack's folder", examples=["payload/maintenance.yml"])
    inventory: StackPath = Field(
        description="inventory: a file (INI, YAML, a plugin's configuration) or a folder of them",
        examples=["payload/production.ini"],
    )
    #: What people typed is data: Ansible never renders `{{ }}` in these values.
    vars: dict[_VariableName, JsonValue] = Field(
        default={}, description="variables for the playbook; they win over all others", examples=[{"state": "on"}]
    )
    secret_vars: dict[_VariableName, Secret] = Field(
        default={},
        description="variables whose values are secrets; given to Ansible in a private file",
        examples=[{"ansible_become_password": "env:BECOME_PASSWORD"}],
    )
    limit: str | None = Field(
        default=None, description="only these hosts or groups of the inventory", examples=["web1,web2", "web:!web3"]
    )
    tags: list[str] = Field(default=[], description="only the tasks with these tags", examples=[["config"]])
    forks: int = Field(default=10, ge=1, le=500, description="hosts worked on at the same time", examples=[10])
    connect_timeout_s: int = Field(
        default=3, ge=1, le=120, description="seconds until a host that does not answer is unreachable", examples=[3]
    )
    undo_vars: dict[_VariableName, JsonValue] | None = Field(
        default=None,
        description="variables with which the same playbook reverses itself; none: it cannot be undone",
        examples=[{"state": "off"}],
    )

    done_hosts: list[str] = Field(
        default=[],
        description="hosts that an earlier try has finished: left out now, and reached again by an undo",
        examples=[["web1"]],
    )
    retry_all_hosts: bool = Field(
        default=False,
        description="try again on all hosts, not only on those that are not done: for playbooks whose hosts need one "
        "another's facts",
        examples=[True],
    )

    @field_validator("limit")
    @classmethod
    def _names_only(cls, limit: str | None) -> str | None:
        if limit and any(part.strip().startswith("@") for part in limit.replace(":", ",").split(",")):
            raise ValueError("`limit` names hosts and groups; a file of them (@FILE) is not read")
        return limit or None

    @property
    def crash(self) -> Crash:
        """A playbook that is at work goes on without the bot."""
        return Crash.ATTACH

    @classmethod
    def is_final(cls, fields: Mapping[str, Any]) -> bool:
        """It has a way back where it was given one."""
        return fields.get("undo_vars") is None

    def preview(self, ctx: Context) -> str:
        """What every host would get, by Ansible's check mode."""
        report, end = self._call(ctx, check=True)
        self._raise_if_failed(report, end)
        return preview_text(report)

    def run(self, ctx: Context) -> PlaybookRan:
        """Run it, and fail if any host failed, could not be reached, or if there was none."""
        self._demand_files(ctx)
        ctx.begin(PlaybookRan())
        report, end = self._call(ctx, check=False)
        self._raise_if_failed(report, end)
        return _outputs(report)

    def rest(self, done: PlaybookRan | None, hosts: Sequence[str]) -> "RunPlaybook":
        """The same playbook without *hosts*."""
        del done
        if self.retry_all_hosts:
            return self
        return self.model_copy(update={"done_hosts": [*dict.fromkeys([*self.done_hosts, *hosts])]})

    def undo(self, done: PlaybookRan) -> "RunPlaybook | None":
        """The same playbook with `undo_vars`, on all hosts: how far a host that was lost came is not known."""
        del done
        if self.undo_vars is None:
            return None
        return self.model_copy(update={"vars": {**self.vars, **self.undo_vars}, "undo_vars": None, "done_hosts": []})

    def _demand_files(self, ctx: Context) -> None:
        for what, written in (("playbook", self.playbook), ("inventory", self.inventory)):
            if not ctx.path(written).exists():
                raise ActionFailed(f"There is no {what} {written}.", hint="Paths start at the stack's folder.")

    def _call(self, ctx: Context, *, check: bool) -> tuple[Report, Exit]:
        self._demand_files(ctx)
        secrets = {name: ctx.secret(reference) for name, reference in self.secret_vars.items()}
        variables = ctx.scratch / "variables.json"
        write_variables(variables, values=self.vars, secrets=secrets)
        playbook = ctx.path(self.playbook)
        call = Call(
            playbook=playbook,
            inventory=ctx.path(self.inventory),
            variables=variables,
            scratch=ctx.scratch,
            limit=self._limit(),
            tags=self.tags,
            forks=self.forks,
            connect_timeout_s=self.connect_timeout_s,
            check=check,
        )
        report = Report(ctx)
        # Beside the playbook, where Ansible looks for a team's ansible.cfg.
        end = ctx.exec(call.argv(), cwd=playbook.parent, env=call.environment(), on_line=report.take)
        end_connections(ctx.scratch)
        report.finish()
        return report, end

    def _limit(self) -> str | None:
        """`limit` without the hosts that are done."""
        if not self.done_hosts:
            return self.limit
        # Ansible splits at commas if there are any, else at colons.
        between = ":" if self.limit and ":" in self.limit and "," not in self.limit else ","
        return between.join([self.limit or "all", *(f"!{host}" for host in self.done_hosts)])

    def _raise_if_failed(self, report: Report, end: Exit) -> None:
        if failed := report.failed_hosts():
            raise ActionFailed(_reason(report, failed), hint=_hint(report, failed))
        error = report.error()
        if not report.ends and (end.code == 0 or "no hosts to target" in error):
            raise self._no_hosts(report)
        if end.code < 0:
            raise ActionFailed(f"Ansible was ended by signal {-end.code}.", hint="The machine may be out of memory.")
        if end.code > 0:
            said = error or (end.tail[-1] if end.tail else f"it ended with code {end.code}")
            raise ActionFailed(f"Ansible could not run {self.playbook}: {first_line(said, longest=400)}")

    def _no_hosts(self, report: Report) -> ActionFailed:
        wanted = " or ".join(dict.fromkeys(report.patterns)) or "the playbook's hosts"
        limited = f" within the limit {limit}" if (limit := self._limit()) else ""
        return ActionFailed(
            f"No host of {self.inventory} matches {wanted}{limited}.",
            hint="Nothing was changed. Compare the playbook's `hosts:` with the inventory's groups.",
        )


def _outputs(report: Report) -> PlaybookRan:
    hosts = {
        name: HostCounts(
            ok=end.ok, changed=end.changed, failed=end.failed, unreachable=end.unreachable, skipped=end.skipped
        )
        for name, end in report.ends.items()
    }
    totals: dict[str, Any] = {
        count: sum(getattr(host, count) for host in hosts.values()) for count in HostCounts.model_fields
    }
    return PlaybookRan(**totals, hosts=hosts)


def _reason(report: Report, failed: list[str]) -> str:
    """What went wrong, hosts with the same trouble together: the first few, and how many more."""
    alike: dict[str, list[str]] = {}
    for host in failed:
        alike.setdefault(_trouble(report, host), []).append(host)
    parts = [
        f"{names(hosts)} {said if len(hosts) > 1 else said.replace(NAME, hosts[0])}" for said, hosts in alike.items()
    ]
    if len(parts) > _MOST_REASONS:
        parts = [*parts[:_MOST_REASONS], f"and {len(parts) - _MOST_REASONS} more"]
    return f"{'; '.join(parts).rstrip('.')}."


def _trouble(report: Report, host: str) -> str:
    """What happened to *host*, without its name, so that two hosts with the same trouble say the same."""
    failure = report.failures.get(host)
    if failure is None:
        return "failed"
    said = f": {without_name(first_line(failure.message), host)}" if failure.message else ""
    verb = "could not be reached" if failure.state == "unreachable" else "failed"
    return f'{verb} at "{failure.task}"{said}'.rstrip(".")


def _hint(report: Report, failed: list[str]) -> str:
    done = [host for host in report.ends if host not in {*failed, *report.unfinished_hosts()}]
    went_on = f"Done on {names(done)}." if done else ""
    messages = " ".join(report.failures[host].message for host in failed if host in report.failures)
    if "Host key verification failed" in messages:
        mend = "Put the host's key into the known_hosts file of the user that runs the bot."
    elif any(report.ends[host].unreachable for host in failed):
        mend = "Is the host up, and does its SSH answer?"
    else:
        mend = "The log has the whole message."
    return f"{went_on} {mend}".strip()
