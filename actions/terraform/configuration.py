"""The fields that all Terraform actions share, and how a plan is made of them and carried out."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, JsonValue

from actions.api import ActionFailed, Context, Field, Secret, StackPath
from actions.terraform.cli import DEFAULT, Terraform
from actions.terraform.planned import Planned, read_planned
from actions.terraform.report import Report, log

_Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_-]*$")]
_EnvName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
#: An address; never an option.
_Address = Annotated[str, Field(pattern=r"^[A-Za-z_].*$")]


class Configuration(BaseModel):
    """A configuration, and one of its workspaces."""

    #: A plan asks the cloud for each thing that is in the state.
    preview_s: ClassVar[float] = 900

    dir: StackPath = Field(
        description="folder of the configuration, in the stack's folder", examples=["payload/terraform"]
    )
    workspace: str = Field(
        default=DEFAULT,
        pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.~-]*$",
        max_length=90,
        description="workspace, whose state is its own; made when it is not there",
        examples=["pr-42"],
    )
    program: Literal["terraform", "tofu"] = Field(
        default="terraform", description="terraform, or tofu for OpenTofu, as it is found on PATH", examples=["tofu"]
    )
    vars: dict[_Name, JsonValue] = Field(
        default={}, description="values of its variables; they win over those of files", examples=[{"size": "small"}]
    )
    secret_vars: dict[_Name, Secret] = Field(
        default={},
        description="values that are secrets, given in a private file; the configuration marks them `sensitive`",
        examples=[{"database_password": "env:DB_PASSWORD"}],
    )
    var_files: list[StackPath] = Field(
        default=[], description="files of values (.tfvars), in the stack's folder", examples=[["payload/small.tfvars"]]
    )
    backend_config: dict[_Name, str] = Field(
        default={}, description="settings of its backend: where the state is kept", examples=[{"key": "shop.tfstate"}]
    )
    env: dict[_EnvName, str] = Field(
        default={}, description="environment variables for its providers", examples=[{"AWS_REGION": "eu-central-1"}]
    )
    secret_env: dict[_EnvName, Secret] = Field(
        default={},
        description="environment variables whose values are secrets",
        examples=[{"AWS_SECRET_ACCESS_KEY": "env:AWS_SECRET_ACCESS_KEY"}],
    )
    targets: list[_Address] = Field(
        default=[], description="only these addresses, and what they depend on", examples=[["module.web"]]
    )
    lock_timeout_s: int = Field(
        default=60, ge=0, le=86400, description="seconds to wait for the lock of the state", examples=[60]
    )

    def shared(self) -> dict[str, Any]:
        """These fields, for another action on the same."""
        return {name: getattr(self, name) for name in Configuration.model_fields}

    def terraform(self, ctx: Context) -> Terraform:
        """The program, at work on it; ready to plan once `init` was called."""
        folder = ctx.path(self.dir)
        if not folder.is_dir():
            raise ActionFailed(f"There is no folder {self.dir}.", hint="Paths start at the stack's folder.")
        secrets = {name: ctx.secret(reference) for name, reference in self.secret_env.items()}
        return Terraform(
            ctx=ctx,
            program=self.program,
            folder=folder,
            written=self.dir,
            workspace=self.workspace,
            env={**self.env, **secrets},
            lock_timeout_s=self.lock_timeout_s,
        )

    def plan(self, terraform: Terraform, ctx: Context, *, destroy: bool) -> Planned:
        """Have it planned, into the file that `apply` reads."""
        secrets = {name: ctx.secret(reference) for name, reference in self.secret_vars.items()}
        terraform.plan(
            values={**self.vars, **secrets},
            files=[ctx.path(file) for file in self.var_files],
            targets=self.targets,
            destroy=destroy,
            take=lambda line: log(ctx, line),
        )
        return read_planned(terraform.show())

    def look(self, terraform: Terraform, ctx: Context, *, destroy: bool) -> Planned:
        """Have it planned for a preview, after which everything is as before."""
        is_there = terraform.has_workspace()
        try:
            return self.plan(terraform, ctx, destroy=destroy)
        finally:
            if not is_there:
                # Terraform makes a workspace by looking into it. Somebody may have filled it meanwhile: it stays then.
                terraform.delete_workspace()

    def apply(self, terraform: Terraform, ctx: Context, planned: Planned) -> Report:
        """Carry out what was planned last."""
        report = Report(ctx, calls=planned.calls)
        terraform.apply(report.take)
        return report

    @property
    def where(self) -> str:
        """For sentences: "" or " in demo-1"."""
        return "" if self.workspace == DEFAULT else f" in {self.workspace}"
