# ./city up: the sample city on this machine, until Ctrl-C.

city_up() {
  local port=8080 keep= timeline=sqlite profile=own store=() devices=() dir=$state/up broker_port influx_port department_port started ready_at node files=()
  while [ $# -gt 0 ]; do case $1 in
    --port) [ $# -ge 2 ] || fail "--port wants a number" 2; port=$2; shift 2 ;;
    --keep) keep=1; shift ;;
    --timeline) [ $# -ge 2 ] || fail "--timeline wants sqlite or influxdb" 2; timeline=$2; shift 2 ;;
    --profile) [ $# -ge 2 ] || fail "--profile wants own or managed" 2; profile=$2; shift 2 ;;
    *) fail "up: no such option: $1" 2 ;;
  esac; done
  [[ $port =~ ^[0-9]+$ ]] && [ "$port" -ge 1024 ] && [ "$port" -le 65000 ] || fail "--port wants a number from 1024 to 65000, not $port" 2
  [[ $timeline =~ ^(sqlite|influxdb)$ ]] || fail "--timeline wants sqlite or influxdb, not $timeline" 2
  [[ $profile =~ ^(own|managed)$ ]] || fail "--profile wants own or managed, not $profile" 2
  [ "$profile" = own ] || need_optional MqttNet Orleans DeviceGpio InfluxClient
  only_one up
  need_dotnet
  need_packages mosquitto libmosquitto1
  [ "$timeline" = sqlite ] || need_packages influxdb
  [ "$profile" = own ] || need_packages victoria-metrics
  build Release hub/CityHub.Api edge/SensorNode samples/Department
  [ -n "$keep" ] || rm -rf "$dir"
  mkdir -p "$dir/nodes"
  trap stop_all EXIT
  trap 'exit 0' INT TERM

  started=$(now_ms)
  broker_port=$(free_port 18830)
  start_broker "$dir/broker" "$broker_port"
  say "broker      mqtt://127.0.0.1:$broker_port"

  if [ "$timeline" = influxdb ]; then
    influx_port=$(free_port 18086)
    start_influxdb "$dir/influxdb" "$influx_port"
    say "InfluxDB    http://127.0.0.1:$influx_port  databases city_raw, city_1m, city_1h"
    store=(--Timeline:Store=Influx --Influx:Url="http://127.0.0.1:$influx_port" --Influx:Gzip=false)
  fi

  if [ "$profile" = managed ]; then
    influx_port=$(free_port 18428)
    launch victoria "$dir/victoria.log" victoria-metrics -storageDataPath="$dir/victoria" -httpListenAddr="127.0.0.1:$influx_port" -retentionPeriod=1
    wait_until 20 "VictoriaMetrics" "$dir/victoria.log" listening "$influx_port"
    say "packages    Orleans hosts the twins, MQTTnet speaks to the broker, System.Device.Gpio and Iot.Device.Bindings read the chips,"
    say "            InfluxDB.Client writes a copy of every reading to VictoriaMetrics at http://127.0.0.1:$influx_port/vmui"
    store+=(--Engine:Kind=Orleans --Engine:SiloPort="$(free_port 21111)" --Mqtt:Client=MqttNet --Export:Url="http://127.0.0.1:$influx_port" --Export:Dialect=V2 --Export:Client=Managed)
    devices=(--devices managed)
  fi

  port=$(free_port "$port")
  start_hub "$dir/hub" "$port" "$broker_port" --Rules:Directory="$here/rules" "${store[@]}"
  say "hub         ready in $(seconds $(($(now_ms) - started)))"
  ready_at=$(now_ms)

  department_port=$(free_port 18090)
  start_department "$dir/department" "$department_port" "$port" "$dir/hub/first-key"
  for node in "$here"/deploy/sample-city/nodes/*.yaml; do
    files+=("$node")
    launch node "$dir/nodes/$(basename "$node" .yaml).log" dotnet "$(dll node)" run "$node" --broker "127.0.0.1:$broker_port" \
      --outbox "$dir/nodes/$(basename "$node" .yaml)" --witness "$dir/witness/$(basename "$node" .yaml)" "${devices[@]}"
  done
  say "city        ${#files[@]} nodes, 60 sensors, 3 districts"
  printf 'http://127.0.0.1:%s' "$port" >"$state/up.address"
  say ""
  say "  alert desk    http://127.0.0.1:$port/        key: $(cat "$dir/hub/first-key")"
  say "  API           http://127.0.0.1:$port/openapi/v1.json"
  say "  metrics       http://127.0.0.1:$port/metrics"
  say "  logs          ${dir#"$here"/}"
  say ""
  say "waiting for the first delivered alert …"
  wait_until 60 "the first alert" "$dir/department/department.log" grep -q 'VERIFIED' "$dir/department/department.log"
  say "first alert delivered $(seconds $(($(now_ms) - ready_at))) after the hub was ready; what the department receives:"
  say ""
  follow "$dir/department/department.log"
}

# Whether what needs optional packages was compiled in; says what to do about it.
need_optional() { # NAME…
  local name
  for name in "$@"; do
    grep -qs "<Holds$name>true" "$here/optional.props" || fail "this build has no $name: run ./city setup, which says whether the package sources hold what it needs" 2
  done
}

start_influxdb() { # DIR PORT
  local program; program=$(command -v influxd) || fail "influxdb is not installed"
  mkdir -p "$1"
  cat >"$1/influxdb.conf" <<CONF
# The sample city's own InfluxDB: loopback only, nobody asked for a name.
reporting-disabled = true
bind-address = "127.0.0.1:$(free_port $(($2 + 1)))"
[meta]
  dir = "$1/meta"
[data]
  dir = "$1/data"
  wal-dir = "$1/wal"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:$2"
  log-enabled = false
[monitor]
  store-enabled = false
[continuous_queries]
  enabled = false
CONF
  influx=("$1/influxd.log" "$program" -config "$1/influxdb.conf")
  launch influxdb "${influx[@]}"
  influx_pid=${pids[-1]}
  wait_until 20 "InfluxDB" "$1/influxd.log" listening "$2"
}

# As its service manager would: whoever kills the store sees what the city does without it. Five times a run.
restart_influxdb() {
  local i left=()
  [ "${influx_starts:=0}" -lt 5 ] || return 1
  wait "$influx_pid" 2>/dev/null || true
  influx_starts=$((influx_starts + 1))
  for i in "${pids[@]}"; do [ "$i" = "$influx_pid" ] || left+=("$i"); done
  pids=("${left[@]}")
  say "InfluxDB ended; it is started again in 5 s, and readings wait on disk"
  read -rt 5 <> <(:) || true
  launch influxdb "${influx[@]}"
  influx_pid=${pids[-1]}
}

start_hub() { # DIR PORT BROKER_PORT OPTION…
  local dir=$1 port=$2 broker=$3; shift 3
  mkdir -p "$dir"
  # The collector's youngest generation at 16 MiB: by default it is as large as the processor's cache, and pauses grow with it.
  launch hub "$dir/hub.log" dotnet "$(dll hub)" --Api:Listen="127.0.0.1:$port" --Api:FirstKeyFile="$dir/first-key" --Mqtt:Port="$broker" \
    --Stores:Directory="$dir/data" --Webhooks:AllowedNetworks:0=127.0.0.0/8 "$@"
  hub_pid=${pids[-1]}
  wait_until 30 "the hub" "$dir/hub.log" ready "$port"
}

start_department() { # DIR PORT HUB_PORT KEY_FILE
  mkdir -p "$1"
  launch department "$1/department.log" dotnet "$(dll department)" --port "$2" --subscribe "http://127.0.0.1:$3" --key-file "$4"
  wait_until 20 "the department" "$1/department.log" listening "$2"
}

# Prints a growing file until one of our processes ends or Ctrl-C.
follow() {
  local pid line
  exec 8<"$1"
  while :; do
    while IFS= read -r line <&8; do say "$line"; done
    for pid in "${pids[@]}"; do
      kill -0 "$pid" 2>/dev/null && continue
      [ "$pid" = "${influx_pid-}" ] && restart_influxdb && break
      fail "a process of the city ended by itself; see the logs in ${state#"$here"/}/up"
    done
    read -rt 0.2 <> <(:) || true
  done
}
