"""Made-up values: a pool of each sort, the same on every machine and at every time."""

from collections.abc import Callable
from functools import cache

from mimesis import Address, Finance, Internet, Person, Text
from mimesis.locales import Locale

from actions.database.rules import Fake

_SEED = 20_24
#: Enough that a table does not look copied, few enough to be part of a query.
POOL_SIZE = 1024
#: A pool's value fits PostgreSQL's type "name", whose arrays are read by position at once.
_LONGEST_BYTES = 63
#: What would need an escape in one of the products' queries.
_PLAIN = str.maketrans("", "", '"\\|')


@cache
def pool(fake: Fake) -> tuple[str, ...]:
    """The values to choose from. Of e-mail addresses only the part before what makes them unique."""
    person = Person(Locale.EN, seed=_SEED)
    address = Address(Locale.EN, seed=_SEED)
    makers: dict[Fake, Callable[[], str]] = {
        Fake.NAME: lambda: f"{person.first_name()} {person.last_name()}",
        Fake.FIRST_NAME: person.first_name,
        Fake.LAST_NAME: person.last_name,
        Fake.EMAIL: lambda: f"{person.first_name()}.{person.last_name()}".lower().replace(" ", "").replace("'", ""),
        # 555-0100 to 555-0199 are set aside for made-up people.
        Fake.PHONE: lambda: f"+1 {address.random.randint(201, 989)} 555 01{address.random.randint(0, 99):02}",
        Fake.STREET: address.address,
        Fake.CITY: address.city,
        Fake.POSTCODE: address.postal_code,
        Fake.COMPANY: Finance(Locale.EN, seed=_SEED).company,
        Fake.IP: Internet(seed=_SEED).ip_v4,
        Fake.TEXT: Text(Locale.EN, seed=_SEED).quote,
    }
    return tuple(_fitting(makers[fake]()) for _ in range(POOL_SIZE))


def _fitting(value: str) -> str:
    plain = value.translate(_PLAIN)
    return plain.encode()[:_LONGEST_BYTES].decode(errors="ignore")
