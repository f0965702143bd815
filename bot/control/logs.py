"""Reading the log of a run: its steps' log files, one after the other, as one text."""

import shutil
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bot.model.run import RunView, StepRecord, first_failed

_CHUNK_BYTES = 64 * 1024
#: How much of the end of a file is read to find its last lines.
_TAIL_BYTES = 256 * 1024


class RunLog:
    """Where runs keep their logs: `FOLDER/NUMBER/STEP.log`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def run_folder(self, number: int) -> Path:
        """Everything the run writes to disk is below this folder."""
        return self._folder / str(number)

    def run_folders(self) -> dict[int, Path]:
        """Those that are there, by the number of their run."""
        there = self._folder.iterdir() if self._folder.is_dir() else ()
        return {int(path.name): path for path in there if path.name.isdecimal()}

    def preview_folder(self) -> Path:
        """Where previews work; each leaves nothing behind, unless it is killed."""
        return self._folder / "previews"

    def previews(self) -> list[Path]:
        """The folders of previews that are made now, or that nobody came to remove."""
        return list(self.preview_folder().iterdir()) if self.preview_folder().is_dir() else []

    def given_folder(self) -> Path:
        """Where the files lie that people gave to forms: runs with the same answers share them."""
        return self._folder / "given"

    def step_file(self, number: int, step: str) -> Path:
        """The log of one step; it exists once the step has said something."""
        return self.run_folder(number) / f"{step}.log"

    def step_folder(self, number: int, step: str) -> Path:
        """What a step at work keeps, by its tries: its programs, and private files, with secrets in them."""
        return self.run_folder(number) / step

    def clear_step(self, number: int, step: str) -> None:
        """Remove the step's folder. Only once the rows say how it came out: until then it alone tells what was done."""
        shutil.rmtree(self.step_folder(number, step), ignore_errors=True)

    def reader(self, view: RunView) -> "RunLog.Reader":
        """The log of one run as it stands."""
        files = [(step, self.step_file(view.run.number, step.id)) for step in view.steps]
        return RunLog.Reader([(step, path) for step, path in files if path.is_file()])

    class Reader:
        """One run's log."""

        def __init__(self, files: list[tuple[StepRecord, Path]]) -> None:
            self._files = files

        @property
        def is_empty(self) -> bool:
            """Did no step say anything?"""
            return not any(path.stat().st_size for _, path in self._files)

        def chunks(self) -> Iterator[str]:
            """The whole text in pieces of bounded size: a heading per step, then its lines."""
            for step, path in self._files:
                yield heading(step)
                with path.open("r", encoding="utf-8", errors="replace") as file:
                    while chunk := file.read(_CHUNK_BYTES):
                        yield chunk

        def tail(self, lines: int = 30) -> list[str]:
            """The last lines of the step that failed, else of the one that spoke last."""
            failed = first_failed([step for step, _ in self._files])
            worth_most_last = sorted(self._files, key=lambda file: file[0] is failed)
            for _, path in reversed(worth_most_last):
                found = _last_lines(path, lines)
                if found:
                    return found
            return []


def was_written_before(path: Path, moment: datetime) -> bool:
    """Was a file or folder changed last before *moment*? False as well where it is gone."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) < moment
    except FileNotFoundError:
        return False


def heading(step: StepRecord) -> str:
    """The line above what a step said."""
    return f"── {step.id} {step.title} ──\n"


def _last_lines(path: Path, lines: int) -> list[str]:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        text = file.read().decode("utf-8", errors="replace")
    return list(deque((line for line in text.splitlines() if line.strip()), maxlen=lines))
