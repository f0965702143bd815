"""The log file of one step."""

import threading
from pathlib import Path


class StepLog:
    """Appends masked text. A full disk costs lines, never the run: it counts what it could not write."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lost_bytes = 0
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        self._file = path.open("ab")

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self.path.stat().st_size

    def append(self, text: str) -> None:
        """Add *text* at the end."""
        content = text.encode("utf-8", errors="replace")
        with self._lock:
            try:
                self._file.write(content)
            except OSError:
                self.lost_bytes += len(content)

    def flush(self) -> None:
        """Hand what is buffered to the system, so that readers see it."""
        with self._lock:
            try:
                self._file.flush()
            except OSError:
                self.lost_bytes += 1

    def truncate(self, size: int) -> None:
        """Forget what stands behind *size*: it is about to be written again."""
        with self._lock:
            self._file.truncate(size)

    def close(self) -> None:
        """Write the rest and close."""
        with self._lock:
            try:
                self._file.close()
            except OSError:
                self.lost_bytes += 1
