"""The App Home: what waits for this person, what runs, what is at hand, what ran lately and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.base.text import plural
from bot.model.approval import ApprovalView
from bot.model.follow import FOLLOWED, Follow
from bot.model.lock import Lock
from bot.model.person import Person
from bot.model.run import Run
from bot.model.timer import Timer
from bot.model.watch import Watcher
from bot.slack.limits import Block, fit_view
from bot.slack.mrkdwn import DAY_TIME, at_time, escape, one_line
from bot.slack.views.approval_message import waiting_blocks
from bot.slack.views.follows import follows_blocks
from bot.slack.views.locks import lock_blocks
from bot.slack.views.menu import Menu, menu_blocks
from bot.slack.views.parts import context, divider, header, section
from bot.slack.views.run_list import runs_blocks
from bot.slack.views.timer_message import timer_line

_NEXT_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class HomePage:
    """All that one person's home is made from. Empty parts are left out."""

    person: Person
    menu: Menu
    #: What this person may decide.
    approvals: Sequence[ApprovalView] = ()
    #: What this person holds, and what they wait for themselves, without a run.
    locks: Sequence[Lock] = ()
    lines: Sequence[Lock] = ()
    failing: Sequence[Watcher] = ()
    #: What is followed from Slack.
    follows: Sequence[Follow] = ()
    #: What this person started and what is not over yet, and the same of others.
    mine: Sequence[Run] = ()
    others: Sequence[Run] = ()
    lately: Sequence[Run] = ()
    #: What starts by itself, each with the title of its job.
    upcoming: Sequence[tuple[str, Timer]] = ()
    #: What the calendar of its job starts, each with that job's title.
    scheduled: Sequence[tuple[str, datetime]] = ()
    #: What is announced by the clock, each with its title.
    announced: Sequence[tuple[str, datetime]] = ()


def home_view(page: HomePage) -> dict[str, Any]:
    """One person's home."""
    blocks: list[Block] = []
    blocks += _part("Waits for your approval", waiting_blocks(page.approvals) if page.approvals else [])
    blocks += _part("Locks you hold", [block for lock in page.locks for block in _lock(lock, page.person)])
    blocks += _part("Locks you wait for", [block for lock in page.lines for block in _lock(lock, page.person)])
    blocks += _part("Your runs now", runs_blocks(page.mine) if page.mine else [])
    blocks += _part("Not over yet", runs_blocks(page.others) if page.others else [])
    blocks += [header("Run a job"), *menu_blocks(page.menu)]
    blocks += _part("Next", _next(page))
    blocks += _part("Failing watchers", [_watcher(one) for one in page.failing])
    blocks += _part("Followed", follows_blocks(page.follows) if page.follows else [])
    blocks += [header("Lately"), *runs_blocks(page.lately)]
    blocks.append(context("This page keeps itself fresh. `/stack help` has all that you can write to me."))
    return {"type": "home", "blocks": fit_view(blocks)}


def _next(page: HomePage) -> list[Block]:
    comes = [(timer.at, timer_line(title, timer)) for title, timer in page.upcoming]
    comes += [(at, f"*{one_line(title)}* {at_time(at, f'starts {DAY_TIME}')}.") for title, at in page.scheduled]
    comes += [(at, f"*{one_line(title)}* {at_time(at, f'is announced {DAY_TIME}')}.") for title, at in page.announced]
    lines = [line for _, line in sorted(comes, key=lambda one: one[0])[:_NEXT_SHOWN]]
    return [section("\n".join(lines))] if lines else []


def _lock(lock: Lock, person: Person) -> list[Block]:
    return lock_blocks(lock, person, may_override=False)


def _watcher(watcher: Watcher) -> Block:
    of = "" if watcher.stack == FOLLOWED else f" of {one_line(watcher.stack)}"
    said = f"⚠ *{one_line(watcher.resource)}*{of}: {escape(watcher.error)}"
    since = "since it last worked" if watcher.spec else "and none has worked yet"
    times = f"{plural(watcher.failures, 'check')} failed {since}. {watcher.hint}".strip()
    return section(f"{said}\n{escape(times)}")


def _part(title: str, blocks: Sequence[Block]) -> list[Block]:
    return [header(title), *blocks, divider()] if blocks else []
