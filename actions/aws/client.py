"""How Amazon's services are reached: by their maker's own SDK, which comes with the extra `aws`."""

import importlib
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel

from actions.api import ActionFailed, CheckContext, Context, Field, Secret

T = TypeVar("T")
#: A person waits for the first word; the SDK's own minute is too long for that.
_CONNECT_TIMEOUT_S = 5
_READ_TIMEOUT_S = 30
_TRIES = 4


class Account(BaseModel):
    """The fields by which an action reaches an account."""

    region: str = Field(description="AWS region", examples=["eu-central-1"])
    access_key: Secret | None = Field(
        default=None,
        description="access key; with none, the role of the bot's machine is used",
        examples=["env:AWS_ACCESS_KEY_ID"],
    )
    secret_key: Secret | None = Field(
        default=None, description="secret access key that belongs to it", examples=["env:AWS_SECRET_ACCESS_KEY"]
    )
    endpoint: str | None = Field(
        default=None,
        description="where the API is, if not at Amazon",
        pattern=r"^https?://[^\s]+$",
        examples=["http://127.0.0.1:5000"],
    )


def connect(ctx: Context | CheckContext, account: Account, service: str) -> Any:
    """A client of *service* ("ec2", "cloudfront").

    Raises ActionFailed without the SDK, without a secret, or without a role.
    """
    boto3, config, errors = _sdk()
    keys = {
        name: ctx.secret(reference)
        for name, reference in (
            ("aws_access_key_id", account.access_key),
            ("aws_secret_access_key", account.secret_key),
        )
        if reference
    }
    options = config.Config(
        connect_timeout=_CONNECT_TIMEOUT_S,
        read_timeout=_READ_TIMEOUT_S,
        retries={"mode": "standard", "max_attempts": _TRIES},
        user_agent_extra="Stackhand",
    )
    try:
        session = boto3.session.Session(region_name=account.region, **keys)
        if session.get_credentials() is None:
            raise ActionFailed(
                "AWS was given no key, and this machine has no role.",
                hint="Give `access_key` and `secret_key`, or run the bot with a role that may do this.",
            )
        return session.client(service, endpoint_url=account.endpoint, config=options)
    except (errors.BotoCoreError, ValueError) as error:
        raise ActionFailed(f"AWS cannot be asked: {str(error).rstrip('.')}.", hint="Check region and keys.") from error


def told(ask: Callable[[], T]) -> T:
    """What *ask* returns. The SDK's errors become sentences for people: raises ActionFailed."""
    _, _, errors = _sdk()
    try:
        return ask()
    except errors.ClientError as error:
        answer: dict[str, str] = error.response.get("Error", {})
        said = answer.get("Message", "").rstrip(".") or "no reason given"
        code = answer.get("Code", "?")
        raise ActionFailed(f"AWS refused it: {said} ({code}).", hint=_hint(code)) from error
    except errors.BotoCoreError as error:
        said = str(error).rstrip(".")
        raise ActionFailed(f"AWS cannot be reached: {said}.", hint="Check `region` and `endpoint`.") from error


def _hint(code: str) -> str:
    if code in {"UnauthorizedOperation", "AccessDenied", "AuthFailure", "InvalidClientTokenId"}:
        return "The key or role may not do this: an administrator of the account can allow it."
    return ""


def _sdk() -> tuple[Any, Any, Any]:
    """The SDK's modules: boto3, botocore.config, botocore.exceptions."""
    try:
        names = ("boto3", "botocore.config", "botocore.exceptions")
        boto3, config, errors = (importlib.import_module(name) for name in names)
    except ImportError as error:
        raise ActionFailed(
            "AWS needs the package boto3, which is not installed.", hint='Install it: pip install "stackhand[aws]"'
        ) from error
    return boto3, config, errors
