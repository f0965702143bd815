"""A stack's folder whose three hosts are this machine."""

from pathlib import Path

import pytest

LOCAL_HOSTS = """\
[web]
web1
web2
web3

[web:vars]
ansible_connection=local
ansible_python_interpreter={{ ansible_playbook_python }}
"""


@pytest.fixture
def local(tmp_path: Path) -> Path:
    (tmp_path / "hosts.ini").write_text(LOCAL_HOSTS)
    (tmp_path / "written").mkdir()
    return tmp_path
