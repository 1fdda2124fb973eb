"""Stories for the tests of enrich, built from their text alone."""

import datetime as dt
from typing import Any
from uuid import UUID

from wire.messages import Dateline, Lineage, Story

NOON = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)


def story(headline: str, *paragraphs: str, **more: Any) -> Story:
    """A story as extract would publish it."""
    fields: dict[str, Any] = {
        "id": UUID(int=1),
        "url": "https://wire.example/1",
        "final_url": "https://wire.example/1",
        "headline": headline,
        "original_headline": headline,
        "body": "\n".join(paragraphs),
        "body_kind": "full",
        "language": "en",
        "observed_at": NOON,
        "page_sha256": "0" * 64,
        "content_sha256": "1" * 64,
        "rules_version": "1",
        "lineage": Lineage(discovered=NOON, fetched=NOON),
    }
    return Story(**{**fields, **more})


def pictured() -> Story:
    """A story of the form that docs/entities.md pictures: every rule of the desk at once."""
    return story(
        "Kosovo premier bent on new clashes to stay in office, Russian envoy says",
        "Kosovo Prime Minister Albin Kurti is out to stir up clashes in the region, Russian "
        "Ambassador to Serbia Alexander Botsan-Kharchenko told TASS on Monday.",
        "The NATO-led Kosovo Force, also known as KFOR, looks on, while the West shields Kurti, "
        "he said. Serbian President Aleksandar Vucic met KFOR commander Maj. Gen. Angelo "
        "Ristuccia in Belgrade, Serbia, a day earlier.",
        '"We informed NATO and the UN Security Council," Aleksandar Vucic said. Vucic\'s office '
        "spoke of talks in Pristina and of Serbs in Kosovo and Metohija.",
        "Kurti did not comment. TASS could not reach his cabinet.",
        subheadline='"The patience of the Serbs is not endless," Botsan-Kharchenko stressed',
        agency="tass",
        agency_basis="dateline",
        dateline=Dateline(
            raw="BELGRADE, September 25. /TASS/.", place="BELGRADE", country="RS", agency="tass"
        ),
    )
