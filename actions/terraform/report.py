"""What Terraform tells while it is at work: its lines become the step's log, its progress, and its outputs."""

from collections.abc import Set as AbstractSet
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, JsonValue, TypeAdapter, ValidationError

from actions.api import Context

_DOING = {"create": "creating", "update": "changing", "delete": "destroying", "read": "reading"}


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Thing(_Said):
    addr: str


class _Hook(_Said):
    resource: _Thing
    action: str = ""


class _Work(_Said):
    type: Literal["apply_start", "apply_complete"]
    hook: _Hook


class _Summary(_Said):
    type: Literal["change_summary"]
    changes: dict[str, int | str]


class _Output(_Said):
    sensitive: bool
    value: JsonValue = None


class _Outputs(_Said):
    type: Literal["outputs"]
    outputs: dict[str, _Output]


#: Lines that tell people nothing, or what the next one tells.
_SAYS_NOTHING = {"version", "outputs", "refresh_start"}
_LINE: TypeAdapter[_Work | _Summary | _Outputs] = TypeAdapter(_Work | _Summary | _Outputs)
_MESSAGE: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])


class Report:
    """Tells people, and remembers what the step puts out."""

    def __init__(self, ctx: Context, *, calls: int) -> None:
        """*calls* is how many things will be created, changed or destroyed."""
        self._ctx = ctx
        self._calls, self._done = calls, 0
        #: How many were created, changed and destroyed, in Terraform's own words.
        self.counts: dict[str, int | str] = {}
        #: Those of the configuration that are no secrets.
        self.outputs: dict[str, JsonValue] = {}

    def take(self, line: str) -> None:
        """Take one line."""
        log(self._ctx, line, but={"planned_change"})
        try:
            said = _LINE.validate_json(line)
        except ValidationError:
            return
        match said:
            case _Work(type=type_, hook=hook):
                self._done += type_ == "apply_complete"
                doing = f"{_DOING.get(hook.action, hook.action)} {hook.resource.addr}"
                self._ctx.progress(self._done, self._calls, doing if type_ == "apply_start" else "")
            case _Summary():
                self.counts = said.changes
            case _Outputs():
                self.outputs = {name: one.value for name, one in said.outputs.items() if not one.sensitive}


def log(ctx: Context, line: str, *, but: AbstractSet[str] = frozenset()) -> None:
    """What a line says to people, into the step's log; not lines of the types *but*, which were said before."""
    try:
        said = _MESSAGE.validate_json(line)
    except ValidationError:
        said = {"@message": line}
    if said.get("type") in {*_SAYS_NOTHING, *but}:
        return
    detail = (said.get("diagnostic") or {}).get("detail", "")
    ctx.log("\n".join([str(said.get("@message", line)), *(f"  {part}" for part in detail.splitlines())]))
