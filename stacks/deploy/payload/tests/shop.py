"""Functional tests of the shop, told as TAP: python3 shop.py URL VERSION."""

import sys
import urllib.request

URL, VERSION = sys.argv[1:]

with urllib.request.urlopen(URL, timeout=10) as answer:  # noqa: S310 - the stack's author wrote it
    page = answer.read().decode()

tests = {
    f"visitors get version {VERSION}": f'data-version="{VERSION}"' in page,
    "the shop shows its menu": 'id="menu"' in page,
    "everything on the menu has a price": page.count("<li>") == page.count("0</li>") > 0,
}
lines = [f"1..{len(tests)}"]
lines += [
    f"{'ok' if good else 'not ok'} {number} - {name}" for number, (name, good) in enumerate(tests.items(), start=1)
]
sys.stdout.write("\n".join(lines) + "\n")
sys.exit(not all(tests.values()))
