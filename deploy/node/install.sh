#!/usr/bin/env bash
# Installs a published SensorNode on this machine as a service of an unprivileged user.
#   sudo ./install.sh PUBLISHED NODE_FILE      PUBLISHED: the folder that `dotnet publish edge/SensorNode` made
# Run again it updates the program and leaves the node file and the outbox alone. With DESTDIR set it only lays the files out below it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${DESTDIR:-}
fail() { printf 'install: %s\n' "$*" >&2; exit 1; }

[ $# -eq 2 ] || fail "two arguments are wanted: the published folder and the node file"
published=$1 node_file=$2
[ -f "$published/SensorNode.dll" ] || fail "there is no SensorNode.dll in $published: dotnet publish edge/SensorNode -c Release -o $published"
[ -f "$node_file" ] || fail "there is no node file $node_file"
[ -n "$root" ] || [ "$(id -u)" -eq 0 ] || fail "run it with sudo"

command -v dotnet >/dev/null || fail "the .NET 10 runtime is missing: https://dotnet.microsoft.com/download"
if [ -z "$root" ]; then
  ldconfig -p | grep -q 'libmosquitto\.so\.1' || fail "the MQTT library is missing: apt-get install --no-install-recommends libmosquitto1"
fi
# Looked at before anything is touched: a node with a bad file would only restart for ever.
dotnet "$published/SensorNode.dll" check "$node_file" --outbox /var/lib/sensornode/outbox

if [ -z "$root" ]; then
  id -u sensornode >/dev/null 2>&1 || useradd --system --home-dir /var/lib/sensornode --shell /usr/sbin/nologin sensornode
  for group in i2c gpio dialout; do
    getent group "$group" >/dev/null || groupadd --system "$group"
    usermod -aG "$group" sensornode
  done
fi

install -d -m 0755 "$root/opt/sensornode" "$root/etc/systemd/system"
install -d -m 0750 "$root/etc/sensornode" "$root/var/lib/sensornode"
cp -R "$published/." "$root/opt/sensornode/"
chmod -R u=rwX,go=rX "$root/opt/sensornode"
if [ -e "$root/etc/sensornode/node.yaml" ]; then printf '%s\n' "/etc/sensornode/node.yaml is kept as it is"
else install -m 0640 "$node_file" "$root/etc/sensornode/node.yaml"; fi
install -m 0644 "$here/sensornode.service" "$root/etc/systemd/system/sensornode.service"
[ -z "$root" ] || exit 0

chown root:sensornode /etc/sensornode /etc/sensornode/node.yaml
chown sensornode:sensornode /var/lib/sensornode
systemctl daemon-reload
systemctl enable --now sensornode.service
printf '%s\n' "running; see:  journalctl -u sensornode -f"
