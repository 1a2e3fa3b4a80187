"""The pages of API lists. The number of a page is limited to an offset that the database accepts."""

from __future__ import annotations

from ninja import Field
from ninja.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    class Input(PageNumberPagination.Input):
        page: int = Field(1, ge=1, le=1_000_000)
        page_size: int | None = Field(None, ge=1)
