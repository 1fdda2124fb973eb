"""Values as text: JSON for machines, and cells that no spreadsheet takes for a formula. Pure."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

# What begins a formula in Excel, LibreOffice and Sheets, their full-width forms and white space
# before it included; a tab or line break alone begins a cell of its own when pasted.
_FORMULA: Final = re.compile(r"[\t\r\n]|\s*[=+\-@＝＋－＠]")


def safe(text: str) -> str:
    """Return `text` as a cell of a spreadsheet, marked as text where it would be a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def csv_cell(value: Any) -> Any:
    """Return a value as a CSV cell: texts made safe, lists and objects as JSON."""
    if isinstance(value, str):
        return safe(value)
    if isinstance(value, Mapping | list | tuple):
        return json_text(value)
    return plain(value)


def json_text(value: Any) -> str:
    """Return a value as JSON on one line."""
    return json.dumps(value, ensure_ascii=False, default=plain)


def plain(value: Any) -> Any:
    """Return a value of the database as JSON has it: times and ids as text."""
    if isinstance(value, dt.date):  # datetimes are dates too
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
