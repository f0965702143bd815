"""Where a database is: an address like `postgresql://user@host/name`, without its password."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, WithJsonSchema

from actions.api import ActionFailed


class Product(StrEnum):
    """The database programs we know."""

    POSTGRESQL = "postgresql"
    MARIADB = "mariadb"
    SQLITE = "sqlite"


_PORTS = {Product.POSTGRESQL: 5432, Product.MARIADB: 3306, Product.SQLITE: 0}


@dataclass(frozen=True, kw_only=True)
class Address:
    """A database's place, taken apart."""

    product: Product
    host: str
    port: int
    user: str
    #: The database's name; of SQLite the file's absolute path.
    name: str

    def __str__(self) -> str:
        return self.name if self.product is Product.SQLITE else f"{self.name} on {self.host}"


def parse(written: str) -> Address:
    """Take an address apart. Raises ValueError with a sentence for people."""
    parts = urlsplit(written)
    try:
        product = Product(parts.scheme)
        port = parts.port
    except ValueError:
        raise ValueError(f'"{written.rsplit("@", maxsplit=1)[-1]}" is no database address; write {_LIKE}') from None
    if parts.password is not None:
        raise ValueError("an address holds no password; give it as a secret, in the field of its own")
    name = unquote(parts.path)
    if product is not Product.SQLITE:
        name = name.removeprefix("/")
        if not (parts.hostname and parts.username):
            raise ValueError(f"an address names user and host; write {_LIKE}")
    if not name.strip("/") or (product is not Product.SQLITE and "/" in name):
        raise ValueError(f"an address names one database; write {_LIKE}")
    return Address(
        product=product,
        host=parts.hostname or "",
        port=port or _PORTS[product],
        user=unquote(parts.username or ""),
        name=name,
    )


_LIKE = "postgresql://user@host/name, mariadb://user@host/name or sqlite:///folder/file.db"


def _is_address(written: str) -> str:
    parse(written)
    return written


def demand_pair(one: Address, other: Address) -> None:
    """The two must be of one product, and not the same database. Raises ActionFailed."""
    if one.product is not other.product:
        raise ActionFailed(f"{one} is {one.product}, and {other} is {other.product}.", hint="Both must be the same.")
    if one == other or (one.host, one.port, one.name) == (other.host, other.port, other.name):
        raise ActionFailed(f"Production and staging are the same database, {one}.", hint="Mend one of the addresses.")


#: An address in a stack. `parse` takes it apart.
DatabaseAddress = Annotated[
    str, AfterValidator(_is_address), WithJsonSchema({"type": "string", "format": "database-address"})
]
