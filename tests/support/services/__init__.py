"""The servers the suite talks to: found or started on free ports, stopped with whoever asked.

    with running_services() as found:
        found.environment   # DATABASE_URL, REDIS_URL, ELASTICSEARCH_URL, CHROMIUM: what could be had
        found.missing       # {"Elasticsearch": "no Java 17"}: what could not, and why

An address that already stands in the environment is used as it is. Else a Docker engine that answers runs the
compose file's own services, else native servers run in a temporary directory, as a user other than root.
"""

from tests.support.services.running import Found, running_services

__all__ = ["Found", "running_services"]
