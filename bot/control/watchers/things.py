"""Reads what people want to follow: `hashicorp/terraform`, `pypi:ansible-core`, or an address from the browser."""

import re
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import unquote, urlsplit

from packaging.specifiers import InvalidSpecifier, Specifier
from packaging.utils import canonicalize_name
from pydantic import ValidationError

from actions import library
from bot.base.errors import Refused
from bot.base.text import cut, nearest
from bot.model.follow import Thing
from bot.model.watch import CheckUse

UNDERSTOOD = (
    "I understand hashicorp/terraform, pypi:ansible-core, npm:typescript, docker:nginx:1.*, terraform:hashicorp/aws, "
    "helm:grafana.github.io/helm-charts/grafana, gitlab:group/project, debian:nginx, endoflife:postgresql, "
    "registry.example.org/shop/api:1.*, and addresses of these from the browser."
)
#: Nothing else is ever part of a check's fields: no braces, so that nothing typed is an expression. And nothing longer:
#: it has to fit into buttons.
_TYPED = re.compile(r"[A-Za-z0-9@:/._+*~-]{1,250}")
#: What one copies from a browser, or from Helm.
_ADDRESS = re.compile(r"\w+://")
#: What one copies from a "clone" button, beside an address.
_CLONED = re.compile(r"git@([\w.-]+):(.+)")
#: Tags that are numbers, where nobody says which ones are meant: each tag of a registry costs a request.
_NUMBERS = r"v?\d+(\.\d+)*"

Fields = Mapping[str, str]
#: What stands behind a kind, as the fields of its check; None: it is not written like this.
Read = Callable[[str], tuple[str, Fields] | None]


def name_thing(written: str) -> str:
    """What *written* is called, in one spelling for all that people may write. Raises Refused."""
    kind, rest = _understand(written)
    return rest if kind in ("github", "image") else f"{kind}:{rest}"


def read_thing(written: str, *, registries: Mapping[str, str], range: str = "") -> Thing:  # noqa: A002 - as in stack.yml
    """What *written* means, of its versions only those in *range*. Raises Refused with what is understood.

    *registries* are the addresses of those that have none by themselves, by kind.
    """
    kind, rest = _understand(written)
    found = _KINDS[kind](rest) if _TYPED.fullmatch(rest) else None
    if found is None:
        raise Refused(f'I do not know how to follow "{cut(written, 60)}".', hint=UNDERSTOOD)
    check, fields = found
    address: Fields = {}
    if kind in _SET:
        field, setting = _SET[kind]
        if kind not in registries:
            raise Refused(f"I do not know which registry to ask for {kind}:{rest}: nobody has set {setting}.")
        address = {field: registries[kind]}
    try:
        library.find_check(check).model_validate({**fields, **address})
    except ValidationError as error:
        raise Refused(f'I do not know how to follow "{written}".', hint=UNDERSTOOD) from error
    return Thing(name=name_thing(written), use=CheckUse(check=check, with_=fields), range=_range(range))


def _understand(written: str) -> tuple[str, str]:
    """The kind that is meant, and what stands behind it."""
    address = _CLONED.sub(r"ssh://\1/\2", written.strip().strip("<>").partition("|")[0])
    kind, rest = _from_browser(address) if _ADDRESS.match(address) else _kind(address)
    if kind in ("github", "gitlab"):
        return kind, rest.removesuffix(".git")
    return kind, canonicalize_name(rest) if kind == "pypi" else rest


def _range(written: str) -> str | None:
    """In the order in which people wrote it, as they will read it again."""
    # Terraform's people write ~> 1.9 for what Python's call ~=1.9.
    parts = written.replace("~>", "~=").split(",")
    try:
        return ",".join(str(Specifier(part)) for part in parts if part.strip()) or None
    except InvalidSpecifier:
        raise Refused(f'"{written}" is no range of versions.', hint="Write it like >=1.9 or >=1.9,<2.") from None


def _kind(written: str) -> tuple[str, str]:
    """`pypi:x` says it itself; else it is a repository of GitHub, or an image where it begins with a host."""
    word, colon, rest = written.partition(":")
    kind = _OTHER_NAMES.get(word.lower(), word.lower())
    if colon and kind in _KINDS:
        return kind, rest
    host = written.partition("/")[0].lower()
    if page := _page(host, written.partition("/")[2].strip("/")):
        return page  # browsers show addresses without https://
    if "/" in written and ("." in host or ":" in host or host == "localhost"):
        return "image", written
    if colon and "/" not in word:
        guess = "".join(f'Did you mean "{near}"? ' for near in nearest(word, list(_KINDS), most=1))
        raise Refused(f'I know no "{word}".', hint=f"{guess}{UNDERSTOOD}")
    return "github", written


