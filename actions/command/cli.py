"""Runs a program that only tells something."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from actions.api import ActionFailed

_LONGEST_OUTPUT = 1024 * 1024
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL")


def output_of(argv: Sequence[str], *, folder: Path, timeout_s: float) -> str:
    """What *argv* prints when it runs in *folder*. Raises ActionFailed when it fails, or is not through in time."""
    try:
        done = subprocess.run(
            list(argv),
            cwd=folder,
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
            check=False,
        )
    except OSError as error:
        raise ActionFailed(f"{argv[0]} cannot be run: {error.strerror}.", hint="Is it on this machine?") from error
    except subprocess.TimeoutExpired as error:
        raise ActionFailed(f"{argv[0]} was not through within {timeout_s:g} s.", hint="Raise `timeout_s`?") from error
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip().partition("\n")[0].rstrip(".")
        raise ActionFailed(f"{argv[0]} failed ({done.returncode}): {why or 'it said nothing'}.")
    return done.stdout[:_LONGEST_OUTPUT].decode(errors="replace")
