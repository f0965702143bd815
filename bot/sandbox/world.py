"""All that one sandbox is made of, as the methods of the API and the acts of people see it."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.addresses import Addresses
from bot.sandbox.clock import Ids, MovableClock
from bot.sandbox.delivery import Delivery
from bot.sandbox.faults import Faults
from bot.sandbox.feed import Feed
from bot.sandbox.files import Files
from bot.sandbox.http_delivery import HttpDelivery
from bot.sandbox.installed import InstalledApp
from bot.sandbox.journal import Journal
from bot.sandbox.modals import Modals
from bot.sandbox.outside.outside import Outside
from bot.sandbox.rates import Rates
from bot.sandbox.sockets import Sockets
from bot.sandbox.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class World:
    """One workspace and its only app. Everything in it belongs to the server's loop, so nothing is locked."""

    #: With a slash at its end.
    url: str
    clock: MovableClock
    ids: Ids
    feed: Feed
    journal: Journal
    faults: Faults
    rates: Rates
    addresses: Addresses
    workspace: Workspace
    modals: Modals
    files: Files
    app: InstalledApp
    sockets: Sockets
    http: HttpDelivery
    delivery: Delivery
    #: What the panel "Outside world" acts on; None: there is no such panel.
    outside: Outside | None
    #: Called after each act outside, on a thread that may wait.
    after_outside: Callable[[], None]