def _from_browser(address: str) -> tuple[str, str]:
    """What the page at *address* is about."""
    try:
        parts = urlsplit(address)
    except ValueError:
        raise Refused(f"{address} is no address.", hint=UNDERSTOOD) from None
    host, path = (parts.hostname or "").removeprefix("www."), unquote(parts.path).strip("/")
    if parts.scheme == "oci":
        return "image", f"{parts.netloc}/{path}"
    if parts.scheme not in ("http", "https", "ssh"):
        raise Refused(f"I do not know what to follow at {address}.", hint=UNDERSTOOD)
    for word in (host, *host.split(".")):
        if page := _page(word, path):
            return page
    project, dash, _ = path.partition("/-/")
    if "." in host and (dash or host.startswith("gitlab.")):
        return "gitlab", f"{parts.netloc.rpartition('@')[2]}/{project}"
    raise Refused(f"I do not know what to follow at {address}.", hint=UNDERSTOOD)


def _page(host: str, path: str) -> tuple[str, str] | None:
    """What is below *path* of one of the pages that we know."""
    for page, pattern, kind, form in _PAGES:
        if page == host and (found := re.match(pattern, path)):
            return kind, form.format(*(one or "" for one in found.groups()))
    return None


#: What GitHub has in the place of an owner on pages about no repository.
_NO_OWNERS = "collections|features|login|marketplace|notifications|orgs|search|settings|sponsors|topics|users"
#: Host or one word of it, path, kind, and how the kind writes it.
_PAGES: Sequence[tuple[str, str, str, str]] = (
    ("github.com", r"([^/]+)/[^/]+/pkgs/container/([^/]+)", "image", "ghcr.io/{}/{}"),
    ("github.com", r"(?:orgs|users)/([^/]+)/packages/container/(?:package/)?([^/]+)", "image", "ghcr.io/{}/{}"),
    ("github.com", rf"(?!(?:{_NO_OWNERS})/)([^/]+)/([^/]+)", "github", "{}/{}"),
    ("quay.io", r"repository/([^/]+)/([^/]+)", "image", "quay.io/{}/{}"),
    ("gitlab.com", r"(.+?)(?:/-/.*)?$", "gitlab", "{}"),
    ("pypi", r"project/([^/]+)", "pypi", "{}"),
    ("npmjs", r"package/((?:@[^/]+/)?[^/]+)", "npm", "{}"),
    ("hub.docker.com", r"_/([^/]+)", "docker", "{}"),
    ("docker.io", r"(?:library/)?(.+)", "docker", "{}"),
    ("hub.docker.com", r"r/([^/]+)/([^/]+)", "docker", "{}/{}"),
    ("registry.terraform.io", r"providers/([^/]+)/([^/]+)", "terraform", "{}/{}"),
    ("registry.terraform.io", r"modules/([^/]+)/([^/]+)/([^/]+)", "terraform", "{}/{}/{}"),
    ("artifacthub.io", r"packages/([^/]+)/([^/]+)/([^/]+)", "artifacthub", "{}/{}/{}"),
    ("tracker.debian.org", r"pkg/([^/]+)", "debian", "{}"),
    ("endoflife.date", r"([^/]+)", "endoflife", "{}"),
)


def _field(check: str, name: str) -> Read:
    return lambda written: (check, {name: written})


def _gitlab(written: str) -> tuple[str, Fields] | None:
    """`group/project` of gitlab.com, or `HOST/group/project`."""
    host, _, project = written.partition("/")
    if "." not in host or "/" not in project:
        return ("gitlab.releases", {"project": written}) if "/" in written else None
    return "gitlab.releases", {"project": project, "endpoint": f"https://{host}"}


def _helm(written: str) -> tuple[str, Fields] | None:
    """`HOST/PATH/CHART`, or the same in an OCI registry."""
    if written.startswith("oci://"):
        return _image(written.removeprefix("oci://"))
    repository, _, chart = written.removeprefix("https://").rpartition("/")
    if "." not in repository:
        return None
    return "packages.helm_charts", {"repository": f"https://{repository}", "chart": chart}


def _docker(written: str) -> tuple[str, Fields]:
    image, _, tags = written.partition(":")
    return "packages.dockerhub_tags", {"image": image, "pattern": _tags(tags)}


def _image(written: str) -> tuple[str, Fields]:
    """`HOST/NAME:TAGS`; the host may have a port, and the tags a `*`."""
    host, _, rest = written.partition("/")
    image, _, tags = rest.partition(":")
    return "registry.tags", {"registry": f"https://{host}", "image": image, "pattern": _tags(tags)}


def _tags(written: str) -> str:
    return ".*".join(re.escape(part) for part in written.split("*")) if written else _NUMBERS


_KINDS: Mapping[str, Read] = {
    "github": _field("github.releases", "repository"),
    "gitlab": _gitlab,
    "pypi": _field("packages.pypi_releases", "package"),
    "npm": _field("packages.npm_releases", "package"),
    "docker": _docker,
    "terraform": _field("packages.terraform_versions", "address"),
    "helm": _helm,
    "artifacthub": _field("packages.artifacthub_versions", "package"),
    "debian": _field("packages.debian_versions", "package"),
    "endoflife": _field("packages.endoflife_cycles", "product"),
    "image": _image,
}
#: Kinds whose registry an operator names: the field of their check that takes it, and the setting.
_SET = {"pypi": ("index", "STACKHAND_PYTHON_INDEX"), "npm": ("registry", "STACKHAND_NPM_REGISTRY")}
_OTHER_NAMES = {"eol": "endoflife", "tf": "terraform", "dockerhub": "docker", "oci": "image"}
