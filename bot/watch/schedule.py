"""What the program does by the clock: due moments, lost runs, edited stacks."""

from collections.abc import Callable

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

log = structlog.get_logger()


class Schedule:
    """Calls things again and again, each at its own pace; none of them twice at a time."""

    def __init__(self) -> None:
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(4)},
            # After a pause of the machine: once is enough, however late.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )

    def every(self, seconds: float, name: str, call: Callable[[], object]) -> None:
        """Call *call* each so many seconds, from `start` on."""
        self._scheduler.add_job(_told(name, call), "interval", seconds=seconds, id=name)

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()

    def stop(self) -> None:
        """Call nothing any more; returns when the last call has."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)


def _told(name: str, call: Callable[[], object]) -> Callable[[], None]:
    def calls() -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - a boundary: the next round must come whatever happens in this one
            log.error("a periodic task failed, it will be tried again", task=name, error=repr(error))

    return calls
