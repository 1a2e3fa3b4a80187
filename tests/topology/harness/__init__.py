"""The compose file without an engine: its services as processes of this machine.

    with running() as topology:
        topology.address                 # the proxy's, over TLS
        topology["web-1"].kill()         # SIGKILL to all of it; comes back by itself, as Docker would have it
        topology["postgres"].wait()      # until its own health check says so

Commands, environments, health checks, restart policies, copies and dependencies are read from `docker-compose.yml`, the
environment of the image from the Dockerfile, the proxy's configuration from its own folder. What differs is said once,
in `native`: addresses, folders, and where programs live.
"""

from tests.topology.harness.native import Topology, running
from tests.topology.harness.parts import Part

__all__ = ["Part", "Topology", "running"]
