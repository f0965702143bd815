"""One program at a time on one folder: a file that the operating system frees when its holder dies, however it dies."""

import fcntl
import os
import time
from pathlib import Path

#: Whoever only looks holds the file for a moment, too.
_PATIENCE_S = 0.5


class LockFile:
    """A file that one process may hold (flock)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> bool:
        """Hold it until `release` or the end of this process; False when another process does."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        until = time.monotonic() + _PATIENCE_S
        while not _try(file, fcntl.LOCK_EX):
            if time.monotonic() > until:
                os.close(file)
                return False
            time.sleep(0.02)
        os.truncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        self._file = file
        return True

    def release(self) -> None:
        """Give it up. The file itself stays: removing it would let two processes hold two files of one name."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def is_taken(self) -> bool:
        """Does any process hold it now, this one included?"""
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            return not _try(file, fcntl.LOCK_SH)
        finally:
            os.close(file)

    def holder(self) -> str:
        """The process id that took it last; empty when nobody ever did."""
        try:
            return self._path.read_text().strip()
        except FileNotFoundError:
            return ""


def _try(file: int, how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
