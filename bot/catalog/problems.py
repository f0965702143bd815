"""What is wrong in a file, and where."""

from dataclasses import dataclass
from typing import NamedTuple


class Mark(NamedTuple):
    """A place in a file, counted from 1 as editors do."""

    line: int
    column: int


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake. Reads `stacks/web/stack.yml:19:9: step 2 has no key "whith". Did you mean "with"?`."""

    #: As people find it: "stacks/web/stack.yml".
    file: str
    mark: Mark
    #: One sentence, and a second one that says what to do.
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.mark.line}:{self.mark.column}: {self.text}"
