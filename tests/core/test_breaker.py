from __future__ import annotations

import pytest

from core.breaker import CircuitBreaker


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("single_probe", [False, True])
def test_calls_stop_for_the_cooldown_after_a_failure(single_probe: bool) -> None:
    clock = Clock()
    breaker = CircuitBreaker(5, single_probe=single_probe, clock=clock)
    assert breaker.allows_call()
    assert breaker.failed(), "the first failure is news"
    assert not breaker.failed()
    clock.now += 4.9
    assert not breaker.allows_call()
    clock.now += 0.1
    assert breaker.allows_call()
    assert breaker.allows_call() is not single_probe, "a single probe holds the other callers back"
    assert breaker.succeeded()
    assert not breaker.succeeded()
    assert breaker.allows_call()
    assert breaker.allows_call()


def test_a_single_probe_that_never_reports_is_followed_by_another() -> None:
    clock = Clock()
    breaker = CircuitBreaker(5, single_probe=True, clock=clock)
    breaker.failed()
    for _attempt in range(3):
        clock.now += 5
        assert breaker.allows_call()
        assert not breaker.allows_call()
