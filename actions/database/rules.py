"""What a stack says about tables and columns: which rows are copied, and what becomes of each value."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Fake(StrEnum):
    """What can be made up."""

    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    PHONE = "phone"
    STREET = "street"
    CITY = "city"
    POSTCODE = "postcode"
    COMPANY = "company"
    IP = "ip"
    TEXT = "text"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FakeRule(_Strict):
    """Put a made-up value in the place of each: the same one for the same value, with the same key."""

    fake: Fake = Field(description="what to make up", examples=["name"])


class SqlRule(_Strict):
    """Compute the value from the row, in production's own SQL."""

    sql: str = Field(min_length=1, description="an expression over the table's columns", examples=["left(zip, 2)"])


Word = Literal["keep", "null", "mask", "shuffle"]


#: In a literal, since schemas for editors leave out "or nothing" elsewhere.
_Written = Literal["keep", "null", "mask", "shuffle", None] | FakeRule | SqlRule  # noqa: PYI061


def _nothing_is_null(written: Any) -> Any:
    return "null" if written is None else written


#: What becomes of a column's values.
Rule = Annotated[
    Word | FakeRule | SqlRule,
    # YAML's own null means the word, too.
    BeforeValidator(_nothing_is_null, json_schema_input_type=_Written),
]


class TableRules(_Strict):
    """What is copied of one table, and how."""

    rows: Literal["all", "none", "needed"] = Field(
        default="all", description="which rows: all, none, or only those that copied rows of other tables point to"
    )
    where: str | None = Field(
        default=None,
        min_length=1,
        description="only rows for which this SQL condition is true; rows of other tables that point to one that is "
        "left out are left out, too",
        examples=["placed_at > now() - interval '90 days'"],
    )
    columns: dict[str, Rule] = Field(default={}, description="a rule for each column that is not simply kept")


#: Rules by table: "customers", or "sales.customers" where the schema is not the usual one.
Tables = dict[str, TableRules]


def describe(rule: Rule) -> str:
    """A rule in a word or two, for people."""
    match rule:
        case FakeRule():
            return f"fake {rule.fake}"
        case SqlRule():
            return f"sql {rule.sql}"
        case _:
            return rule
