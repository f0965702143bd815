"""Answers to words: the help, and who may do what."""

from collections.abc import Iterable

from bot.slack.limits import Block, fit_message
from bot.slack.mrkdwn import one_line
from bot.slack.views.parts import context, section
from bot.slack.words import Word

_JOBS = (
    ("STACK", "its jobs, with where they run and what runs now"),
    ("STACK JOB on ENV name=value", "that job's form, filled; with all answers, the page that shows what would happen"),
)


def help_text(words: Iterable[Word]) -> str:
    """The help in one line."""
    return "What you can write: " + ", ".join(f"/stack {word.usage}" for word in words)


def help_blocks(words: Iterable[Word]) -> list[Block]:
    """All words with what comes of them."""
    lines = [f"`/stack {usage}`  {about}" for usage, about in (*_JOBS, *((word.usage, word.about) for word in words))]
    same = "The same words work when you mention me in a channel, and in a direct message without /stack."
    return fit_message([section("`/stack` alone opens the menu."), section("\n".join(lines)), context(same)])


def who_blocks(what: str, answers: Iterable[tuple[str, str]]) -> list[Block]:
    """Who may do what with *what*: verbs, each with its sentence."""
    lines = [f"*{verb}*: {one_line(who)}" for verb, who in answers]
    return [section(f"*{one_line(what)}*\n" + "\n".join(lines))]


def who_text(what: str, answers: Iterable[tuple[str, str]]) -> str:
    """The same in one line."""
    return one_line(f"{what}: " + " ".join(f"{verb}: {who}" for verb, who in answers))
