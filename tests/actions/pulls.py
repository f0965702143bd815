"""Pull requests of all kinds, and which of them a check lists: the same at every code host."""

from bot.sandbox.outside.forge import Forge

#: The fields of a check, and the numbers of what it lists then.
CHOSEN: tuple[tuple[dict[str, object], list[str]], ...] = (
    ({}, ["3", "2", "1"]),
    ({"label": "preview"}, ["2"]),
    ({"drafts": False}, ["2", "1"]),
    ({"base": "stable"}, ["1"]),
    ({"paths": ["infra/*"]}, ["3"]),
    ({"status": "merged"}, ["4"]),
)


def open_pulls(forge: Forge, repository: str) -> None:
    """Open one of each kind, the fourth to be merged and the fifth to be closed."""
    forge.add_branch(repository, "stable", "main")
    forge.open_pull(repository, "One", base="stable")
    forge.open_pull(repository, "Two", labels=["preview", "web"])
    forge.open_pull(repository, "Three", is_draft=True, files={"infra/x.tf": "x"})
    for title in ("Four", "Five"):
        forge.open_pull(repository, title)
    forge.merge_pull(repository, 4)
    forge.close_pull(repository, 5)
