"""The versions of a Terraform provider or module."""

from typing import Any, ClassVar

from actions.api import Check, CheckContext, Field, Version
from actions.packages.client import Address, is_for_trying, part, read_json

_OF_A_PROVIDER = 2


class TerraformVersions(Check[Version]):
    """List the versions of a provider or module in a registry of Terraform or OpenTofu."""

    lists_all: ClassVar[bool] = True

    address: str = Field(
        description="of a provider namespace/name, of a module namespace/name/system",
        pattern=r"^[\w-]+/[\w-]+(/[\w-]+)?$",
        examples=["hashicorp/aws", "terraform-aws-modules/vpc/aws"],
    )
    registry: Address = Field(default="https://registry.terraform.io", examples=["https://registry.opentofu.org"])

    def list_versions(self, ctx: CheckContext) -> list[Version]:
        """One per version, by the two registry protocols: https://developer.hashicorp.com/terraform/internals."""
        kind = "providers" if len(self.address.split("/")) == _OF_A_PROVIDER else "modules"
        base = self.registry.rstrip("/")
        answer = read_json(
            ctx, f"{base}/v1/{kind}/{self.address}/versions", what=f"Terraform {kind[:-1]} {self.address}"
        )
        listed = answer if kind == "providers" else _first(part(answer, "modules"))
        numbers = [part(one, "version") for one in part(listed, "versions") or ()]
        return [
            Version(
                number=number,
                name=f"{self.address} {number}",
                url=f"{base}/{kind}/{self.address}/{'latest' if kind == 'providers' else number}",
                is_prerelease=is_for_trying(number),
            )
            for number in numbers
            if number
        ]


def _first(modules: Any) -> Any:
    return modules[0] if isinstance(modules, list) and modules else None
