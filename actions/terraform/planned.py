"""What Terraform plans to do: the part of `show -json` that we read."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from actions.api import ActionFailed


class Kind(StrEnum):
    """What becomes of one thing, in the order in which people have to know it."""

    DESTROY = "destroy"
    REPLACE = "replace"
    #: Terraform knows nothing of it any more; it stays.
    FORGET = "forget"
    CHANGE = "change"
    CREATE = "create"
    #: Terraform knows it from now on; it is there already.
    IMPORT = "import"
    #: It has another name from now on.
    MOVE = "move"


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True)


class Change(_Read):
    """From what to what. The marks mirror the values: true, or a mapping or list with what is true of their parts."""

    actions: tuple[str, ...]
    before: JsonValue = None
    after: JsonValue = None
    after_unknown: Any = False
    before_sensitive: Any = False
    after_sensitive: Any = False
    #: The attributes that cannot be changed in place.
    replace_paths: tuple[tuple[str | int, ...], ...] = ()
    importing: Mapping[str, Any] | None = None


class ThingChange(_Read):
    """What becomes of one thing (Terraform: a resource instance)."""

    address: str
    mode: str
    #: Its name until now.
    previous_address: str | None = None
    #: Says which one: what was to be replaced before, and is still there.
    deposed: str | None = None
    action_reason: str = ""
    change: Change

    @property
    def kind(self) -> Kind | None:
        """None: nothing becomes of it."""
        if self.mode != "managed":
            return None
        match frozenset(self.change.actions):
            case acts if "forget" in acts:
                return Kind.FORGET
            case acts if {"create", "delete"} <= acts:
                return Kind.REPLACE
            case acts if "delete" in acts:
                return Kind.DESTROY
            case acts if "update" in acts:
                return Kind.CHANGE
            case acts if "create" in acts:
                return Kind.CREATE
        if self.change.importing is not None:
            return Kind.IMPORT
        return Kind.MOVE if self.previous_address not in {None, self.address} else None


class Planned(_Read):
    """All that would be done."""

    resource_changes: tuple[ThingChange, ...] = ()
    output_changes: Mapping[str, Change] = Field(default={})
    prior_state: Mapping[str, Any] = Field(default={})

    @property
    def changes(self) -> list[ThingChange]:
        """What becomes of things, in the order in which people have to know it."""
        kinds = list(Kind)
        found = [(kinds.index(one.kind), one) for one in self.resource_changes if one.kind]
        return [one for _, one in sorted(found, key=lambda each: each[0])]

    @property
    def calls(self) -> int:
        """How many times something is created, changed or destroyed."""
        return sum(len(set(one.change.actions) & {"create", "update", "delete"}) for one in self.changes)

    @property
    def was_empty(self) -> bool:
        """Was nothing there before? Then destroying all of it takes it back."""
        return not any(_managed(self.prior_state.get("values", {}).get("root_module", {})))


def read_planned(text: str) -> Planned:
    """What `show -json` says. Raises ActionFailed when a newer program says it in another way."""
    try:
        return Planned.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise ActionFailed(f"The plan cannot be read: {where}: {first['msg']}.") from None


def _managed(module: Mapping[str, Any]) -> Iterator[bool]:
    yield from (thing.get("mode") == "managed" for thing in module.get("resources", ()))
    for child in module.get("child_modules", ()):
        yield from _managed(child)
