"""The tables of wiredesk as typed SQLAlchemy models, and nothing else. Pure.

`polling` holds what poll and fetch use; `news`, `naming` and `syndication` what the writer writes;
`keeping` what time and people do with it. The views downstream reads are in store/views.py.
"""

from store.schema.base import DATA, VIEWS, Base
from store.schema.keeping import (
    Audit,
    Counter,
    DeadLetter,
    Forgotten,
    Furniture,
    PendingKill,
    Revisit,
    Tombstone,
    Withdrawal,
)
from store.schema.naming import Entity, EntityRuling, Mention
from store.schema.news import LATER_TAKE, Article, Change, Kind, Sighting, Version
from store.schema.polling import AgencyRights, Alias, Feed, Host, Merged, Pending, Seen
from store.schema.syndication import Band, Cluster, Signature

__all__ = [
    "DATA",
    "LATER_TAKE",
    "VIEWS",
    "AgencyRights",
    "Alias",
    "Article",
    "Audit",
    "Band",
    "Base",
    "Change",
    "Cluster",
    "Counter",
    "DeadLetter",
    "Entity",
    "EntityRuling",
    "Feed",
    "Forgotten",
    "Furniture",
    "Host",
    "Kind",
    "Mention",
    "Merged",
    "Pending",
    "PendingKill",
    "Revisit",
    "Seen",
    "Sighting",
    "Signature",
    "Tombstone",
    "Version",
    "Withdrawal",
]
