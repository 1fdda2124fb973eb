"""Two people of one name are two entities: a story's company says which of them it means.

Company is who and what stands beside a person in a story: people, bodies, countries
(`country:RS`), and the field a role speaks of (`field:sport`). `likeness` weighs two companies and
is pure; `told_apart` gives each person of a batch the entity that fits, under the writer's lock.
What a person ruled (store/curation.py) goes before all weighing.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final
from uuid import UUID, uuid5

import sqlalchemy as sa

from store.arrays import any_of
from store.drafts import Draft
from store.rows import EntityDraft
from store.schema import Entity, EntityRuling

COUNTRY: Final = "country:"
FIELD: Final = "field:"
# Fields whose people work in many countries: to meet them in another one says nothing.
_TRAVELLING: Final = frozenset(
    f"{FIELD}{name}" for name in ("sport", "arts", "science", "business", "religion")
)
# Who was met in as many countries is known the world over.
_WORLDLY: Final = 4
# People and bodies in common that outweigh two fields.
_CLOSE: Final = 2
# A person or body in common says more than a country or a field.
_NEAR: Final = 3
# People and bodies kept of an entity's company: the first ones met say enough.
_KEPT: Final = 32


def likeness(known: Collection[str], told: Collection[str]) -> int | None:
    """Return how well a story's company fits an entity's, None where it is another person's."""
    one, other = frozenset(known), frozenset(told)
    shared = one & other
    near = sum(not key.startswith((COUNTRY, FIELD)) for key in shared)
    if _apart(one, other, FIELD) and near < _CLOSE:
        return None
    if not near and _apart(one, other, COUNTRY) and not _may_travel(one, shared):
        return None
    return near * _NEAR + len(shared) - near


def _apart(one: frozenset[str], other: frozenset[str], kind: str) -> bool:
    """Say whether both know something of a kind and have nothing of it in common."""
    first, second = ({key for key in each if key.startswith(kind)} for each in (one, other))
    return bool(first and second and not first & second)


def _may_travel(known: frozenset[str], shared: frozenset[str]) -> bool:
    worldly = sum(key.startswith(COUNTRY) for key in known) >= _WORLDLY
    return worldly or bool(shared & _TRAVELLING)


def kept(known: Iterable[str], told: Iterable[str]) -> list[str]:
    """Return an entity's company after a story: all countries and fields, the first of the rest."""
    there = list(dict.fromkeys((*known, *sorted(told))))
    broad = [key for key in there if key.startswith((COUNTRY, FIELD))]
    near = [key for key in there if not key.startswith((COUNTRY, FIELD))]
    return [*broad, *near[:_KEPT]]


@dataclass(slots=True)
class Bearer:
    """One of those who bear a name, as the batch knows them."""

    id: UUID
    key: str
    company: list[str]


@dataclass(slots=True)
class _Book:
    """Who bears each key, and what was ruled of it."""

    bearers: dict[str, list[Bearer]] = field(default_factory=lambda: defaultdict(list))
    by_story: dict[tuple[str, UUID], UUID] = field(default_factory=dict)
    by_name: dict[tuple[str, str], UUID] = field(default_factory=dict)

    def ruled(self, story: UUID, draft: EntityDraft) -> UUID | None:
        if found := self.by_story.get((draft.key, story)):
            return found
        names = (self.by_name.get((draft.key, name)) for name in (draft.name, *draft.aliases))
        return next((found for found in names if found), None)

    def bearer(self, draft: EntityDraft) -> Bearer:
        """Return who of the name fits best; a new one where the company is nobody's."""
        there = self.bearers[draft.key]
        alike = [(likeness(bearer.company, draft.company), bearer) for bearer in there]
        fitting = [(score, bearer) for score, bearer in alike if score is not None]
        if fitting:
            # of equals the first of the name
            return max(fitting, key=lambda pair: pair[0])[1]
        return self.another(draft.id, draft.key)

    def another(self, first: UUID, key: str) -> Bearer:
        """Let one more bear the name."""
        there = self.bearers[key]
        # the first that nobody has: where its bearer was forgotten, so is this one, by its key
        taken = {bearer.key for bearer in there}
        number = next(n for n in count(1) if namesake_key(key, n) not in taken)
        made = Bearer(namesake_id(first, number), namesake_key(key, number), [])
        there.append(made)
        return made


