"""Templates: whole texts with conditions and loops, filled with values that are never looked at again."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import meta, nodes

from bot.catalog.expressions import MISTAKES, ExpressionProblem, SandboxedEnvironment

#: Makes of a value the text that stands in its place.
Finalize = Callable[[Any], str]

TEMPLATES = "templates"
SUFFIX = ".md.j2"


def template_text(written: str, folder: Path) -> str:
    """The template that *written* is, or names in the `templates` of a stack. Raises ExpressionProblem."""
    if not written.endswith(SUFFIX):
        return written
    home = (folder / TEMPLATES).resolve()
    path = (home / written).resolve()
    if not path.is_relative_to(home):
        raise ExpressionProblem(f"{written} is not inside {TEMPLATES}.")
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise ExpressionProblem(f"{TEMPLATES}/{written} cannot be read: {error}") from error


def render(template: str, scope: Mapping[str, object], finalize: Finalize) -> str:
    """*template* filled from *scope*, each value as *finalize* writes it. Raises ExpressionProblem."""
    try:
        return SandboxedEnvironment(finalize=finalize).from_string(template).render(scope)
    except (*MISTAKES, ValueError) as error:
        raise ExpressionProblem(f"The template cannot be filled: {error}") from error


def check_template(template: str) -> None:
    """Raise ExpressionProblem when *template* cannot be read."""
    names_of(template)


def names_of(template: str) -> set[str]:
    """The names that *template* needs from outside, also `resources.pulls` of them. Raises ExpressionProblem."""
    try:
        tree = SandboxedEnvironment().parse(template)
    except (*MISTAKES, ValueError) as error:
        raise ExpressionProblem(f"The template cannot be read: {error}") from error
    names = meta.find_undeclared_variables(tree)
    below = {
        f"{one.node.name}.{one.attr}"
        for one in tree.find_all(nodes.Getattr)
        if isinstance(one.node, nodes.Name) and one.node.name in names
    }
    return names | below
