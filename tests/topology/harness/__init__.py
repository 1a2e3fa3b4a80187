"""The compose file without an engine: its services as processes of this machine.

    with running() as topology:
        topology.address                 # the proxy's, over TLS
        topology["web-1"].kill()         # SIGKILL to all its processes; it restarts as in Docker
        topology["postgres"].wait()      # until its own health check succeeds

Commands, environments, health checks, restart policies, copies and dependencies are read from `docker-compose.yml`,
the environment of the image from the Dockerfile, the proxy's configuration from its own folder. `native` contains all
differences: addresses, folders and the paths of programs.
"""

from tests.topology.harness.native import Topology, running
from tests.topology.harness.parts import Part

__all__ = ["Part", "Topology", "running"]
