"""One running topology for all these tests, started once and after the rest of the suite."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.services.machine import Unavailable
from tests.topology.harness import Topology, running
from tests.topology.harness.people import Scene, prepare
from tests.topology.harness.report import Report


@pytest.fixture(scope="session")
def topology() -> Iterator[Topology]:
    try:
        starting = running()
        with starting as started:
            yield started
    except Unavailable as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must be able to run the compose file natively: {reason}", pytrace=False)
        pytest.skip(f"not tested here: the topology ({reason})")


@pytest.fixture(scope="session")
def scene(topology: Topology) -> Scene:
    return prepare(topology)


@pytest.fixture(scope="session")
def report() -> Iterator[Report]:
    faults = Report()
    yield faults
    faults.write(Path("var") / "faults.md")
