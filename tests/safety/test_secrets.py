"""No secret in what a program says, however it fails, nor in what `ps` shows of it."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from desk.local import Local, process
from tests.safety.guarded_kafka import USER

WIREDESK = str(Path(sys.executable).with_name("wiredesk"))
SECRET = "s3cret-and-long-enough-to-find"
# Each fails in its own way: away, refused, unreadable, unknown.
WRONG = {
    "a database that is away": {
        "WIREDESK_DATABASE__URL": f"postgresql://desk:{SECRET}@127.0.0.1:1/x"
    },
    "an address that is none": {"WIREDESK_DATABASE__URL": f"mysql://desk:{SECRET}@127.0.0.1/x"},
    "an address that can't be read": {"WIREDESK_DATABASE__URL": f"://desk:{SECRET}@:x:y"},
    "a broker that is away": {
        "WIREDESK_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "WIREDESK_KAFKA__SECURITY_PROTOCOL": "SASL_SSL",
        "WIREDESK_KAFKA__SASL_MECHANISM": "PLAIN",
        "WIREDESK_KAFKA__SASL_USERNAME": USER,
        "WIREDESK_KAFKA__SASL_PASSWORD": SECRET,
    },
    "a setting that is misspelt": {"WIREDESK_KAFKA__SASL_PASSWROD": SECRET},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_no_secret_is_told_where(wrong: dict[str, str], postgres: str, kafka: str) -> None:
    plain = {k: v for k, v in os.environ.items() if not k.startswith("WIREDESK_")}
    servers = {
        "WIREDESK_DATABASE__URL": postgres,
        "WIREDESK_KAFKA__BOOTSTRAP_SERVERS": kafka,
        "WIREDESK_CONTACT": "https://desk.example/contact",
    }
    done = subprocess.run(
        [WIREDESK, "status"],
        capture_output=True, text=True, check=False, timeout=120, env=plain | servers | wrong,
    )  # fmt: skip
    told = done.stdout + done.stderr
    assert SECRET not in told
    assert done.returncode in (1, 2), told
    assert done.stderr


def test_the_embedded_servers_have_no_secret_in_their_command_lines(local_servers: Local) -> None:
    url = local_servers.start().database_url
    password = url.split(":")[2].split("@")[0]
    lines = [" ".join(one.info["cmdline"] or ()) for one in psutil.process_iter(["cmdline"])]
    assert process.LOOPBACK in url
    assert not [line for line in lines if password in line]
