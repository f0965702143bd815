"""Where a git repository is."""

import re
from typing import Annotated

from pydantic import AfterValidator


def _address(written: str) -> str:
    if written.startswith("-") or not written.strip():
        raise ValueError("it is no address of a git repository")
    if re.match(r"\w+://[^/@]*:[^/@]*@", written):
        raise ValueError("it holds a password: use a key, or git's credential helper")
    return written


#: The address of a repository, as `git clone` takes it.
Remote = Annotated[str, AfterValidator(_address)]
