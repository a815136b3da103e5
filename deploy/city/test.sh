# ./city test: sets up what the tests need, runs every project, and ends with one true line.

city_test() {
  local hardware=
  if [ "${1:-}" = --hardware ]; then hardware=1; shift; fi
  need_dotnet
  need_packages mosquitto mosquitto-clients libmosquitto1 chromium influxdb victoria-metrics prometheus-alertmanager libxml2-utils postgresql python3 curl openssl
  need_node
  need_kubectl
  local started passed=0 failed=0 skipped=0 broken=0 project
  started=$(now_ms)
  build Release SmartCity.sln
  if [ -n "$hardware" ]; then
    case $(uname -m) in x86_64) ;; *) fail "the emulated machine is an x86_64 one with this machine's own .NET" 2 ;; esac
    make_hardware
    [ $# -gt 0 ] || set -- Hardware
  fi
  mkdir -p "$state/test"
  for project in $(test_projects "$@"); do
    run_suite "$(basename "$project" .csproj)" "$project"
    # One suite for the twins, whatever hosts them: a second time on the other engine, where that is compiled in.
    if [[ $project == */CityHub.Silo.Tests.csproj ]] && grep -qs '<HoldsOrleans>true' "$here/optional.props"; then
      CITYHUB_TEST_ENGINE=Orleans run_suite "twins on Orleans" "$project" --filter "$both_engines"
    fi
  done
  failed=$((failed + broken))
  say "tests took $(seconds $(($(now_ms) - started))); logs in .city/test"
  say "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# What specifies a hub as a whole; the rest of its tests know no engine.
both_engines='(FullyQualifiedName~Tests.Twins|FullyQualifiedName~Tests.Telemetry)&FullyQualifiedName!~ClusterTests'

run_suite() { # NAME PROJECT OPTION…
  local name=$1 project=$2 log=$state/test/$1.log good bad; shift 2
  printf '%-28s' "$name"
  # The exit status is judged below, with the counts: a run that ends without a count is a failure of its own.
  # Normal verbosity: below it, the lines that a test writes to the console (what was left out, and why) are swallowed.
  timeout 1500 dotnet test "$project" -c Release --no-build --blame-hang-timeout 10m --results-directory "$state/test/results" --logger "console;verbosity=normal" "$@" >"$log" 2>&1 || true
  if grep -qE '^Test Run (Successful|Failed)' "$log"; then
    good=$(counted Passed "$log"); bad=$(counted Failed "$log")
    failed=$((failed + bad)); passed=$((passed + good)); skipped=$((skipped + $(counted Skipped "$log")))
    say "$good passed, $bad failed, $(counted Skipped "$log") skipped"
    if [ "$bad" -gt 0 ]; then grep -E '^\s+(Failed |Error Message|Assert|Expected|Actual)|\[FAIL\]' -A 6 "$log" | head -n 60 || true; fi
  else
    broken=$((broken + 1))
    say "did not finish"; tail -n 30 "$log"
  fi
  grep -hE '^ *(city|unproven): ' "$log" | sort -u || true
}

counted() { # WHAT LOG
  local n; n=$(sed -nE "s/^ +$1: ([0-9]+)$/\\1/p" "$2" | tail -n 1)
  echo "${n:-0}"
}

test_projects() {
  local all name
  all=$(find tests -name '*.csproj' | sort)
  if [ $# -eq 0 ]; then grep -LE '<IsTestProject>false' $all | grep -v '/Hardware\.csproj$'; return; fi
  for name in "$@"; do
    printf '%s\n' $all | grep -E "/$name\.csproj$" || fail "no test project $name" 2
  done
}