def namesake_key(key: str, number: int) -> str:
    """Return the key of the `number`th of a name: the first has the name's own."""
    return key if number == 1 else f"{key}/{number}"


def following(key: str, there: Sequence[Bearer]) -> int:
    """Return the number after the last that bears a name."""
    numbers = (bearer.key.removeprefix(key).removeprefix("/") or "1" for bearer in there)
    return max(map(int, numbers), default=0) + 1


def namesake_id(first: UUID, number: int) -> UUID:
    """Return the id of the `number`th of a name, by that of the first."""
    return first if number == 1 else uuid5(first, str(number))


def told_apart(connection: sa.Connection, drafts: Sequence[Draft]) -> list[Draft]:
    """Return the drafts with each entity the one that is meant, in the order of the batch."""
    book = _book(connection, [e for drafted in drafts for e in drafted.entities])
    return [_told(drafted, book) for drafted in drafts]


def _told(drafted: Draft, book: _Book) -> Draft:
    meant = {draft.id: _meant(drafted.id, draft, book) for draft in drafted.entities}
    if all(there == entity.id for there, entity in meant.items()):
        return drafted
    mentions = tuple(
        dataclasses.replace(mention, entity_id=meant[mention.entity_id].id)
        for mention in drafted.mentions
    )
    return dataclasses.replace(drafted, entities=tuple(meant.values()), mentions=mentions)


def _meant(story: UUID, draft: EntityDraft, book: _Book) -> EntityDraft:
    if ruled := book.ruled(story, draft):
        found = next((b for b in book.bearers[draft.key] if b.id == ruled), None)
        return draft if found is None else _as(draft, found)
    if draft.label != "PER":
        return draft
    bearer = book.bearer(draft)
    bearer.company = kept(bearer.company, draft.company)
    return _as(draft, bearer)


def _as(draft: EntityDraft, bearer: Bearer) -> EntityDraft:
    if bearer.id == draft.id:
        return draft
    return dataclasses.replace(draft, id=bearer.id, key=bearer.key, namesake_of=draft.key)


def _book(connection: sa.Connection, drafts: Sequence[EntityDraft]) -> _Book:
    book = _Book()
    keys = sorted({draft.key for draft in drafts})
    if not keys:
        return book
    people = sorted({draft.key for draft in drafts if draft.label == "PER"})
    ruled = (EntityRuling.key, EntityRuling.article_id, EntityRuling.name, EntityRuling.entity_id)
    rulings = sa.select(*ruled).where(any_of(EntityRuling.key, keys, sa.Text))
    for row in connection.execute(rulings):
        people.append(row.key)
        if row.article_id is not None:
            book.by_story[row.key, row.article_id] = row.entity_id
        elif row.name is not None:
            book.by_name[row.key, row.name] = row.entity_id
    for key, bearers in bearers_of(connection, people).items():
        book.bearers[key] = bearers
    return book


def bearers_of(connection: sa.Connection, keys: Sequence[str]) -> dict[str, list[Bearer]]:
    """Return who bears each of the keys, in the order in which they were met."""
    columns = (Entity.id, Entity.key, Entity.company)
    first = sa.select(*columns, Entity.key.label("of")).where(any_of(Entity.key, keys, sa.Text))
    more = sa.select(*columns, Entity.namesake_of.label("of")).where(
        any_of(Entity.namesake_of, keys, sa.Text)
    )
    found: dict[str, list[Bearer]] = defaultdict(list)
    for row in connection.execute(first.union_all(more)):
        found[row.of].append(Bearer(row.id, row.key, row.company))
    for bearers in found.values():
        bearers.sort(key=lambda bearer: (len(bearer.key), bearer.key))
    return found
