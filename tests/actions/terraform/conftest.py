"""A configuration that needs no provider from the network, and a real terraform for it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from actions.terraform.apply import Apply
from actions.terraform.destroy import Destroy
from tests.fakes.terraform import terraform_path

MAIN = """\
terraform {
  backend "local" {}
}
variable "pages" {
  type = map(string)
}
variable "password" {
  type      = string
  sensitive = true
  default   = ""
}
resource "terraform_data" "page" {
  for_each         = var.pages
  input            = { text = each.value, password = var.password }
  triggers_replace = each.key == "home" ? each.value : null
}
output "home" {
  value = "http://localhost/${var.pages["home"]}"
}
output "password" {
  value     = var.password
  sensitive = true
}
"""


@pytest.fixture(autouse=True)
def terraform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On PATH; what it keeps between calls is the test's own."""
    monkeypatch.setenv("PATH", terraform_path(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TF_CLI_CONFIG_FILE", raising=False)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The configuration's folder."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "main.tf").write_text(MAIN)
    return tmp_path / "site"


@pytest.fixture
def fields(site: Path, tmp_path: Path) -> dict[str, object]:
    """Of an action on it; its state is beside it."""
    return {
        "dir": site.name,
        "workspace": "pr-42",
        "vars": {"pages": {"home": "welcome", "about": "us"}},
        "backend_config": {"workspace_dir": str(tmp_path / "state")},
        "lock_timeout_s": 0,
    }


@pytest.fixture
def apply(fields: dict[str, object]) -> Callable[..., Apply]:
    """Makes actions that apply it, with other fields where they are given."""
    return lambda **given: Apply.model_validate({**fields, **given})


@pytest.fixture
def destroy(fields: dict[str, object]) -> Callable[..., Destroy]:
    """Makes actions that destroy it."""
    return lambda **given: Destroy.model_validate({**fields, **given})
