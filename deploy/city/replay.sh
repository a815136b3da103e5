# ./city replay: real station data through the same wire, into a hub of its own whose city clock follows the data.

city_replay() {
  local folder=${1:-} dir=$state/replay port broker_port department_port
  [ -n "$folder" ] && [ -d "$folder" ] || fail "replay wants a folder of station files (YYYY-MM/Station.csv)" 2
  folder=$(cd "$folder" && pwd); shift
  only_one replay
  need_dotnet
  need_packages mosquitto libmosquitto1
  build Release hub/CityHub.Api edge/SensorNode samples/Department
  rm -rf "$dir"; mkdir -p "$dir"
  trap stop_all EXIT
  trap 'exit 0' INT TERM
  broker_port=$(free_port 18840)
  start_broker "$dir/broker" "$broker_port"
  port=$(free_port 8090)
  # The limit on old stamps goes by this machine's clock, and recorded data only grow older.
  start_hub "$dir/hub" "$port" "$broker_port" --Rules:Directory="$here/rules/replay" --Hub:Clock=Data --Hub:PastLimit=36500.00:00:00 --Hub:AnswerInterval=00:00:00.250
  department_port=$(free_port 18190)
  start_department "$dir/department" "$department_port" "$port" "$dir/hub/first-key"
  say "alert desk    http://127.0.0.1:$port/        key: $(cat "$dir/hub/first-key")"
  dotnet "$(dll node)" replay "$folder" --broker "127.0.0.1:$broker_port" "$@"
  say "what the department received:"
  cat "$dir/department/department.log"
}
