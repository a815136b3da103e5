#!/usr/bin/env bash
# Makes what compose.yaml needs to know and nobody else may: random passwords and tokens, a certificate authority of this desk's own and the broker's certificate.
# Run again it keeps what is there. `./make-secrets.sh node NAME` adds a node's name and password.
set -euo pipefail
umask 077
cd "$(dirname "${BASH_SOURCE[0]}")"
mkdir -p secrets
made() { [ -s "secrets/$1" ]; }
random() { openssl rand -hex 24; }

for name in hub_password postgres_password influx_password influx_token grafana_password; do
  made "$name" || random >"secrets/$name"
done
made broker_users || printf 'cityhub:%s\n' "$(cat secrets/hub_password)" >secrets/broker_users
made ca.crt || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=CityHub desk CA" -keyout secrets/ca.key -out secrets/ca.crt 2>/dev/null
if ! made broker.crt; then
  # Names under which nodes may reach this machine.
  names="DNS:localhost,DNS:broker,DNS:$(hostname),IP:127.0.0.1${CITYHUB_BROKER_NAMES:+,$CITYHUB_BROKER_NAMES}"
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=broker" -keyout secrets/broker.key -out secrets/broker.csr 2>/dev/null
  openssl x509 -req -in secrets/broker.csr -CA secrets/ca.crt -CAkey secrets/ca.key -CAcreateserial -days 825 -out secrets/broker.crt \
    -extfile <(printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$names") 2>/dev/null
  rm -f secrets/broker.csr
fi
printf 'CITYHUB_INFLUX_TOKEN=%s\n' "$(cat secrets/influx_token)" >.env

if [ "${1:-}" = node ]; then
  [[ ${2:-} =~ ^[A-Za-z0-9_-]{1,64}$ ]] || { echo "usage: $0 node NAME   (letters, digits, - and _)" >&2; exit 2; }
  if ! grep -q "^$2:" secrets/broker_users; then
    random >"secrets/node-$2"
    printf '%s:%s\n' "$2" "$(cat "secrets/node-$2")" >>secrets/broker_users
  fi
  echo "node $2: user $2, password in secrets/node-$2, CA in secrets/ca.crt; then: docker compose restart broker"
fi
# The containers run as users of their own and read these files as they lie here; the folder itself stays closed to others.
chmod 0700 secrets
chmod 0644 secrets/*
chmod 0600 secrets/ca.key .env
