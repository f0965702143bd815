"""A file that one process may hold."""

import subprocess
import sys
from pathlib import Path

from bot.base.lock_file import LockFile

HOLDS_IT = """
import sys
from pathlib import Path
from bot.base.lock_file import LockFile
print(LockFile(Path(sys.argv[1])).take(), flush=True)
sys.stdin.read()
"""


def test_a_second_taker_is_refused_until_the_first_gives_it_up(tmp_path: Path) -> None:
    first, second = LockFile(tmp_path / "bot.lock"), LockFile(tmp_path / "bot.lock")

    assert first.take()
    assert not second.take()
    first.release()
    assert second.take()
    second.release()


def test_looking_does_not_take_it(tmp_path: Path) -> None:
    lock = LockFile(tmp_path / "bot.lock")
    assert not lock.is_taken()

    assert lock.take()

    assert lock.is_taken()
    lock.release()
    assert not lock.is_taken()


def test_a_killed_holder_frees_it(tmp_path: Path) -> None:
    path = tmp_path / "bot.lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS_IT, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "True\n"
    assert LockFile(path).is_taken()
    assert LockFile(path).holder() == str(holder.pid)

    holder.kill()
    holder.communicate()

    assert not LockFile(path).is_taken()
