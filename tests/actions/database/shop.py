"""A small shop with people in it, for each product: the same tables, and rows whose raw values are easy to find."""

from collections.abc import Iterator
from typing import Any

KEY = "test-key-of-32-characters-or-more"
SECRETS = {"env:MASK_KEY": KEY}
PEOPLE = 400
ORDERS = 1200
#: In every raw value: wherever these letters are found, something raw is.
MARK = "Zyxqv"

#: {serial}: a number that counts by itself; {moment}: a point in time.
TABLES = """
CREATE TABLE customers (
  id {serial},
  name varchar(80) NOT NULL,
  email varchar(120) NOT NULL UNIQUE,
  phone varchar(30),
  iban varchar(34) UNIQUE,
  town varchar(40),
  notes text,
  invited_by {int} REFERENCES customers (id){foreign_self});
CREATE TABLE orders (
  id {serial},
  customer_id {int} NOT NULL REFERENCES customers (id){foreign_customer},
  total numeric(10, 2) NOT NULL,
  placed_on date NOT NULL);
CREATE TABLE items (
  order_id {int} NOT NULL REFERENCES orders (id){foreign_order},
  place int NOT NULL,
  product varchar(40) NOT NULL,
  PRIMARY KEY (order_id, place));
CREATE INDEX items_product ON items (product);
CREATE TABLE visits (ip varchar(45), path varchar(200));
"""

RULES: dict[str, Any] = {
    "customers": {
        "columns": {
            "name": {"fake": "name"},
            "email": {"fake": "email"},
            "phone": {"fake": "phone"},
            "iban": "mask",
            "town": "shuffle",
            "notes": "null",
        }
    },
    "visits": {"rows": "none"},
}


def customers() -> Iterator[tuple[object, ...]]:
    """id, name, email, phone, iban, town, notes, invited_by."""
    for n in range(1, PEOPLE + 1):
        name = f"{MARK}ana {MARK}son{n}"
        yield (
            n,
            name,
            f"{MARK}.{n}@raw.example.org",
            None if n % 5 == 0 else f"+49 30 555{n:04}",
            f"DE{MARK}{n:014}",
            f"Town {n % 7}",
            f"{MARK} called, write to {MARK}{n}@home.example.org",
            n - 1 if n % 3 == 0 else None,
        )


def orders() -> Iterator[tuple[object, ...]]:
    """id, customer_id, total, placed_on."""
    for n in range(1, ORDERS + 1):
        yield n, 1 + n % PEOPLE, f"{n}.50", f"2026-{1 + n % 12:02}-15"


def items() -> Iterator[tuple[object, ...]]:
    """order_id, place, product."""
    for n in range(1, ORDERS + 1):
        yield from ((n, place, f"Product {(n + place) % 30}") for place in (1, 2))


def visits() -> Iterator[tuple[object, ...]]:
    """ip, path."""
    yield from ((f"203.0.113.{n}", f"/{MARK}/{n}") for n in range(20))


ROWS = {"customers": customers, "orders": orders, "items": items, "visits": visits}
