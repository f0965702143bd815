"""Which columns look as if they held personal data: by their names, and by what stands in them.

The patterns are applied by the database that holds the data, so that only counts leave it. They are written in what
the regular expressions of PostgreSQL, MariaDB (PCRE) and Python have in common.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from actions.database.schema import Column, Table, ValueKind

#: How many rows of a table are looked at.
SAMPLE_ROWS = 2000


@dataclass(frozen=True)
class Look:
    """What values that are personal look like."""

    what: str
    pattern: str
    #: The share of values that makes a column suspicious.
    share: float


LOOKS = (
    Look("e-mail addresses", r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+[.][A-Za-z]{2,}", 0.002),
    Look("IBANs", r"(^|[^A-Za-z0-9])[A-Z]{2}[0-9]{2} ?([A-Z0-9]{4} ?){2,7}[A-Z0-9]{1,4}($|[^A-Za-z0-9])", 0.01),
    Look("IP addresses", r"(^|[^0-9.])([0-9]{1,3}[.]){3}[0-9]{1,3}($|[^0-9.])", 0.05),
    Look("IP addresses", r"(^|[^0-9A-Fa-f:])([0-9A-Fa-f]{1,4}:){3,7}(:|[0-9A-Fa-f]{1,4})", 0.05),
    Look("card numbers", r"(^|[^0-9-])[3-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{3,4}($|[^0-9-])", 0.05),
    Look(
        "phone numbers",
        r"(^|[^0-9A-Za-z])([+]|00?)[1-9][0-9]{0,3}[ /().-]*([0-9][ /().-]*){5,11}($|[^0-9A-Za-z])",
        0.05,
    ),
    Look("street addresses", r"(^|[\n,;] ?)[^0-9,;]{3,40}(str[.]|stra(ss|ß)e|weg|gasse|platz) [0-9]+", 0.05),
    Look(
        "street addresses",
        r"[0-9]+ [A-Z][A-Za-z .'-]+ (Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Boulevard)($|[^a-z])",
        0.05,
    ),
    Look("people's names", r"^[A-ZÀ-Þ][a-zß-ÿ'-]+( [A-ZÀ-Þ][.])? [A-ZÀ-Þ][A-Za-zß-ÿ'-]+$", 0.5),
)

_NAMES = re.compile(
    r"(^|_)(e?_?mail(s|_?address)?|(first|last|full|middle|maiden|sur|given|family|nick|display|user|billing|shipping"
    r"|contact|customer)_?name|login|phone|tele(phone|fax)|fax|mobile|cell|(street|postal|home|billing|shipping)?"
    r"_?address(es|_?line|_?\d)?|street|zip(_?code)?|post_?(al_?)?code|birth(day|_?date|_?place)?|date_of_birth|dob|iban"
    r"|bic|account_(number|no)|card_?(number|no)|ssn|social_security(_number)?|tax_?(id|number)|passport(_?(number|no))?"
    r"|licen[cs]e_plate|national_?id|ip(_?addr(ess)?)?|(remote|client|last)_?(ip|addr)|user_?agent|password(_?hash)?"
    r"|passwd|pwd|secret|(api|access|auth|refresh|session)_?(token|key)|token|gender|sex|religion|salary|latitude"
    r"|longitude|geo(location)?|signature|avatar|photo|vorname|nachname|strasse|geburts(tag|datum|ort)|plz)(_|\d|$)"
)
_NAMES_OF_PEOPLE = re.compile(r"^(name|title_and_name)$")
_TABLES_OF_PEOPLE = re.compile(
    r"(^|[_.])(customer|user|person|people|employee|contact|client|member|patient|student|author|staff|account|guest|"
    r"subscriber|applicant|candidate|tenant|driver|passenger|donor|kund|mitarbeiter|benutzer)"
)
_PERSONAL_TYPES = ("inet", "cidr", "inet6", "inet4")


def by_name(table: Table, column: Column) -> str:
    """Why the column looks personal by how it is called; empty if it does not."""
    name = _snake(column.name)
    if column.type in _PERSONAL_TYPES:
        return "holds IP addresses"
    if column.is_generated or name == "id" or (name.endswith("_id") and column.kind is not ValueKind.TEXT):
        return ""
    if _NAMES.search(name):
        return "its name says so"
    if _NAMES_OF_PEOPLE.search(name) and _TABLES_OF_PEOPLE.search(_snake(table.name)):
        return "its name says so"
    return ""


def by_content(filled: int, hits: Mapping[int, int]) -> str:
    """Why a column looks personal by what stands in it; *hits* counts the values that look like `LOOKS[i]`."""
    for number, look in enumerate(LOOKS):
        found = hits.get(number, 0)
        if found and found >= filled * look.share:
            return f"holds what looks like {look.what}"
    return ""


def _snake(name: str) -> str:
    """`lastName` -> `last_name`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().replace("-", "_").replace(" ", "_")
