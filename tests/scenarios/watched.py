"""A run as a person sees it: started by clicks, then one message that has to tell the truth."""

import json
import re
from dataclasses import dataclass

from tests.slack import Json, Slack, read

#: What asks for a yes names its run, too.
_NAME = re.compile(r"\b[a-z-]+ #(\d+) · (?!asked )")


@dataclass(frozen=True)
class Watched:
    """One run, and the message that shows it."""

    number: int
    ts: str
    slack: Slack
    channel: str

    @property
    def message(self) -> Json:
        """The message as it stands now."""
        return next(one for one in self.slack.messages(self.channel) if one["ts"] == self.ts)

    @property
    def text(self) -> str:
        """All its words."""
        return read(self.message)

    def is_of(self, person: Slack, job: str) -> bool:
        """Did *person* start it, by the button of this job?"""
        seen = person.snapshot()
        name = next(one["real_name"] for one in seen["people"] if one["id"] == seen["me"])
        title = self.message["blocks"][0]["text"]["text"].partition(" · ")[0]
        return title == job and f" · by {name} · " in self.text

    def until(self, part: str, *, timeout_s: float = 60.0) -> str:
        """Wait until *part* stands in it; all its words then."""
        try:
            return self.slack.until(lambda: self.text if part in self.text else None, timeout_s=timeout_s)
        except AssertionError as error:
            raise AssertionError(f"{part!r} is not in the run's message, which says:\n{self.text}") from error

    def click(self, label: str) -> None:
        """Press one of its buttons, once it is there."""
        self.until(f"[{label}]")
        self.slack.click(self.message, label)


def start(slack: Slack, job: str, values: Json | None = None, *, channel: str = "#ops", offers: str = "") -> Watched:
    """Click a job's button on its board, fill in the form, confirm when asked; the run, once Slack shows it.

    *offers* is something in a list that is read from elsewhere, for the environment that was chosen: it is waited for.
    """
    known = {run.number for run in runs(slack, channel)}
    slack.click(slack.message_with(f"[{job}]", channel=channel), job)
    if values and offers and "Environment" in values:
        slack.answer(filled(slack), "Environment", values["Environment"])
    slack.submit(slack.until(lambda: form if offers in json.dumps(form := filled(slack)) else None), values)
    if slack.snapshot()["modals"]:
        slack.submit(filled(slack))
    # Another one's message may have been on its way when it was clicked, and come before its own.
    return slack.until(
        lambda: next((one for one in runs(slack, channel) if one.number not in known and one.is_of(slack, job)), None),
        timeout_s=60,
    )


def runs(slack: Slack, channel: str = "#ops") -> list[Watched]:
    """Every message of the channel that shows a run, oldest first: one that was posted twice is there twice."""
    found = [(_NAME.search(read(one)), one) for one in slack.messages(channel)]
    return [Watched(int(name[1]), one["ts"], slack, channel) for name, one in found if name]


def filled(slack: Slack) -> Json:
    """The modal on top, once it can be sent; a preview of many hosts takes its time."""
    return slack.until(
        lambda: next((one for one in slack.snapshot()["modals"][-1:] if one.get("submit")), None), timeout_s=60
    )


def looked_at(slack: Slack) -> Json:
    """What waits for this person, opened from the list of all that does: a private copy, which no edit reaches."""
    known = {one["ts"] for one in slack.ephemerals()}
    slack.command("approvals")

    def new(label: str) -> Json | None:
        return next((one for one in slack.ephemerals() if one["ts"] not in known and label in read(one)), None)

    slack.click(slack.until(lambda: new("[Look]")), "Look")
    return slack.until(lambda: new("[Approve]"))
