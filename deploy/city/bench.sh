# ./city bench and ./city faults: figures and proof, each by a program of its own in tests/.

city_bench() {
  need_dotnet
  need_packages mosquitto libmosquitto1
  [ "${1:-}" != delivery ] || need_packages prometheus-alertmanager
  [ "${1-}" != timeline ] || need_packages influxdb
  [ "${1-}" != engine ] || need_optional Orleans
  need_node
  build Release tests/Bench hub/CityHub.Api edge/SensorNode
  exec dotnet tests/Bench/bin/Release/net10.0/Bench.dll "$@"
}

city_faults() {
  need_dotnet
  need_packages mosquitto libmosquitto1
  case " $* " in *" influxdb "*) need_packages influxdb ;; esac
  build Release tests/Faults hub/CityHub.Api edge/SensorNode
  exec dotnet tests/Faults/bin/Release/net10.0/Faults.dll "$@"
}
