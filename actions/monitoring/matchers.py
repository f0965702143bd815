"""Matchers: which alerts are meant, as Alertmanager itself writes it."""

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

_WRITTEN = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*(=~|!~|!=|=)\s*(.*?)\s*", re.DOTALL)


class Part(BaseModel):
    """One matcher, as the API has it."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    name: str
    value: str
    is_regex: bool = Field(alias="isRegex")
    is_equal: bool = Field(default=True, alias="isEqual")

    @property
    def written(self) -> str:
        """As people write it: severity="critical"."""
        sign = ("=~" if self.is_equal else "!~") if self.is_regex else ("=" if self.is_equal else "!=")
        quoted = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{self.name}{sign}"{quoted}"'


def parse(written: str) -> Part:
    """The matcher that *written* is. Raises ValueError with what to write."""
    found = _WRITTEN.fullmatch(written)
    if found is None:
        raise ValueError(f'{written!r} is no matcher: write NAME="VALUE", or with =~ a regular expression')
    name, sign, value = found.groups()
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = re.sub(r"\\(.)", lambda escaped: "\n" if escaped[1] == "n" else escaped[1], value[1:-1])
    part = Part(name=name, value=value, is_regex="~" in sign, is_equal=not sign.startswith("!"))
    if part.is_regex:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"{value!r} is no regular expression: {error}") from error
    return part


def _normal(written: str) -> str:
    return parse(written).written


#: One matcher. Kept in one way of writing, so that two that mean the same are the same.
Matcher = Annotated[str, AfterValidator(_normal)]


def demand_a_value(matchers: Sequence[str]) -> Sequence[str]:
    """*matchers*, if they choose; Alertmanager refuses those that match every alert. Raises ValueError."""
    for part in map(parse, matchers):
        matches_nothing = re.fullmatch(part.value, "") if part.is_regex else part.value == ""
        if part.is_equal != bool(matches_nothing):
            return matchers
    raise ValueError('one matcher must name a value, like severity="critical"; these would match every alert')


def in_api(matchers: Sequence[str]) -> JsonValue:
    """The matchers as the API takes them."""
    return [parse(written).model_dump(by_alias=True) for written in matchers]
