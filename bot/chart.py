"""Draws the weekly digest. A program of its own: its library takes 50 MB and a second, and the bot must not.

python chart.py   (the week as JSON on standard input, the PNG on standard output)
"""

import json
import sys
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

_GREEN, _RED, _GREY, _BLUE = "#2eb67d", "#e01e5a", "#b7b9bd", "#4c8fd6"
_INK, _QUIET, _LINE = "#1d1c1d", "#616061", "#e8e8e8"
_LONGEST = 80
#: Where the bars of a list begin, right of their names, and where the names end, in widths of the longest bar.
_BARS_AT, _NAMES_END = 2.75, 2.68
#: Days on which less ran have low bars, as people expect of them.
_HIGH = 5


def main() -> None:
    """Draw what standard input describes."""
    week = json.load(sys.stdin)
    figure = Figure(figsize=(12, 6.75), dpi=100, facecolor="white")
    figure.text(0.04, 0.93, week["title"], fontsize=22, fontweight="bold", color=_INK, va="center")
    for index, (number, words) in enumerate(week["figures"]):
        _figure(figure, 0.04 + index * 0.235, number, words)
    _days(figure.add_axes((0.04, 0.09, 0.44, 0.53)), week["days"])
    _list(figure.add_axes((0.53, 0.42, 0.45, 0.2)), "Most used", week["most_used"])
    _list(figure.add_axes((0.53, 0.09, 0.45, 0.2)), "Slowest", week["slowest"])
    figure.savefig(sys.stdout.buffer, format="png")


def _figure(figure: Figure, left: float, number: str, words: str) -> None:
    figure.text(left, 0.825, number, fontsize=28, fontweight="bold", color=_INK, va="center")
    figure.text(left, 0.76, words, fontsize=13, color=_QUIET, va="center")


def _days(axes: Axes, days: list[dict[str, Any]]) -> None:
    _title(axes, "Runs a day")
    names, bottom = [day["name"] for day in days], [0] * len(days)
    for kind, color in (("succeeded", _GREEN), ("failed", _RED), ("aborted", _GREY)):
        heights = [day[kind] for day in days]
        if any(heights):
            axes.bar(names, heights, bottom=bottom, color=color, width=0.62, label=kind)
        bottom = [below + height for below, height in zip(bottom, heights, strict=True)]
    top = max([*bottom, _HIGH])
    for place, total in enumerate(bottom):
        if total:
            axes.text(place, total + top * 0.02, str(total), ha="center", color=_QUIET, fontsize=11)
    axes.set_xticks(range(len(names)), names)
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.set_ylim(0, top * 1.15)
    axes.set_yticks([])
    axes.tick_params(length=0, labelsize=12, labelcolor=_QUIET)
    if any(bottom):
        axes.legend(
            loc="lower right", bbox_to_anchor=(1, 1.0), ncols=3, frameon=False, labelcolor=_QUIET, handlelength=0.9
        )
    else:
        axes.text(0.5, 0.5, "Nothing ran", transform=axes.transAxes, ha="center", color=_QUIET, fontsize=14)
    _bare(axes, "bottom")


def _list(axes: Axes, title: str, rows: list[dict[str, Any]]) -> None:
    axes.set_xlim(0, 4.5)
    axes.set_ylim(4.6, -0.6)
    axes.set_xticks([])
    axes.set_yticks([])
    _bare(axes)
    if rows:
        _title(axes, title)
    most = max((row["size"] for row in rows), default=1) or 1
    for place, row in enumerate(rows):
        axes.barh(place, row["size"] / most, left=_BARS_AT, height=0.5, color=_BLUE)
        _name(axes, place, row["name"])
        axes.text(_BARS_AT + row["size"] / most + 0.05, place, row["said"], va="center", color=_QUIET, fontsize=12)


def _name(axes: Axes, place: int, name: str) -> None:
    """Write *name* left of its bar; what has no room is left out in the middle: the end says where, and which run."""
    written = axes.text(0, place, "", va="center", color=_INK, fontsize=12)
    left, _ = axes.transData.transform((0, 0))
    end, _ = axes.transData.transform((_NAMES_END, 0))
    for kept in range(min(len(name), _LONGEST), 0, -1):
        written.set_text(_shortened(name, kept))
        if written.get_window_extent().width <= end - left:
            return


def _shortened(name: str, kept: int) -> str:
    if kept < len(name):
        name = f"{name[: (kept + 1) // 2].rstrip()}…{name[len(name) - kept // 2 :].lstrip()}"
    # A dollar sign would begin a formula.
    return name.replace("$", r"\$")


def _title(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=14, fontweight="bold", color=_INK, pad=14)


def _bare(axes: Axes, *kept: str) -> None:
    for side, spine in axes.spines.items():
        spine.set_visible(side in kept)
        spine.set_color(_LINE)


if __name__ == "__main__":
    main()
