"""Load, once a process, what every page needs: data files, patterns, the language model, places."""

import datetime as dt
import uuid
from typing import Final

from trafilatura.external import jt_stoplist_init

from ingest.extract.story import extract_page
from wire.messages import Entry, Page

_URL: Final = "https://warm.invalid/"
_PAGE: Final = b"""<!DOCTYPE html><html lang="en"><head><title>Lamp is lit in Geneva</title></head>
<body><article><h1>Lamp is lit in Geneva</h1><p>1 January 2000, 10:00</p>
<p>GENEVA, Jan 1 (Reuters) - A lamp was lit on Saturday so that the first page which a process is
given takes it no longer than the next one does, or the one after that, officials said.</p>
<p>(Reporting by Nobody; Editing by No One)</p></article></body></html>"""


def warm_up() -> None:
    """Read a page from beginning to end, so that the first one takes no longer than the next."""
    jt_stoplist_init()
    now = dt.datetime(2000, 1, 1, 12, tzinfo=dt.UTC)
    entry = Entry(
        story_id=uuid.UUID(int=0),
        url=_URL,
        canonical_url=_URL,
        host="warm.invalid",
        feed_url=_URL,
        observed_at=now,
        discovered_at=now,
        fingerprint="0" * 64,
    )
    page = Page(
        url=_URL,
        final_url=_URL,
        status=200,
        observed_at=now,
        page_sha256="0" * 64,
        entry=entry,
    )
    extract_page(page, _PAGE, furniture={}, now=now)
