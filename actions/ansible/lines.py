"""What ansible-playbook tells while it runs: the lines that `callback/stackhand_lines.py` prints."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, ValidationInfo


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True)


class PlaybookBegins(_Line):
    """The playbook was read."""

    stackhand: Literal["playbook"]
    #: How many tasks will be started; None when only the run itself can tell.
    tasks: int | None
    plays: int = 1


class PlayBegins(_Line):
    """A play begins; with `serial`, once for each batch of its hosts."""

    stackhand: Literal["play"]
    name: str
    #: Which hosts it wants, as the playbook writes it.
    pattern: str
    #: The same for all batches of a play.
    id: str = ""


class NoHostsLeft(_Line):
    """The playbook is broken off: too many hosts of the batch at work have failed."""

    stackhand: Literal["no_hosts_left"]


class NoHosts(_Line):
    """The play that began matches no host and is passed over."""

    stackhand: Literal["no_hosts"]


class TaskBegins(_Line):
    """A task begins, on all hosts that take part."""

    stackhand: Literal["task"]
    name: str
    #: Handlers run only where something changed, so they are not among the counted tasks.
    handler: bool = False


class HostBegins(_Line):
    """A host begins with a task."""

    stackhand: Literal["start"]
    host: str
    task: str


class _Cut(_Line):
    """A line with a text that may be long."""

    #: How many letters at the end of a text that was cut are to be dropped: half a secret may stand there.
    edge: int = 0


def _without_edge(text: str, known: ValidationInfo) -> str:
    edge = known.data["edge"]
    return f"{text[:-edge].rstrip()} …" if edge else text


_Text = Annotated[str, AfterValidator(_without_edge)]


class HostResult(_Cut):
    """How a task went on a host."""

    stackhand: Literal["result"]
    host: str
    #: "ignored" failed, and the playbook says that this does not matter; "retry" failed and is tried again.
    state: Literal["ok", "changed", "failed", "ignored", "unreachable", "skipped", "retry"]
    task: str
    #: Does its failure end the play for all hosts at work?
    fatal: bool = False
    #: What the task says about it; empty when there is nothing to say.
    message: _Text


class HostDiff(_Cut):
    """What a task changed, or would change, on a host."""

    stackhand: Literal["diff"]
    host: str
    task: str
    #: A unified diff.
    text: _Text


class HostEnds(_Line):
    """A host's last word: how many of its tasks went how. `ok` counts the changed ones too."""

    stackhand: Literal["end"]
    host: str
    ok: int
    changed: int
    failed: int
    unreachable: int
    skipped: int


Line = Annotated[
    PlaybookBegins | PlayBegins | NoHosts | NoHostsLeft | TaskBegins | HostBegins | HostResult | HostDiff | HostEnds,
    Field(discriminator="stackhand"),
]

_LINE: TypeAdapter[Line] = TypeAdapter(Line)
_LAST = ('"message": "', '"text": "')


def read_line(text: str) -> Line | None:
    """The meaning of one line of output; None: it is Ansible's own plain words."""
    if not text.startswith('{"stackhand": '):
        return None
    for whole in (text, *_ended(text)):
        try:
            return _LINE.validate_json(whole)
        except ValidationError:
            continue
    return None


def _ended(text: str) -> list[str]:
    """*text* with an end put on. Masking a private key that was cut off takes the rest of its line with it."""
    return [f'{text[: at + len(last)]}(hidden)"}}' for last in _LAST if (at := text.rfind(last)) >= 0]
