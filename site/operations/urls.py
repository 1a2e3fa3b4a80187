from __future__ import annotations

from django.urls import path

from operations.observability import health, metrics

probes = [
    path("health/live", health.live_probe, name="health_live"),
    path("health/ready", health.ready_probe, name="health_ready"),
    path("metrics", metrics.metrics, name="metrics"),
]
"""For monitoring. `ObservedMiddleware` answers them before all other middleware, so they need no known host name, no
encryption, no session and no database."""

urlpatterns = [path("health/", health.health, name="health"), *probes]
