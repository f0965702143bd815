"""What all pages that are sent have in common: how they are answered, and how a refusal looks in them."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.base.errors import Refused
from bot.slack.ids import CONFIRM_NAME, OutOfDate
from bot.slack.interaction import Ack, Interaction, ViewSeen
from bot.slack.views.sorry import refusal_modal

#: Slack waits 3 s for an answer to a sent form or a search; a list that is slower is waited for elsewhere.
PATIENCE_S = 1.5
#: A list that is remembered is there at once; for another one the page first says that it is being read.
AT_ONCE_S = 0.3


def view_of(interaction: Interaction) -> ViewSeen:
    """The page that was sent. Raises OutOfDate when there is none."""
    if interaction.view is None:
        raise OutOfDate
    return interaction.view


@contextmanager
def refusals_shown(ack: Ack, view: ViewSeen) -> Iterator[None]:
    """A refusal turns the page into the answer."""
    try:
        yield
    except Refused as refused:
        ack(response_action="update", view=refusal_modal(view.title, refused))


def wrong_name(view: ViewSeen, environment: str) -> str:
    """The sentence under the field when the typed name is not the environment's; empty when it is."""
    return "" if view.typed(CONFIRM_NAME) == environment else f'Type "{environment}" to confirm.'
