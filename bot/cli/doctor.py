"""`doctor`: what is missing here, and the command that mends it."""

import logging
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.base.errors import SetupProblem
from bot.base.lock_file import LockFile
from bot.base.text import plural
from bot.catalog.catalog import Catalog
from bot.cli.database_words import in_words
from bot.cli.own_words import speak_plainly
from bot.cli.screen import out, say
from bot.cli.slack_account import account
from bot.cli.typed import Data, Stacks, settings
from bot.model.person import is_slack_id
from bot.settings import TERRAFORMS, Settings
from bot.slack.no_place import WHY
from bot.store.store import Store

_OLDEST_PYTHON = (3, 11)
#: RETURNING and STRICT, which the tables and the engine use.
_OLDEST_SQLITE = (3, 37)
_PATIENCE_S = 20
#: Below this a day's logs may fill the disk.
_LITTLE_BYTES = 500 * 1024 * 1024
#: Ansible is taken from here, whatever is on PATH.
_OWN_PROGRAMS = Path(sys.executable).parent


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    #: How to mend it; empty: it is well.
    mend: str = ""
    #: Only some stacks need it: without it they offer nothing, and all else is well.
    is_extra: bool = False

    @property
    def is_well(self) -> bool:
        """Is there nothing that has to be mended?"""
        return self.is_extra or not self.mend

    @property
    def sign(self) -> str:
        """Well, missing, or not needed by everybody."""
        return "✓" if not self.mend else "–" if self.is_extra else "✗"


def doctor(*, data: Data = None, stacks: Stacks = None) -> int:
    """Say what is missing here, and how to mend it. The exit code is 1 when something is."""
    speak_plainly(logging.ERROR)
    found = []
    for finding in _everything(data, stacks):
        found.append(finding)
        say(out(), f"{finding.sign} {finding.what}", "" if finding.is_well else "red")
        if finding.mend:
            say(out(), f"  {finding.mend}")
    return 0 if all(finding.is_well for finding in found) else 1


def _everything(data: Path | None, stacks: Path | None) -> Iterator[Finding]:
    # What needs no settings comes first, so that a wrong one hides nothing of it.
    yield _python()
    yield _sqlite()
    yield _program("ansible-playbook", "Set up anew: rm -rf .venv && ./stackhand version", folder=_OWN_PROGRAMS)
    yield _program("ssh", "Debian and Ubuntu: apt install openssh-client", version="-V")
    yield _program("git", "Debian and Ubuntu: apt install git")
    yield _terraform()
    try:
        here = settings(data=data, stacks=stacks)
    except SetupProblem as problem:
        yield Finding("Settings", str(problem))
        return
    yield Finding(f"Settings: {'the sandbox' if here.sandbox else 'the real Slack'}")
    for look in (_data, _database, _stacks, _slack, _port):
        yield look(here)
    yield from _channels(here)


def _python() -> Finding:
    wanted = ".".join(map(str, _OLDEST_PYTHON))
    mend = "" if sys.version_info >= _OLDEST_PYTHON else f"Stackhand needs Python {wanted}: apt install python3"
    return Finding(f"Python {sys.version.split()[0]}", mend)


def _sqlite() -> Finding:
    wanted = ".".join(map(str, _OLDEST_SQLITE))
    mend = "" if sqlite3.sqlite_version_info >= _OLDEST_SQLITE else f"Stackhand needs SQLite {wanted}: a newer Python"
    return Finding(f"SQLite {sqlite3.sqlite_version}", mend)


def _program(name: str, mend: str, *, version: str = "--version", folder: Path | None = None) -> Finding:
    """A program that jobs start, found and able to start."""
    found = shutil.which(name, path=str(folder) if folder else None)
    if found is None:
        return Finding(f"{name} is not installed", mend)
    try:
        done = subprocess.run([found, version], capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding(f"{name} does not start: {error}", mend)
    # ssh says it on stderr.
    words = (done.stdout or done.stderr).strip().splitlines() or [f"no word, exit code {done.returncode}"]
    return Finding(f"{name}: {words[0]}") if done.returncode == 0 else Finding(f"{name} is broken: {words[-1]}", mend)


def _terraform() -> Finding:
    """Terraform or OpenTofu, for the stacks that apply configurations."""
    found = next(filter(shutil.which, TERRAFORMS), None)
    if found is None:
        mend = "Install terraform (developer.hashicorp.com/terraform/install) or tofu (opentofu.org/docs/intro/install)"
        return Finding("Terraform is not installed: demos are not offered", mend, is_extra=True)
    return _program(found, "Install it anew")


def _data(here: Settings) -> Finding:
    """Can the data folder be written, and is there room?"""
    try:
        here.data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=here.data):
            free_bytes = shutil.disk_usage(here.data).free
    except OSError as error:
        return Finding(f"Data: {here.data} cannot be written ({error.strerror})", "Name another folder: --data DIR")
    if free_bytes < _LITTLE_BYTES:
        return Finding(f"Data: {here.data} has {free_bytes // 2**20} MB left", "Make room, or name another: --data DIR")
    return Finding(f"Data: {here.data}")


def _database(here: Settings) -> Finding:
    try:
        with in_words(), closing(Store.open(here.database)) as store, store.read() as tx:
            broken = tx.audit.first_broken()
    except SetupProblem as problem:
        return Finding(f"Database: {problem.reason}", "Check that it runs, has room, and is whole; else use its backup")
    name = store.engine.dialect.name
    if broken is None:
        return Finding(f"Database: {name}, its audit is whole")
    return Finding(f"Database: somebody changed the audit at record {broken}", "Compare with a backup: stackhand audit")


def _stacks(here: Settings) -> Finding:
    catalog = Catalog(here.stacks, lambda: here.vars)
    if catalog.problems:
        return Finding(f"Stacks: {plural(len(catalog.problems), 'problem')}", "To read of them: stackhand check")
    return Finding(f"Stacks: {plural(len(catalog.stacks), 'stack')} in {here.stacks}")


def _slack(here: Settings) -> Finding:
    try:
        found = account(here)
    except SetupProblem as problem:
        return Finding(f"Slack: {problem.reason}", problem.hint)
    return Finding(f"Slack: {found}" if found else "Slack: none needed, the sandbox is one")


def _channels(here: Settings) -> Iterator[Finding]:
    """The channels that took no message lately; Slack says of none beforehand whether it would."""
    try:
        with in_words(), closing(Store.open(here.database)) as store, store.read() as tx:
            refused = tx.messages.undeliverable()
    except SetupProblem:
        # What is wrong with the database is said already.
        return
    for channel, error in refused.items():
        word = error.partition(":")[0]
        if word in WHY and not is_slack_id(channel):
            why, mend = WHY[word]
            yield Finding(f"Slack: no message could be posted in {channel}: {why}", mend)


def _port(here: Settings) -> Finding:
    """Is the port free, or ours already?"""
    lock = LockFile(here.bot_lock)
    if lock.is_taken():
        return Finding(f"Port: a bot is up on this data at {here.url} (pid {lock.holder()})")
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((here.host, here.port))
        except OSError as error:
            mend = "Choose another one: stackhand up --port 0 takes a free one"
            return Finding(f"Port {here.port} on {here.host}: {error.strerror}", mend)
    return Finding(f"Port {here.port} is free")
