#!/bin/sh
# Serves TLS where /certificates holds fullchain.pem and privkey.pem; else speaks plainly to a proxy in front of it,
# whose addresses TRUSTED_PROXIES names (with spaces between): only from there is X-Forwarded-For believed.
set -eu
mode=plain
if [ -r /certificates/fullchain.pem ] && [ -r /certificates/privkey.pem ]; then mode=tls; fi
mkdir -p /tmp/proxy
cp "/etc/samverka/$mode.conf" /tmp/proxy/server.conf
for address in ${TRUSTED_PROXIES:-}; do echo "set_real_ip_from $address;"; done >/tmp/proxy/trusted.conf
exec nginx -e stderr -c /etc/samverka/nginx.conf -g "daemon off;"
