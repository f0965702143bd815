"""The modals that people have open: a stack of at most three each."""

from collections import defaultdict

from bot.sandbox.clock import Ids, MovableClock
from bot.sandbox.feed import Feed
from bot.sandbox.seed import APP_ID, BOT_ID, TEAM_ID
from bot.sandbox.wire import Json, Refusal

_MOST_IN_A_STACK = 3


class Modals:
    """Opens, replaces and closes modals, and tells the page of the person who has them."""

    def __init__(self, *, clock: MovableClock, ids: Ids, feed: Feed) -> None:
        self._clock = clock
        self._ids = ids
        self._feed = feed
        self._stacks: dict[str, list[Json]] = defaultdict(list)

    def stack(self, user: str) -> list[Json]:
        """The open ones of a person, the top one last."""
        return list(self._stacks[user])

    def find(self, view_id: str) -> tuple[str, Json] | None:
        """Who has this modal open, and the modal."""
        return next(
            ((user, one) for user, stack in self._stacks.items() for one in stack if one["id"] == view_id), None
        )

    def find_external(self, external_id: str) -> Json | None:
        """The open modal that the app gave this name."""
        return next(
            (one for stack in self._stacks.values() for one in stack if one["external_id"] == external_id), None
        )

    def made(self, view: Json, *, root: str | None = None, previous: str | None = None) -> Json:
        """A new view from what the app sent. Raises Refusal when its external_id is taken."""
        if view["external_id"] and self.find_external(view["external_id"]):
            raise Refusal("duplicate_external_id")
        id = self._ids.new("V")
        return {
            **view,
            "id": id,
            "team_id": TEAM_ID,
            "app_id": APP_ID,
            "app_installed_team_id": TEAM_ID,
            "bot_id": BOT_ID,
            "hash": self.hash(),
            "state": {"values": {}},
            "root_view_id": root or id,
            "previous_view_id": previous,
        }

    def hash(self) -> str:
        """The mark of one state of a view."""
        return self._ids.new(f"{int(self._clock.unix())}.")

    def open(self, user: str, view: Json) -> Json:
        """Show a first modal; one that was open goes."""
        made = self.made(view)
        self._put(user, [made])
        return made

    def push(self, user: str, view: Json) -> Json:
        """Show a modal on top of the others. Raises Refusal."""
        stack = self._stacks[user]
        if not stack:
            return self.open(user, view)
        if len(stack) >= _MOST_IN_A_STACK:
            raise Refusal("push_limit_reached")
        made = self.made(view, root=stack[0]["id"], previous=stack[-1]["id"])
        self._put(user, [*stack, made])
        return made

    def update(self, user: str, old: Json, view: Json) -> Json:
        """Put other content into an open modal."""
        same = ("id", "team_id", "app_id", "app_installed_team_id", "bot_id", "root_view_id", "previous_view_id")
        new = {**view, **{name: old[name] for name in same}, "state": old["state"], "hash": self.hash()}
        self._put(user, [new if one["id"] == old["id"] else one for one in self._stacks[user]])
        return new

    def keep_state(self, user: str, view_id: str, values: Json) -> Json:
        """Remember what stands in a modal's inputs; the page has it already."""
        stack = self._stacks[user]
        index = next(index for index, one in enumerate(stack) if one["id"] == view_id)
        stack[index] = {**stack[index], "state": {"values": values}}
        return stack[index]

    def close(self, user: str, view_id: str) -> None:
        """Take away a modal and what stands on it."""
        stack = self._stacks[user]
        index = next((index for index, one in enumerate(stack) if one["id"] == view_id), len(stack))
        self._put(user, stack[:index])

    def clear(self, user: str) -> None:
        """Take away all."""
        self._put(user, [])

    def forget(self) -> None:
        """Take away everybody's."""
        for user in list(self._stacks):
            self._put(user, [])

    def _put(self, user: str, stack: list[Json]) -> None:
        self._stacks[user] = stack
        self._feed.publish("modals", {"views": list(stack)}, to=[user])
