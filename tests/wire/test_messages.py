"""Messages read from bytes that anybody may have written: a message or a refusal, nothing else."""

import datetime as dt
import json
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.store.stories import story
from wire.messages import Entry, Message, Page, Story
from wire.text import clean

NOW = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)
ENTRY = Entry(
    story_id=uuid.UUID(int=1),
    url="https://wire.example/one",
    canonical_url="https://wire.example/one",
    host="wire.example",
    feed_url="https://wire.example/rss",
    agency="tass",
    title="Ministers part without an agreement",
    authors=("A. Writer",),
    published_at=NOW,
    observed_at=NOW,
    discovered_at=NOW,
    fingerprint="0" * 64,
)
PAGE = Page(
    url="https://wire.example/one",
    final_url="https://wire.example/one",
    status=200,
    headers={"content-type": "text/html"},
    observed_at=NOW,
    page_sha256="0" * 64,
    entry=ENTRY,
)
MESSAGES: tuple[Message, ...] = (ENTRY, PAGE, story())

ODD: tuple[str, ...] = (
    '"\\ud800"', '"\\udfff\\ud800x"', '"\\u0000"', '"\\u001b[2J"', '""', '"  "', "null", "true",
    "-1", "1e400", "99999999999999999999999999", "NaN", "[]", "{}", '[["a"]]', '{"a": {"a": 1}}',
    '"30000-01-01T00:00:00Z"', '"2026-11-26T12:00:00"', '"2026-02-30T00:00:00Z"',
    f'"{"y" * 9_999}"',
)  # fmt: skip


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON document."""
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [at, *(path for key, each in inner for path in paths(each, (*at, key)))]


def replaced(document: Any, path: tuple[Any, ...], odd: str) -> bytes:
    """The document with `odd`, as it is, in place of what stood at `path`."""
    mark = "a mark that no text holds"
    if not path:
        return odd.encode()
    parent = document
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = mark
    return json.dumps(document).replace(json.dumps(mark), odd).encode()


@given(st.data())
def test_an_odd_value_anywhere_is_cleaned_or_refused(data: st.DataObject) -> None:
    message = data.draw(st.sampled_from(MESSAGES))
    document = json.loads(message.to_json())
    path = data.draw(st.sampled_from(paths(document)))
    odd = data.draw(st.sampled_from(ODD))
    assert_message_or_refusal(type(message), replaced(document, path, odd))


@pytest.mark.parametrize("model", [Entry, Page, Story])
@given(value=st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_bytes_are_refused(model: type[Message], value: bytes) -> None:
    assert_message_or_refusal(model, value)


@pytest.mark.parametrize("model", [Entry, Page, Story])
@pytest.mark.parametrize("depth", [100, 100_000])
def test_depth_is_refused_and_does_not_overflow(model: type[Message], depth: int) -> None:
    for begin, end in (("[", "]"), ('{"entry":', "}")):
        with pytest.raises(ValidationError):
            model.model_validate_json(begin * depth + end * depth)


def assert_message_or_refusal(model: type[Message], value: bytes) -> None:
    try:
        read = model.model_validate_json(value)
    except ValidationError:
        return
    written = read.to_json()
    assert model.model_validate_json(written) == read
    assert_clean(json.loads(written))


def assert_clean(document: Any) -> None:
    for path in paths(document):
        value = document
        for key in path:
            value = value[key]
        if isinstance(value, str):
            assert value == clean(value), path


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_fields_of_a_newer_release_are_ignored(message: Message) -> None:
    newer = json.loads(message.to_json()) | {"field_of_2030": {"x": [1]}, "schema_version": 9}
    read = type(message).model_validate_json(json.dumps(newer))
    assert read == message.model_copy(update={"schema_version": 9})
