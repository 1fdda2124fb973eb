"""The tables of wiredesk as typed SQLAlchemy models, and nothing else. Pure.

`polling` holds what poll and fetch use, `news` what the writer writes, `keeping` what time and
people do with it. The views downstream reads are in store/views.py.
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
from store.schema.news import (
    Article,
    Band,
    Change,
    Cluster,
    Entity,
    Mention,
    Sighting,
    Signature,
    Version,
)
from store.schema.polling import AgencyRights, Alias, Feed, Host, Merged, Pending, Seen

__all__ = [
    "DATA",
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
    "Feed",
    "Forgotten",
    "Furniture",
    "Host",
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
