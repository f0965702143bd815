"""How long people wait for what an action says it would do."""

import actions
from actions import library
from bot.control.start import StartJob
from tests.runner.lab import ADA

LOOK = """\
from typing import ClassVar

from actions.api import Action, Context, Outputs


class Look(Action[Outputs]):
    preview_s: ClassVar[float] = 0.2

    def preview(self, ctx: Context) -> str:
        ctx.sleep(60)
        return "seen"
"""


def test_a_preview_may_take_as_long_as_its_action_says(app, jobs, tmp_path, monkeypatch):
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "__init__.py").touch()
    (tmp_path / "slow" / "look.py").write_text(LOOK)
    monkeypatch.setattr(actions, "__path__", [*actions.__path__, str(tmp_path)])
    library._names_of.cache_clear()
    jobs("jobs: {look: {steps: [{title: Look, uses: slow.look}]}}\n", stack="slow")

    [found] = app.previewer.preview(StartJob(person=ADA, stack="slow", job="look", inputs={}, key="look", origin="cli"))

    monkeypatch.undo()
    library._names_of.cache_clear()
    assert found.problem.startswith("It took longer than 0.2s.")
