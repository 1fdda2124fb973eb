"""Miniflux beside us: the same feeds, the same web server, the same PostgreSQL. Optional.

`go install miniflux.app/v2@latest` builds it; `--miniflux PATH` names the program. A round is one
`miniflux -refresh-feeds` over all feeds, from its start to its end.
"""

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

# Of 8, 16, 32 and 64 the one that was fastest on two cores.
_WORKERS = 16


@dataclass(frozen=True)
class Miniflux:
    """An installed Miniflux with its own database on `server`."""

    program: Path
    server: str

    @property
    def _url(self) -> str:
        return urlsplit(self.server)._replace(path="/miniflux", query="sslmode=disable").geturl()

    @property
    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "DATABASE_URL": self._url,
            "LOG_LEVEL": "error",
            "BATCH_SIZE": "100000",
            "WORKER_POOL_SIZE": str(_WORKERS),
            "DATABASE_MAX_CONNS": str(_WORKERS),
            "FETCHER_ALLOW_PRIVATE_NETWORKS": "1",
            "RUN_MIGRATIONS": "1",
            "CREATE_ADMIN": "1",
            "ADMIN_USERNAME": "bench",
            "ADMIN_PASSWORD": "bench-bench",
        }

    def set_up(self, urls: Sequence[str]) -> None:
        """Make the database and add the feeds."""
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute("CREATE DATABASE miniflux")
        self._run("-migrate")
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(
                "INSERT INTO users (username, password, is_admin) VALUES ('bench', '', true)"
            )
            connection.execute(
                "INSERT INTO categories (user_id, title) SELECT id, 'All' FROM users"
            )
            with connection.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO feeds (user_id, category_id, title, feed_url, site_url)"
                    " SELECT c.user_id, c.id, %(url)s, %(url)s, %(url)s FROM categories c",
                    [{"url": url} for url in urls],
                )

    def refresh(self, feeds: int) -> float:
        """Refresh all feeds; return feeds a second."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("UPDATE feeds SET next_check_at = now() - interval '1 hour'")
            started = time.monotonic()
            self._run("-refresh-feeds")
            took = time.monotonic() - started
            failed = connection.execute(
                "SELECT count(*), max(parsing_error_msg) FROM feeds"
                " WHERE parsing_error_count > 0 OR checked_at < now() - interval '10 minutes'"
            ).fetchone()
        if failed is None or failed[0]:
            raise SystemExit(f"Miniflux failed on feeds: {failed}")
        return feeds / took

    def entries(self) -> int:
        """Return how many entries it has stored."""
        with psycopg.connect(self._url) as connection:
            row = connection.execute("SELECT count(*) FROM entries").fetchone()
        return row[0] if row else 0

    def _run(self, *arguments: str) -> None:
        subprocess.run([self.program, *arguments], env=self._environment, check=True)
