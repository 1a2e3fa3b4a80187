"""Runs a module in a child process with limits of memory and processor time.

It is used for readers of untrusted files. A few bytes in such a file can ask for gigabytes of memory, and native code
can end its process instead of raising an exception.

`python -m core.confined MEMORY SECONDS MODULE …` is that child. It sets its limits before it imports the module.
"""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Generator

try:
    import resource
except ImportError:  # Windows has no such limits.
    resource = None  # type: ignore[assignment]


OUT_OF_MEMORY = 12
"""Exit status of a child whose Python could not allocate memory. Native code ends with a signal instead."""


class ChildFailed(Exception):
    """The child failed. `status` is its exit status; a negative one is the signal that ended it."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"the child ended with status {status}")

    @property
    def met_a_limit(self) -> bool:
        return self.status < 0 or self.status == OUT_OF_MEMORY


def run_confined(
    module: str, *arguments: str, memory: int, seconds: int, longest_line: int, most: int
) -> Generator[bytes]:
    """Yield the lines that the module prints. Closing the iterator ends the child.

    `memory` is in bytes. `seconds` are processor time: a child that waits for the processor, or until its lines are
    read, uses none. A child that prints a line longer than `longest_line`, or more than `most` bytes, is ended, because
    its output must not fill this process's memory. Raises `ChildFailed` after the last line when the child did not end
    with status 0.
    """
    command = [sys.executable, "-m", __name__, str(memory), str(seconds), module, *arguments]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        try:
            while child.stdout and (line := child.stdout.readline(longest_line + 1)):
                most -= len(line)
                if len(line) > longest_line or most < 0:
                    child.kill()
                    break
                yield line
        except GeneratorExit:
            child.kill()
            raise
    if child.returncode:
        raise ChildFailed(child.returncode)


def main() -> None:
    memory, seconds, module, *arguments = sys.argv[1:]
    if resource:
        resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.argv = [module, *arguments]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)


if __name__ == "__main__":
    main()
