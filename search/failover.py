"""The backend that answers: the first configured one that can."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import TypeVar

from prometheus_client import Histogram

from core.breaker import CircuitBreaker
from search.backends import BackendUnavailable, SearchBackend, backends
from search.requests import MatchRequest, SearchRequest, SimilarRequest
from search.results import Hit, Match, SearchPage, Suggestion

logger = logging.getLogger(__name__)

ANSWERS = Histogram(
    "samverka_search_seconds",
    "Questions put to a search backend; instead: another than the first answered",
    ["backend", "outcome"],
    buckets=(0.005, 0.02, 0.05, 0.2, 1, 5),
)
COOLDOWN = 15.0
"""Seconds for which a backend that failed is not called. After that, one request at a time calls it."""

Answer = TypeVar("Answer")


class Finder:
    """Asks the backends in their order until one answers. The last one's failure is raised."""

    def __init__(
        self, backends: Sequence[SearchBackend], clock: Callable[[], float] = time.monotonic
    ) -> None:
        *self._first, self._last = backends
        self._breakers = [CircuitBreaker(COOLDOWN, single_probe=True, clock=clock) for _ in self._first]

    def search(self, request: SearchRequest) -> SearchPage:
        page, degraded = self._ask(lambda backend: backend.search(request))
        return replace(page, degraded=True) if degraded else page

    def similar(self, request: SimilarRequest) -> list[Hit]:
        return self._ask(lambda backend: backend.similar(request))[0]

    def match(self, request: MatchRequest) -> list[Match]:
        return self._ask(lambda backend: backend.match(request))[0]

    def suggest(self, text: str, language: str, viewer: frozenset[str]) -> list[Suggestion]:
        return self._ask(lambda backend: backend.suggest(text, language, viewer))[0]

    def _ask(self, question: Callable[[SearchBackend], Answer]) -> tuple[Answer, bool]:
        """Return the answer, and whether another backend than the first gave it."""
        for number, (backend, breaker) in enumerate(zip(self._first, self._breakers, strict=True)):
            if not breaker.allows_call():
                continue
            began = time.perf_counter()
            try:
                answer = question(backend)
            except BackendUnavailable as reason:
                _count(backend, "failed", began)
                if breaker.failed():
                    logger.warning("search backend %s fails (%s); the next one answers", backend.name, reason)
            else:
                _count(backend, "instead" if number else "answered", began)
                if breaker.succeeded():
                    logger.warning("search backend %s answers again", backend.name)
                return answer, number > 0
        began = time.perf_counter()
        answer = question(self._last)
        _count(self._last, "instead" if self._first else "answered", began)
        return answer, bool(self._first)


def _count(backend: SearchBackend, outcome: str, began: float) -> None:
    ANSWERS.labels(backend.name, outcome).observe(time.perf_counter() - began)


@cache
def _finder_over(all_of_them: tuple[SearchBackend, ...]) -> Finder:
    return Finder(all_of_them)


def finder() -> Finder:
    """The finder that every page uses."""
    return _finder_over(backends())
