"""Reading secrets by reference, and hiding them wherever a run speaks."""

import base64
import html
import json
import shlex
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from bot.base.redact import Redactor
from bot.runner.secrets import SecretMissing, read_secret
from tests.fakes.vault import vault


def test_a_secret_is_masked_in_every_common_encoding() -> None:
    secret = "p@ss w'rd\"/1"
    redactor = Redactor()
    redactor.add(secret)

    for form in (secret, base64.b64encode(secret.encode()).decode(), quote(secret, safe=""), json.dumps(secret)):
        assert "***" in redactor.mask(f"before {form} after"), form
        assert "p@ss" not in redactor.mask(f"before {form} after")


def test_each_line_of_a_longer_secret_is_masked() -> None:
    redactor = Redactor()
    redactor.add("-----BEGIN KEY-----\nabcdefgh\nijklmnop\n-----END KEY-----\n")

    assert redactor.mask("ijklmnop stands alone") == "*** stands alone"


@pytest.mark.parametrize(
    "text",
    [
        "token xoxb-123456789012-abcdefghijkl",
        "ghp_0123456789012345678901234567890123456789",
        "glpat-abcdefghijklmnopqrst",
        "https://user:hunter22@example.org/x",
        "AKIAIOSFODNN7EXAMPLE",
    ],
)
def test_what_looks_like_a_credential_is_masked_though_nobody_declared_it(text: str) -> None:
    assert "***" in Redactor().mask(text)


def test_a_secret_that_would_hide_ordinary_words_is_refused() -> None:
    with pytest.raises(ValueError, match="fewer than 4 characters"):
        Redactor().add("abc")


def test_secrets_come_from_the_environment_and_from_files(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from file\n")

    assert read_secret("env:KEY", {"KEY": "from env"}, tmp_path) == "from env"
    assert read_secret("file:key", {}, tmp_path) == "from file"
    with pytest.raises(SecretMissing, match="KEY is not set"):
        read_secret("env:KEY", {}, tmp_path)
    with pytest.raises(SecretMissing, match="No such file"):
        read_secret("file:gone", {}, tmp_path)


def test_secrets_come_from_vault(tmp_path: Path) -> None:
    with vault({"secret/team/db": {"password": "from vault"}}, token="t0ken") as url:
        environ = {"VAULT_ADDR": url, "VAULT_TOKEN": "t0ken"}
        assert read_secret("vault:secret/team/db#password", environ, tmp_path) == "from vault"
        with pytest.raises(SecretMissing, match="has no key user"):
            read_secret("vault:secret/team/db#user", environ, tmp_path)
        with pytest.raises(SecretMissing, match="answered 403"):
            read_secret("vault:secret/team/db#password", {**environ, "VAULT_TOKEN": "wrong"}, tmp_path)
        with pytest.raises(SecretMissing, match="answered 404"):
            read_secret("vault:secret/team/gone#password", environ, tmp_path)


def test_what_is_stored_as_outputs_has_no_secret_in_it() -> None:
    redactor = Redactor()
    redactor.add("correct-horse")

    masked = redactor.mask_all({"body": "you sent correct-horse", "codes": [200, "correct-horse"], "none": None})

    assert masked == {"body": "you sent ***", "codes": [200, "***"], "none": None}


#: Not a letter of it is left alone by all of the encodings.
SECRET = "Kn0w/it'all=\"$HOME`<&>ä;42"
RAW = SECRET.encode()


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(base64.b64encode(b"ada:" + RAW).decode(), id="base64 of a name and the secret"),
        pytest.param(base64.b64encode(b"x" + RAW + b"yz").decode(), id="base64 in the middle of something"),
        pytest.param(base64.b64encode(b"xy" + RAW + b"y").decode(), id="base64 in the middle of something else"),
        pytest.param(base64.urlsafe_b64encode(RAW).decode(), id="base64 for addresses"),
        pytest.param(base64.b64encode(base64.b64encode(RAW)).decode(), id="base64 twice"),
        pytest.param(base64.b32encode(RAW).decode(), id="base32"),
        pytest.param(RAW.hex(), id="hex"),
        pytest.param(RAW.hex().upper(), id="HEX"),
        pytest.param(RAW.hex(":"), id="hex with colons"),
        pytest.param("".join(f"\\x{byte:02x}" for byte in RAW), id="hex escapes"),
        pytest.param(quote_plus(SECRET), id="a form"),
        pytest.param(quote(SECRET), id="a path"),
        pytest.param(quote(quote(SECRET, safe=""), safe=""), id="percent signs twice"),
        pytest.param(json.dumps(json.dumps(SECRET)), id="JSON in JSON"),
        pytest.param(json.dumps(SECRET, ensure_ascii=False), id="JSON with its letters"),
        pytest.param(repr(SECRET), id="repr"),
        pytest.param(repr(RAW), id="repr of bytes"),
        pytest.param(html.escape(SECRET), id="HTML"),
        pytest.param(shlex.quote(SECRET), id="a shell's single quotes"),
        pytest.param(f"{SECRET}{SECRET}", id="twice in a row"),
        pytest.param(f"a{SECRET}b", id="inside of a word"),
    ],
)
def test_of_an_encoded_secret_hardly_a_letter_is_left(told: str) -> None:
    redactor = Redactor()
    redactor.add(SECRET)

    masked = redactor.mask(f"before {told} after")

    # Base64 behind other words leaves those words, and at most four letters that also hold a bit of them.
    left = masked.removeprefix("before ").removesuffix(" after").replace("***", "").strip("'\"b\\")
    assert "***" in masked
    assert len(left) <= 12
    assert not any(part in left for part in ("Kn0w", "HOME", RAW[:6].hex(), RAW[:6].hex().upper()))
