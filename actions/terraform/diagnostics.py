"""What Terraform says went wrong, as a sentence for people: read from lines of `-json`, or from its plain words."""

import re
from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, ValidationError

from actions.api import Context

#: The file of the values that a step gives, as opposed to those of a team's own files.
VALUES = "variables.tfvars.json"
_LONGEST = 400
_UNDECLARED = re.compile(rf'variable named "([^"]+)" but a value was found in file "[^"]*{VALUES}"')
#: Of a lock, in the words of an error: "  Who:       root@web1".
_LOCK_FIELD = re.compile(r"^\s*(ID|Operation|Who|Created): +(\S.*)$", re.MULTILINE)
_LOCK_KEYS = {"ID", "Operation", "Who", "Created"}
_AT_WORK = {"OperationTypeApply": "applies", "OperationTypePlan": "plans"}
#: Says only that others were in the way.
_NO_REASON = {"execution halted", "Operation canceled"}


class _Position(BaseModel):
    line: int


class _Range(BaseModel):
    filename: str
    start: _Position


class _Diagnostic(BaseModel):
    model_config = ConfigDict(frozen=True)

    severity: str
    summary: str
    detail: str = ""
    #: The thing that it is about.
    address: str = ""
    range: _Range | None = None


class _Line(BaseModel):
    diagnostic: _Diagnostic


class Diagnostics:
    """The errors among the lines that a program says."""

    def __init__(self, ctx: Context, lines: Sequence[str] = ()) -> None:
        self._ctx = ctx
        self._errors: list[_Diagnostic] = []
        #: What it says plainly, from the first error on: its errors are set off by empty lines.
        self._plain: list[str] = []
        #: A variable that the step gives and the configuration does not have; empty: there is none.
        self.undeclared = ""
        for line in lines:
            self.take(line)

    def take(self, line: str) -> None:
        """Take down one line."""
        if line.startswith("{"):
            try:
                said = _Line.model_validate_json(line).diagnostic
            except ValidationError:
                return
            if said.severity == "error" and said.summary not in _NO_REASON:
                self._errors.append(said)
            if not self.undeclared and (found := _UNDECLARED.search(said.detail)):
                self.undeclared = found[1]
        elif self._plain or line.removeprefix("│ ").startswith("Error: "):
            self._plain.append(line.strip("╷│╵ "))

    @property
    def sentence(self) -> str:
        """What went wrong first, and how much else did; empty when it says nothing."""
        if not self._errors:
            summary, *detail = self._plain or [""]
            return self._cut(": ".join(filter(str.strip, (summary.removeprefix("Error: "), " ".join(detail)))))
        more = len(self._errors) - 1
        return f"{self._cut(_sentence(self._errors[0]))}{f' (and {more} more)' if more else ''}"

    @property
    def lock(self) -> str:
        """Who holds the state's lock, and since when; empty when that is not what went wrong."""
        found = self._lock
        if not found:
            return ""
        since = datetime.fromisoformat(found["Created"][:19])
        return f"{found['Who']} {_AT_WORK.get(found['Operation'], 'is at work')} since {since:%d %b %H:%M} UTC"

    @property
    def lock_id(self) -> str:
        """What `force-unlock` wants to know."""
        return self._lock["ID"]

    @property
    def _lock(self) -> dict[str, str]:
        for error in self._errors:
            found = dict(_LOCK_FIELD.findall(error.detail))
            if error.summary == "Error acquiring the state lock" and found.keys() >= _LOCK_KEYS:
                return found
        return {}

    def _cut(self, said: str) -> str:
        said = " ".join(self._ctx.masked(said).split()).rstrip(".")
        return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"


def _sentence(error: _Diagnostic) -> str:
    """`terraform_data.page: local-exec provisioner error: …`, or `No value for … (main.tf, line 3): …`."""
    place = f" ({error.range.filename}, line {error.range.start.line})" if error.range and not error.address else ""
    begin = f"{error.address}: " if error.address else ""
    # Its first paragraph; what follows is general advice.
    detail = error.detail.strip().split("\n\n")[0]
    return f"{begin}{error.summary}{place}{f': {detail}' if detail else ''}"
