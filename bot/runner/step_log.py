"""The log file of one step."""

import threading
from pathlib import Path

#: So much is gathered before it is written: a program may say a million lines.
_WRITE_AT_BYTES = 64 * 1024
#: More must not wait for a disk that is full: memory is not endless.
_MOST_BYTES = 1024 * 1024


class StepLog:
    """Appends masked text. What a full disk does not take waits in memory: no line gets lost."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._waiting = bytearray()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        self._file = path.open("ab", buffering=0)

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self.path.stat().st_size

    @property
    def is_behind(self) -> bool:
        """Does so much wait for the disk that nobody should say more?"""
        return len(self._waiting) > _MOST_BYTES

    def append(self, text: str) -> None:
        """Add *text* at the end."""
        content = text.encode("utf-8", errors="replace")
        with self._lock:
            self._waiting += content
            if len(self._waiting) >= _WRITE_AT_BYTES:
                self._write()

    def flush(self) -> bool:
        """Write what waits, so that readers see it. False: the disk did not take all of it."""
        with self._lock:
            return self._write()

    def truncate(self, size: int) -> None:
        """Forget what stands behind *size*: it is about to be written again."""
        with self._lock:
            self._waiting.clear()
            self._file.truncate(size)

    def close(self) -> None:
        """Write the rest, if the disk takes it, and close."""
        with self._lock:
            self._write()
            self._file.close()

    def _write(self) -> bool:
        while self._waiting:
            try:
                del self._waiting[: self._file.write(self._waiting)]
            except OSError:
                return False
        return True
