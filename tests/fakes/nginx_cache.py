"""A real nginx that keeps the pages of a site, as the shipped cache stack asks for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fakes.nginx import running
from tests.fakes.ports import free_port

_CACHE = """\
    proxy_cache_path {folder}/pages levels=1:2 keys_zone=pages:1m use_temp_path=off;
    proxy_cache_key "$host$request_uri";
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://127.0.0.1:{site};
            proxy_set_header Host $host;
            proxy_cache pages;
        }}
    }}
"""
_INVENTORY = """\
[cache]
web1
[cache:vars]
ansible_connection=local
ansible_python_interpreter={{{{ ansible_playbook_python }}}}
cache_path={folder}/pages
"""


def write_inventory(path: Path, folder: Path) -> None:
    """Write an inventory for Ansible, in which the one host of the group `cache` keeps pages below `folder/pages`."""
    path.write_text(_INVENTORY.format(folder=folder))


@contextmanager
def nginx_cache(folder: Path, site: int) -> Iterator[str]:
    """An nginx before the *site* on this port; gives its URL. It keeps pages below `folder/pages`."""
    port = free_port()
    with running(folder, _CACHE.format(folder=folder, port=port, site=site)):
        yield f"http://127.0.0.1:{port}"
