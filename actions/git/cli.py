"""Asks git what a remote holds, without a copy of it."""

import os
import re
import subprocess

from actions.api import ActionFailed

_LONGEST_S = 60
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "SSH_AUTH_SOCK")
#: Nobody is there to be asked for a password; and of git's ways to reach a remote none that runs programs.
_ALONE = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
    "GIT_ALLOW_PROTOCOL": "https:http:ssh:git:file",
}


def refs(remote: str, kind: str, pattern: re.Pattern[str]) -> dict[str, str]:
    """The commits behind the refs below `refs/KIND/` whose whole name matches *pattern*, by name."""
    listed = {}
    for line in _ls_remote(remote, kind).splitlines():
        commit, _, ref = line.partition("\t")
        # A tag with a message is an object of its own; git says right after it which commit it stands for.
        name = ref.removeprefix(f"refs/{kind}/").removesuffix("^{}")
        if pattern.fullmatch(name):
            listed[name] = commit
    return listed


def _ls_remote(remote: str, kind: str) -> str:
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    try:
        done = subprocess.run(
            ["git", "ls-remote", f"--{kind}", "--", remote],
            env={**environment, **_ALONE},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LONGEST_S,
            check=False,
        )
    except FileNotFoundError as error:
        raise ActionFailed("There is no program git on this machine.", hint="Install it.") from error
    except subprocess.TimeoutExpired as error:
        raise ActionFailed(f"{remote} did not answer within {_LONGEST_S} s.", hint="Is it up?") from error
    if done.returncode != 0:
        why = done.stderr.decode(errors="replace").strip().split("\n")[0]
        raise ActionFailed(f"git cannot read {remote}: {why.rstrip('.')}.", hint="Is the address right, and the key?")
    return done.stdout.decode(errors="replace")
