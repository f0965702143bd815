"""What is wrong in a file, and where."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from bot.base.text import cut

_LONGEST = 500


class Mark(NamedTuple):
    """A place in a file, counted from 1 as editors do."""

    line: int
    column: int


#: A mistake as those see it who do not know which file they read.
Fault = tuple[Mark, str]


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


def problems(file: str, faults: Iterable[Fault]) -> tuple[Problem, ...]:
    """*faults* as the problems of *file*, in its order, each told once."""
    return tuple(sorted({Problem(file, mark, cut(text, _LONGEST)) for mark, text in faults}))
