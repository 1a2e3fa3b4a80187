"""Runs the benchmarks one after the other, with every server that is available."""

from __future__ import annotations

import importlib
import os
import pkgutil
import subprocess
import sys
from types import ModuleType

import bench
from bench.figures import NotHere, write
from tests.support.services import running_services

RUNNER = {"__main__", "crowd", "figures"}


def benchmarks() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if module.name not in RUNNER)


def run_one(name: str) -> None:
    """Run the benchmark in a separate process, so that no benchmark warms up the next."""
    module: ModuleType = importlib.import_module(f"bench.{name}")
    try:
        figures = list(module.measure())
    except NotHere as reason:
        print(f"not measured here: {name} ({reason})")
        return
    print(write(name, (module.__doc__ or "").strip(), figures).read_text())


def main(wanted: list[str]) -> int:
    if unknown := set(wanted) - set(benchmarks()):
        print(
            f"No such benchmark: {', '.join(sorted(unknown))}. There are: {', '.join(benchmarks())}.",
            file=sys.stderr,
        )
        return 2
    with running_services() as found:
        environment = {**os.environ, **found.environment}
        statuses = [
            subprocess.run(
                [sys.executable, "-m", "bench", "--only", name], env=environment, check=False
            ).returncode
            for name in wanted or benchmarks()
        ]
    return max(statuses, default=0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--only"]:
        run_one(sys.argv[2])
    else:
        sys.exit(main(sys.argv[1:]))
