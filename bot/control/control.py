"""The front door as one thing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from bot.base.clock import Clock
from bot.base.nudges import Nudges
from bot.catalog.catalog import Catalog
from bot.control.access import Access
from bot.control.at_hand import AtHand
from bot.control.audits import Audits
from bot.control.engine import Engine
from bot.control.forms.choices import Choices
from bot.control.forms.drafts import Drafts
from bot.control.forms.files import Files
from bot.control.forms.forms import Forms
from bot.control.holds.approvals import Approvals
from bot.control.holds.approvers import Approvers
from bot.control.holds.freezes import Freezes
from bot.control.holds.locks import Locks
from bot.control.holds.pauses import Pauses
from bot.control.jobs import Jobs
from bot.control.logs import RunLog
from bot.control.preview import RunPreviewer
from bot.control.runs import Runs
from bot.control.timer_kinds import every_kind
from bot.control.timers import Timers
from bot.control.toggles import Toggles
from bot.control.watchers.announcements import Announcements
from bot.control.watchers.clockwork import Clockwork, NextMoment
from bot.control.watchers.follows import Follows
from bot.control.watchers.scheduled import ScheduledAnnouncements
from bot.control.watchers.triggers import Triggers
from bot.control.watchers.watch import Watch
from bot.store.store import Store


@dataclass(frozen=True, kw_only=True)
class Control:
    """What anyone may ask of the program, for Slack, terminal and triggers alike."""

    access: Access
    jobs: Jobs
    at_hand: AtHand
    toggles: Toggles
    forms: Forms
    drafts: Drafts
    files: Files
    runs: Runs
    audits: Audits
    timers: Timers
    approvals: Approvals
    approvers: Approvers
    locks: Locks
    watch: Watch
    announcements: Announcements
    follows: Follows
    scheduled: ScheduledAnnouncements
    pauses: Pauses
    freezes: Freezes

    @classmethod
    def make(
        cls,
        *,
        store: Store,
        catalog: Catalog,
        engine: Engine,
        clock: Clock,
        nudges: Nudges,
        logs: RunLog,
        previewer: RunPreviewer,
        next_moment: NextMoment,
        choices: Choices,
        registries: Mapping[str, str],
    ) -> Self:
        """Put the verbs together on one set of rows; *next_moment* reads cron lines.

        *registries* are where packages are asked for that people follow: see `Settings.registries`.
        """
        access = Access(catalog=catalog, store=store, clock=clock)
        forms = Forms(catalog=catalog, access=access, choices=choices)
        files = Files(store=store, clock=clock, folder=logs.given_folder())
        jobs = Jobs(catalog=catalog, access=access)
        freezes = Freezes(store=store, engine=engine, catalog=catalog, access=access, clock=clock)
        runs = Runs(
            store=store,
            catalog=catalog,
            engine=engine,
            access=access,
            forms=forms,
            files=files,
            freezes=freezes,
            clock=clock,
            nudges=nudges,
            logs=logs,
        )
        locks = Locks(store=store, engine=engine, access=access, catalog=catalog, clock=clock, nudges=nudges)
        pauses = Pauses(store=store, engine=engine, access=access, catalog=catalog, clock=clock, nudges=nudges)
        kinds = every_kind(runs=runs, locks=locks, pauses=pauses, engine=engine, access=access, catalog=catalog)
        approvers = Approvers(access)
        triggers = Triggers(store=store, catalog=catalog, runs=runs, clock=clock)
        announcements = Announcements(store=store, catalog=catalog, access=access, clock=clock)
        clockwork = Clockwork(next_moment)
        watch = Watch(
            store=store,
            catalog=catalog,
            access=access,
            triggers=triggers,
            announcements=announcements,
            clock=clock,
            clockwork=clockwork,
        )
        return cls(
            access=access,
            jobs=jobs,
            at_hand=AtHand(store=store, clock=clock, jobs=jobs),
            toggles=Toggles(store=store),
            forms=forms,
            drafts=Drafts(store=store, clock=clock),
            files=files,
            runs=runs,
            audits=Audits(store=store, access=access, clock=clock),
            timers=Timers(store=store, kinds=kinds, clock=clock),
            locks=locks,
            pauses=pauses,
            freezes=freezes,
            approvals=Approvals(
                store=store, engine=engine, approvers=approvers, previewer=previewer, clock=clock, nudges=nudges
            ),
            approvers=approvers,
            watch=watch,
            announcements=announcements,
            follows=Follows(
                store=store, catalog=catalog, access=access, clock=clock, keep=watch.keep, registries=registries
            ),
            scheduled=ScheduledAnnouncements(
                store=store, catalog=catalog, access=access, clock=clock, clockwork=clockwork
            ),
        )
