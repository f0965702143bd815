"""The versions of a Terraform provider or module."""

from typing import Any, ClassVar
from urllib.parse import urljoin

from actions.api import ActionFailed, Check, CheckContext, Field, Version
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
        url = f"{_place(ctx, base, kind)}/{self.address}/versions"
        answer = read_json(ctx, url, what=f"Terraform {kind[:-1]} {self.address}")
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


def _place(ctx: CheckContext, base: str, kind: str) -> str:
    """Where it answers, by https://developer.hashicorp.com/terraform/internals/remote-service-discovery."""
    services = f"{base}/.well-known/terraform.json"
    place = part(read_json(ctx, services, what="registry of Terraform's"), f"{kind}.v1")
    if not isinstance(place, str):
        raise ActionFailed(f"The registry at {base} has no {kind}.", hint="Is it the address of the right one?")
    return urljoin(services, place).rstrip("/")


def _first(modules: Any) -> Any:
    return modules[0] if isinstance(modules, list) and modules else None
