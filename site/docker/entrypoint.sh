#!/bin/sh
# One image, one role to a container: migrate, web, live, worker; anything else is run as it stands.
set -eu
cd "$(dirname "$0")/../.."
# Prometheus' library opens files there as soon as it is imported.
[ -z "${PROMETHEUS_MULTIPROC_DIR:-}" ] || mkdir -p "$PROMETHEUS_MULTIPROC_DIR"
case "${1:-web}" in
  migrate) exec python site/manage.py migrate --noinput ;;
  web)
    exec granian --interface wsgi --host "${HOST:-0.0.0.0}" --port "${PORT:-8000}" --workers "${WEB_WORKERS:-2}" \
      --blocking-threads "${WEB_THREADS:-4}" --respawn-failed-workers --respawn-interval 0.5 \
      --workers-kill-timeout 20s --no-ws config.wsgi:application
    ;;
  live)
    # Frames are sent uncompressed: compression costs 100 kB for each reader.
    exec uvicorn config.asgi:application --host "${HOST:-0.0.0.0}" --port "${PORT:-8000}" --lifespan off \
      --ws community.live.server:ReadOnlyProtocol --ws-max-size 1024 --no-access-log --no-server-header \
      --ws-per-message-deflate false --timeout-graceful-shutdown 5
    ;;
  worker) exec python site/manage.py worker ;;
  *) exec "$@" ;;
esac
