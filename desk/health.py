"""Whether the service beside us is ready: `python -m desk.health`, what a container is asked by.

It is asked every few seconds for each container, so it imports next to nothing: as a command of
`wiredesk` it took half a second of a core, and on a busy machine longer than the engine waits.
"""

import http.client
import json
import os
import sys
from typing import Final

PORT: Final = "WIREDESK_TELEMETRY__PORT"
# The service answers from a thread of its own, which waits for a busy one at most so long.
_TIMEOUT_S: Final = 8.0


def trouble(port: int) -> str | None:
    """Return why the service on this loopback port is not ready, or None where it is."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", "/ready")
        answer = connection.getresponse()
        told = json.load(answer)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return f"no answer: {error!r}"
    finally:
        connection.close()
    return None if answer.status == http.HTTPStatus.OK else str(told.get("trouble"))


def main() -> int:
    """Return 0 where the service is ready, 1 where it is not, 2 where it tells no health."""
    port = os.environ.get(PORT, "")
    if not port.isdecimal():
        sys.stderr.write(f"no {PORT} is set: this service tells no health\n")
        return 2
    found = trouble(int(port))
    if found is not None:
        sys.stderr.write(f"{found}\n")
    return 0 if found is None else 1


if __name__ == "__main__":
    sys.exit(main())
