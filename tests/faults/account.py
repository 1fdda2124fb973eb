"""The account of a run: what the feeds ever served, against what became of it.

Each entry is an article row or a dead letter, exactly once, with the right text; no text is a
version of its own without need. What the rows say is compared with what the site served.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

Rows = Callable[[str], list[tuple[object, ...]]]


@dataclass(frozen=True)
class Account:
    """How many entries became what, and each that became it wrongly."""

    served: int
    rows: int
    dead: int
    missing: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    wrong_text: list[str] = field(default_factory=list)
    more_versions: list[str] = field(default_factory=list)
    not_to_die: list[str] = field(default_factory=list)

    @property
    def problems(self) -> dict[str, list[str]]:
        """Each kind of problem with a few of its entries; empty where the account is even."""
        kinds = ("missing", "doubled", "unknown", "wrong_text", "more_versions", "not_to_die")
        return {kind: getattr(self, kind)[:5] for kind in kinds if getattr(self, kind)}

    def __str__(self) -> str:
        wrong = "; ".join(f"{kind}: {some}" for kind, some in self.problems.items())
        return (
            f"served {self.served}, rows {self.rows}, dead letters {self.dead}: "
            f"{wrong or 'every entry exactly once, with its text'}"
        )


def draw_up(texts: Mapping[str, str], rows: Rows, may_die: Iterable[str] = ()) -> Account:
    """Draw up the account of what was served: `texts` by address; `may_die` are meant to."""
    stored = [(str(url), str(body)) for url, body in rows("select url, body from wire.articles")]
    letters = rows('select distinct url, topic, partition, "offset" from wire_data.dead_letters')
    dead = [str(letter[0]) for letter in letters]
    ended = Counter([url for url, _ in stored] + dead)
    versions = rows(
        "select a.url from wire.articles a join wire.article_versions v on v.article_id = a.id "
        "group by a.url having count(*) > 1"
    )
    return Account(
        served=len(texts),
        rows=len(stored),
        dead=len(dead),
        missing=sorted(set(texts) - set(ended)),
        doubled=sorted(url for url, count in ended.items() if count > 1),
        unknown=sorted(set(ended) - set(texts)),
        wrong_text=sorted(url for url, body in stored if url in texts and body != texts[url]),
        more_versions=sorted(str(url) for (url,) in versions),
        not_to_die=sorted(set(dead) - set(may_die)),
    )
