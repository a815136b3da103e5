# ./city import: what was collected by hand at a node that no network reaches, through the ledger of a hub that runs.

city_import() { # ARCHIVE --broker HOST:PORT [--credentials FILE]
  [ $# -ge 1 ] && [ -f "$1" ] || fail "import wants an archive that SensorNode export made, and --broker HOST:PORT" 2
  need_dotnet
  need_packages libmosquitto1
  build Release edge/SensorNode
  exec dotnet "$(dll node)" import "$@"
}
