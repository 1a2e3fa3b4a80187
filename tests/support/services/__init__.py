"""The servers that the suite uses: found, or started on free ports and stopped with the caller.

    with running_services() as found:
        found.environment   # DATABASE_URL, REDIS_URL, ELASTICSEARCH_URL, CHROMIUM: the available ones
        found.missing       # {"Elasticsearch": "no Java 17"}: the missing ones, and why

An address in the environment is used unchanged. Otherwise a running Docker engine starts the compose file's own
services. Without Docker, native servers run in a temporary directory, as a user other than root.
"""

from tests.support.services.running import Found, running_services

__all__ = ["Found", "running_services"]
