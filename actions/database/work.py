"""The program that looks, copies, swaps and forgets: it outlives the bot, and has a process of its own.

    python -m actions.database.work JOB.json

Passwords and the key come by the environment; what it tells are lines as in `job.py`.
"""

import importlib
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from types import FrameType, ModuleType
from typing import NoReturn

from actions.api import ActionFailed
from actions.database.addresses import Product, demand_pair, parse
from actions.database.copying import Copying, forget, swap
from actions.database.engine import Access, Source, Target
from actions.database.job import (
    MASK_KEY,
    SOURCE_PASSWORD,
    TARGET_PASSWORD,
    DoneTold,
    FailedTold,
    Job,
    tell,
)

_MODULES = {Product.POSTGRESQL: "postgres", Product.MARIADB: "mariadb", Product.SQLITE: "sqlite"}
_CLASSES = {Product.POSTGRESQL: "Postgresql", Product.MARIADB: "Mariadb", Product.SQLITE: "Sqlite"}
_EXTRAS = {Product.POSTGRESQL: "postgres", Product.MARIADB: "mariadb"}


def main() -> int:
    """Do the job of the file that the command line names."""
    signal.signal(signal.SIGTERM, _stop)
    job = Job.model_validate_json(Path(sys.argv[1]).read_text(encoding="utf-8"))
    try:
        tell(_do(job, os.environ))
    except ActionFailed as failed:
        tell(FailedTold(reason=failed.reason, hint=failed.hint))
        return 1
    return 0


def _do(job: Job, environ: Mapping[str, str]) -> DoneTold:
    target = Access(address=parse(job.target), password=environ.get(TARGET_PASSWORD))
    with _module(target, "").refusals():
        return _task(job, target, environ)


def _task(job: Job, target: Access, environ: Mapping[str, str]) -> DoneTold:
    match job.task:
        case "look" | "copy":
            source = Access(address=parse(job.source), password=environ.get(SOURCE_PASSWORD))
            demand_pair(source.address, target.address)
            with (
                closing(_source(source, key=environ.get(MASK_KEY, ""))) as production,
                closing(_target(target, job)) as staging,
            ):
                copying = Copying(job, production, target, staging)
                return copying.look() if job.task == "look" else copying.copy()
        case "swap":
            with closing(_target(target, job)) as staging:
                return swap(staging, job, target)
        case "forget":
            with closing(_target(target, job)) as staging:
                staging.claim()
                return DoneTold(dropped=forget(staging, target.address.name, keep=job.keep))


def _source(access: Access, *, key: str) -> Source:
    module = _module(access, "")
    made: Source = getattr(module, _CLASSES[access.address.product] + "Source")(access, key=key)
    return made


def _target(access: Access, job: Job) -> Target:
    module = _module(access, "_target")
    made: Target = getattr(module, _CLASSES[access.address.product] + "Target")(access, streams=job.streams)
    return made


def _module(access: Access, ending: str) -> ModuleType:
    """What knows the product; its client is not installed everywhere."""
    product = access.address.product
    try:
        return importlib.import_module(f"actions.database.{_MODULES[product]}{ending}")
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get(product, "")
        raise ActionFailed(
            f"The Python package {error.name} is missing on the bot's machine.",
            hint=f'Install it: pip install "stackhand[{extra}]"',
        ) from error


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    """Leave in order, so that what was begun is dropped."""
    del frame
    # Once only: what cleans up must not be cut off in its turn.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
