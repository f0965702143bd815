"""What may be written in stack.yml about the form of a job."""

from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue

from actions.api import Secret
from bot.base.text import parse_bytes
from bot.catalog.raw.parts import Duration, Identifier, Raw, Text
from bot.model.form import FieldType

#: What a file's name ends in.
FileType = Annotated[str, Field(pattern=r"^[a-z0-9]{1,10}$")]


def _is_size(written: str) -> str:
    parse_bytes(written)
    return written


Size = Annotated[str, AfterValidator(_is_size), Field(examples=["500 KB", "10 MB"])]


class RawChoices(Raw):
    """Where choices are read from: `check`, or `url`."""

    check: Text | None = Field(None, description="a check: its versions are the choices", examples=["http.versions"])
    with_: dict[str, JsonValue] = Field({}, alias="with", description="the check's fields; may be expressions")
    url: Text | None = Field(
        None,
        description="a JSON document; may hold expressions over `form`, `env` and `vars`",
        examples=["https://inventory.example.org/regions/{{ form.region }}/clusters"],
    )
    headers: dict[Text, Text] = Field({}, description="headers of the request")
    secret_headers: dict[Text, Secret] = Field(
        {}, description="headers whose values are secrets", examples=[{"Authorization": "env:INVENTORY_TOKEN"}]
    )
    items: str = Field("", description="where in the document the list stands", examples=["data.clusters"])
    value: str = Field("", description="where in an item its value stands; the item itself if not given")
    label: str = Field("", description="where in an item its label stands; its value if not given")
    cache: Duration = Field("60s", description="how long an answer is used again")
    timeout: Duration = Field("5s", description="how long to wait for an answer")


class RawField(Raw):
    """One input of a job."""

    type: Annotated[FieldType, Field(strict=False)] = Field(description="what kind of value it takes")
    label: Text | None = Field(None, description="what people read above it; made from its name if not given")
    help: str = Field("", description="a sentence under it")
    required: bool = Field(default=True, description="must it be answered?")
    default: JsonValue = Field(None, description="the answer it starts with; of a read-only field an expression, too")
    min: float | Text | None = Field(
        None, description="least number, fewest characters, fewest rows, shortest duration, or earliest moment"
    )
    max: float | Text | None = Field(
        None,
        description="greatest number, most characters, most rows, longest duration, or latest moment",
        examples=[240, "4h", "2026-12-24"],
    )
    unit: str = Field("", description="shown behind the label", examples=["min"])
    pattern: Text | None = Field(None, description="a regular expression that the whole text must match")
    message: str = Field("", description="what `pattern` asks for, in words")
    choices: list[Text] | dict[Text, Text] | None = Field(
        None, description="what can be chosen: a list, or a mapping of values to labels"
    )
    choices_from: RawChoices | None = Field(None, description="where the choices are read from")
    when: Text | None = Field(
        None,
        description="an expression over the fields before it; it is asked only where this is true",
        examples=["form.kind == 'big'"],
    )
    read_only: bool = Field(default=False, description="show its `default`, and do not ask")
    weekends: bool = Field(default=True, description="may the day be a Saturday or Sunday?")
    resource: Identifier | None = Field(None, description="the resource whose versions can be chosen")
    types: list[FileType] | None = Field(None, description="what the file's name may end in", examples=[["csv", "txt"]])
    max_files: int | None = Field(None, ge=1, le=10, description="how many files; one if not given")
    max_size: Size | None = Field(None, description="how large the file may be; 20 MB if not given")
    fields: "dict[Identifier, RawField] | None" = Field(None, description="the fields of each row of a group")
