"""Keeps the answers of a form that Slack cannot carry to the next page, until they are sent or a day is over."""

import secrets
from collections.abc import Mapping

from bot.base.clock import Clock
from bot.base.errors import NotFound
from bot.model.form import FormValue
from bot.model.person import Person
from bot.store.store import Store


class Drafts:
    """Answers on their way from a form to the page that asks once more."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def keep(self, inputs: Mapping[str, FormValue], *, by: Person) -> str:
        """Keep answers for a day; returns the name under which *by*, and nobody else, finds them."""
        key = secrets.token_urlsafe(16)
        with self._store.begin() as tx:
            tx.drafts.add(key, person=by.id, inputs=dict(inputs), at=self._clock.now())
        return key

    def find(self, key: str, *, by: Person) -> Mapping[str, FormValue]:
        """The answers. Raises NotFound when they are gone, or somebody else's."""
        with self._store.read() as tx:
            found = tx.drafts.of(key, person=by.id)
        if found is None:
            raise NotFound("These answers are not kept any more.", hint="Fill the form again; nothing was started.")
        return found
