"""The shipped demos, where Terraform is and where it is not."""

import shutil

import pytest

from bot.catalog.catalog import Catalog
from bot.settings import Settings
from tests.stacks.conftest import STACKS


@pytest.mark.parametrize(
    ("installed", "program", "places"),
    [
        ((), "", ()),
        (("tofu",), "tofu", ("demo-1", "demo-2", "demo-3")),
        (("terraform", "tofu"), "terraform", ("demo-1", "demo-2", "demo-3")),
    ],
)
def test_demos_are_offered_only_where_terraform_or_tofu_is_installed(tmp_path, monkeypatch, installed, program, places):
    (tmp_path / "bin").mkdir()
    for name in installed:
        (tmp_path / "bin" / name).touch(mode=0o755)
    shutil.copytree(STACKS / "demo", tmp_path / "stacks" / "demo")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    settings = Settings(data=tmp_path, stacks=tmp_path / "stacks")
    catalog = Catalog(settings.stacks, lambda: settings.vars)
    stack = catalog.stacks["demo"]

    assert catalog.problems == ()
    assert settings.vars["terraform"] == program
    assert {tuple(one.name for one in catalog.environments(stack, job)) for job in stack.menu} == {places}
