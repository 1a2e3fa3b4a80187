"""Exits 0 when what this container is for is alive: its server answers, or its worker has been at it lately."""

import os
import time
import urllib.request
from pathlib import Path

SILENT = 60
"""Seconds."""

if heartbeat := os.environ.get("WORKER_HEARTBEAT"):
    silence = time.time() - Path(heartbeat).stat().st_mtime
    if silence > SILENT:
        raise SystemExit(f"Not heard of for {silence:.0f} s.")
else:
    address = f"http://127.0.0.1:{os.environ.get('PORT', 8000)}/health/live"
    urllib.request.urlopen(address, timeout=4)
