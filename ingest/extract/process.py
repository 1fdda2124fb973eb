"""What runs in a worker process of extract: one page in, one story out, within its memory.

`initialise` loads what every page needs and sets the limit; `read_message` reads one message. The
process holds no state from page to page but the caches of libraries, which are emptied now and
then, so that its memory is the same after 100,000 pages as after 1,000.
"""

import datetime as dt
import logging
import os
import resource
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError
from trafilatura.meta import reset_caches

from ingest.extract.story import extract_page
from ingest.extract.warm import warm_up
from wire.errors import DeadLetter
from wire.messages import Furniture, Page

# The exit status that says why a worker ended itself; none of the shell's or Python's own.
OUT_OF_MEMORY: Final = 77
# Emptying the caches costs a few milliseconds, and their bounds let them grow for longer.
_RESET_EVERY: Final = 200


@dataclass(frozen=True, slots=True)
class Extracted:
    """A story as it goes on the wire, and what a log line says of it."""

    key: bytes
    value: bytes
    fields: dict[str, object]


@dataclass(frozen=True, slots=True)
class Refused:
    """Why there is no story: a dead letter's reason and detail, or an error's traceback.

    Exceptions stay on their side: one that can't be unpickled would break the whole pool.
    """

    reason: str
    detail: str
    expected: bool = True


class _Count:
    """How many pages this process has read."""

    pages = 0


def initialise(memory_bytes: int) -> None:
    """Make this process ready: data loaded, memory bounded, libraries silent."""
    logging.disable(logging.CRITICAL)
    warm_up()
    used = _address_space()
    if used:
        # what is mapped by now is code and data files; the limit is for what pages take beside it
        resource.setrlimit(resource.RLIMIT_AS, (used + memory_bytes, used + memory_bytes))


def read_message(header: bytes, content: bytes, furniture: bytes | None) -> Extracted | Refused:
    """Return the story of one message of wire.pages, or why there is none; in a worker process.

    `header` is the Page, `furniture` the Furniture of its host, both as JSON.
    """
    try:
        return _read(header, content, furniture)
    except DeadLetter as error:
        return Refused(error.reason, error.detail)
    except MemoryError:
        # nothing here can be trusted any more: the page is blamed, the next has a new process
        os._exit(OUT_OF_MEMORY)
    except Exception:  # noqa: BLE001  # the border of a process, see Refused
        return Refused("error", traceback.format_exc(limit=-12), expected=False)
    finally:
        _Count.pages += 1
        if _Count.pages % _RESET_EVERY == 0:
            reset_caches()


def _read(header: bytes, content: bytes, furniture: bytes | None) -> Extracted:
    try:
        page = Page.model_validate_json(header)
        learned = Furniture.model_validate_json(furniture) if furniture else None
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise DeadLetter("extract", "invalid-message", problems[:500]) from None
    story = extract_page(
        page,
        content,
        furniture={learned.host: learned} if learned else {},
        now=dt.datetime.now(dt.UTC),
    )
    fields: dict[str, object] = {
        "story": str(story.id),
        "url": story.url,
        "host": page.entry.host,
        "agency": story.agency,
        "kind": story.body_kind,
    }
    return Extracted(str(story.id).encode(), story.to_json(), fields)


def _address_space() -> int:
    """Return how many bytes of address space this process has mapped, 0 where nothing tells."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (OSError, ValueError):
        return 0
    return pages * resource.getpagesize()
