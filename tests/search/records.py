"""Records for tests of search, without the packages they would come from."""

from __future__ import annotations

from itertools import count
from typing import Any

from core.audience import PUBLIC
from core.records import SearchRecord, Text

_ids = count(1)


def record(title: str, *, language: str = "sv", **fields: Any) -> SearchRecord:
    """Return a public project. `summary`, `body`, `offers` and `seeks` go into its text, `in_english` is a second
    one."""
    number = fields.pop("id", next(_ids))
    parts = {name: fields.pop(name) for name in ("summary", "body", "offers", "seeks") if name in fields}
    texts = {language: Text(title=title, **parts)}
    if english := fields.pop("in_english", None):
        texts["en"] = Text(title=english)
    defaults: dict[str, Any] = {
        "kind": "project",
        "audience": frozenset({PUBLIC}),
        "organisation_id": number,
        "organisation_name": f"Organisation {number}",
    }
    return SearchRecord(id=number, texts=texts, language=language, **{**defaults, **fields})
