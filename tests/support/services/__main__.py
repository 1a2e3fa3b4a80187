"""`make services`: run the suite's servers until Ctrl-C."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from tests.support.services import running_services

KEPT = Path("var/services.env")


def main() -> None:
    with running_services() as found:
        exports = "".join(f"export {name}={address}\n" for name, address in found.environment.items())
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_text(exports)
        print(exports)
        if found.missing:
            print(f"not to be had here: {found.not_tested()}", file=sys.stderr)
        print(f"In another terminal: . {KEPT}    (Ctrl-C here stops them.)", file=sys.stderr, flush=True)
        try:
            signal.pause()
        finally:
            KEPT.unlink(missing_ok=True)


try:
    main()
except KeyboardInterrupt:
    print("Stopped.", file=sys.stderr)
