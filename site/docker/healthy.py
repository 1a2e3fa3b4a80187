"""Exits 0 when this container's own server answers its health page."""

import os
import urllib.request

HOST = os.environ["ALLOWED_HOSTS"].split(",")[0]
request = urllib.request.Request(
    "http://127.0.0.1:8000/health/", headers={"Host": HOST, "X-Forwarded-Proto": "https"}
)
urllib.request.urlopen(request, timeout=4)  # noqa: S310
