"""Writes the page of one pull request: preview.py FOLDER NAME TITLE COMMIT."""

import html
import sys
from pathlib import Path

PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{name}</title>
<style>
  body {{ margin: 12vh auto; max-width: 560px; padding: 0 24px; font: 18px/1.5 system-ui, sans-serif; color: #1d2330; }}
  small {{ color: #5d6577; }}
</style>
<small>Preview of {name}</small>
<h1>{title}</h1>
<p>This is how it looks at {commit}.</p>
"""


def main(folder: str, name: str, title: str, commit: str) -> None:
    """Write it in one step, so that a visitor never sees half of it."""
    page = Path(folder) / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    half = page.with_suffix(".half")
    words = {"name": name, "title": title, "commit": commit[:7]}
    half.write_text(PAGE.format(**{key: html.escape(text) for key, text in words.items()}), encoding="utf-8")
    half.replace(page)


main(*sys.argv[1:])
