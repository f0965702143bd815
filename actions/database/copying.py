"""One copy from production to staging, whichever product it is: look, refuse or copy, and swap."""

from collections.abc import Sequence
from pathlib import Path

from actions.api import ActionFailed
from actions.database.engine import Access, Source, Target
from actions.database.job import DoneTold, Job, ProgressTold, TableTold, TextTold, tell
from actions.database.masking import Masking, Plan, TableCopy
from actions.database.names import kept_among, new_name
from actions.database.rules import describe

_MOST_TOLD = 20


class Copying:
    """Does what one job says."""

    def __init__(self, job: Job, production: Source, target: Access, staging: Target) -> None:
        self._job = job
        self._production = production
        self._target = target
        self._staging = staging

    def look(self) -> DoneTold:
        """Tell what would be copied, and how; changes nothing."""
        plan = self._plan()
        tell(TextTold(text=_preview(plan)))
        self._tell_left_out()
        self._demand(plan)
        return DoneTold(tables=len(plan.tables))

    def copy(self) -> DoneTold:
        """Copy all tables into a new database, and put it into staging's place."""
        staging = self._staging
        name, new = self._target.address.name, new_name(self._target.address.name)
        staging.claim()
        before = staging.names()
        if self._job.kept in before and new not in before:
            tell(TextTold(text="The databases had been swapped before the program was cut off."))
            return DoneTold(rows=None, kept=self._job.kept)
        plan = self._plan()
        self._demand(plan)
        self._tell_left_out()
        try:
            staging.make_new(self._production)
            rows = self._fill(staging, plan.tables)
            for file in self._job.after:
                tell(TextTold(text=f"Running {Path(file).name}"))
                staging.run_file(Path(file))
            staging.swap(new, self._job.kept)
        finally:
            # Swapped, it is there under this name no more.
            staging.drop(new)
        dropped = forget(staging, name, keep=self._job.keep - 1, but=self._job.kept)
        return DoneTold(
            tables=len(plan.tables), rows=rows, kept=self._job.kept if name in before else "", dropped=dropped
        )

    def _plan(self) -> Plan:
        if self._production.is_also(self._target):
            raise ActionFailed(f"{self._target.address} is production itself.", hint="Mend `target`.")
        schema = self._production.schema()
        if not schema:
            raise ActionFailed("Production has no tables that this user may see.")
        masking = Masking(schema, self._job.tables, self._production.dialect)
        return masking.plan(self._production.suspicious(masking.undeclared()))

    def _demand(self, plan: Plan) -> None:
        _demand(plan)
        self._staging.demand_ready()

    def _tell_left_out(self) -> None:
        if left_out := self._production.left_out():
            more = f" and {len(left_out) - _MOST_TOLD} more" if len(left_out) > _MOST_TOLD else ""
            tell(TextTold(text=f"Not copied: {', '.join(left_out[:_MOST_TOLD])}{more}."))

    def _fill(self, staging: Target, tables: Sequence[TableCopy]) -> int:
        counts = dict.fromkeys((copy.table.name for copy in tables), 0)
        over: set[str] = set()
        # An estimate where rows are left out or were never counted: then the end comes sooner, or later, than said.
        total = sum(copy.table.rows for copy in tables)

        def tell_rows(name: str, rows: int, *, is_all: bool) -> None:
            counts[name] = rows
            if is_all:
                over.add(name)
            note = f"{rows:,} rows" if is_all else f"{rows:,} rows so far"
            tell(TableTold(name=name, state="ok" if is_all else "running", note=note))
            done = sum(counts.values())
            what = "building indexes and foreign keys" if len(over) == len(counts) else f"copying {name}"
            tell(ProgressTold(done=done, total=max(total, done), what=what))

        staging.fill(self._production, tables, tell_rows)
        return sum(counts.values())


def forget(staging: Target, name: str, *, keep: int, but: str = "") -> list[str]:
    """Drop all earlier stagings but the *keep* newest, and *but* the one of this name. Returns their names."""
    dropped = [kept for kept in kept_among(staging.names(), name) if kept != but][keep:]
    for old in dropped:
        staging.drop(old)
    return dropped


def swap(staging: Target, job: Job, target: Access) -> DoneTold:
    """Put another database into the target's place; done once only, however often it is asked."""
    staging.claim()
    names = staging.names()
    if job.incoming not in names:
        if job.kept in names:
            return DoneTold(kept=job.kept)
        raise ActionFailed(
            f"There is no database {job.incoming}: it was dropped since, or the copy never took staging's place.",
            hint="Nothing was changed. Make a new copy if you need one.",
        )
    staging.swap(job.incoming, job.kept)
    return DoneTold(kept=job.kept if target.address.name in names else "")


def _demand(plan: Plan) -> None:
    """Raises ActionFailed unless the plan may be followed."""
    if plan.problems:
        raise ActionFailed(" ".join(plan.problems), hint="Nothing was changed. Mend the rules.")
    if plan.refused:
        noun = "column looks personal and has" if len(plan.refused) == 1 else "columns look personal and have"
        first = plan.refused[0]
        raise ActionFailed(
            f"{len(plan.refused)} {noun} no rule: {', '.join(map(str, plan.refused))}.",
            hint=f"Nothing was changed. Give each a rule under `tables`, as in `{first.table}: {{columns: "
            f"{{{first.column}: mask}}}}`: mask, fake, null, shuffle, sql; or keep if it may be seen.",
        )


def _preview(plan: Plan) -> str:
    lines = [_line(copy) for copy in plan.tables]
    if plan.refused:
        lines += ["", "Refused until they have a rule:", *(f"  {column}" for column in plan.refused)]
    return "\n".join(lines)


def _line(copy: TableCopy) -> str:
    rules = ", ".join(f"{column}: {describe(rule)}" for column, rule in copy.rules.items())
    rows = f"{'some of ' if copy.partial else ''}{copy.table.rows:,} rows"
    return f"{copy.table.name}: {rows}{f'; {rules}' if rules else ''}"
