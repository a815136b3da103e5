# ./city test: sets up what the tests need, runs every project, and ends with one true line.

city_test() {
  need_dotnet
  need_packages mosquitto mosquitto-clients libmosquitto1 chromium
  need_node
  local started passed=0 failed=0 skipped=0 broken=0 project log line name
  started=$(now_ms)
  build Release SmartCity.sln
  mkdir -p "$state/test"
  for project in $(test_projects "$@"); do
    name=$(basename "$project" .csproj)
    log=$state/test/$name.log
    printf '%-28s' "$name"
    # The exit status is judged below, with the counts: a run that ends without a count is a failure of its own.
    timeout 1500 dotnet test "$project" -c Release --no-build --blame-hang-timeout 10m --results-directory "$state/test/results" >"$log" 2>&1 || true
    line=$(grep -E '^(Passed!|Failed!)' "$log" | tail -n 1 || true)
    if [[ $line =~ Failed:\ *([0-9]+),\ Passed:\ *([0-9]+),\ Skipped:\ *([0-9]+) ]]; then
      failed=$((failed + BASH_REMATCH[1])); passed=$((passed + BASH_REMATCH[2])); skipped=$((skipped + BASH_REMATCH[3]))
      say "${BASH_REMATCH[2]} passed, ${BASH_REMATCH[1]} failed, ${BASH_REMATCH[3]} skipped"
      if [ "${BASH_REMATCH[1]}" -gt 0 ]; then grep -E '^\s+(Failed |Error Message|Assert|Expected|Actual)|\[FAIL\]' -A 6 "$log" | head -n 60 || true; fi
    else
      broken=$((broken + 1))
      say "did not finish"; tail -n 30 "$log"
    fi
    grep -hE '^ *(city|unproven): ' "$log" | sort -u || true
  done
  failed=$((failed + broken))
  say "tests took $(seconds $(($(now_ms) - started))); logs in .city/test"
  say "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

test_projects() {
  local all name
  all=$(find tests -name '*.csproj' | sort)
  if [ $# -eq 0 ]; then grep -LE '<IsTestProject>false' $all; return; fi
  for name in "$@"; do
    printf '%s\n' $all | grep -E "/$name\.csproj$" || fail "no test project $name" 2
  done
}
