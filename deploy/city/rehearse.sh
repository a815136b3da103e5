# ./city rehearse: what other rules would have made of a running hub's stored past.

city_rehearse() {
  local folder= from= to= address= key_file=$state/up/hub/first-key answer status
  while [ $# -gt 0 ]; do case $1 in
    --from) [ $# -ge 2 ] || fail "--from wants an instant" 2; from=$2; shift 2 ;;
    --to) [ $# -ge 2 ] || fail "--to wants an instant" 2; to=$2; shift 2 ;;
    --hub) [ $# -ge 2 ] || fail "--hub wants an address" 2; address=$2; shift 2 ;;
    --key-file) [ $# -ge 2 ] || fail "--key-file wants a file" 2; key_file=$2; shift 2 ;;
    -*) fail "rehearse: no such option: $1" 2 ;;
    *) [ -z "$folder" ] || fail "rehearse wants one folder of rule files" 2; folder=$1; shift ;;
  esac; done
  [ -n "$folder" ] && [ -d "$folder" ] || fail "rehearse wants a folder of rule files" 2
  [ -n "$from" ] && [ -n "$to" ] || fail "rehearse wants --from and --to, such as 2026-11-23T00:00:00Z" 2
  [ -n "$address" ] || { [ -r "$state/up.address" ] && address=$(cat "$state/up.address"); } || fail "no ./city up is running; name a hub: --hub http://…" 2
  [ -r "$key_file" ] || fail "no key in $key_file; name one with --key-file" 2
  need_packages curl jq
  answer=$(mktemp)
  trap 'rm -f "$answer"' RETURN
  # The key goes by a file that curl reads: arguments can be seen by everybody on the machine.
  status=$(cd "$folder" && jq -n --arg from "$from" --arg to "$to" '{from: $from, to: $to, files: [inputs]}' \
      < <(for file in *.yaml; do jq -n --arg name "$file" --rawfile text "$file" '{name: $name, text: $text}'; done) |
    curl -sS --max-time 600 -o "$answer" -w '%{http_code}' -H 'Content-Type: application/json' -H @<(printf 'Authorization: Bearer %s' "$(cat "$key_file")") \
      --data-binary @- "$address/v1/rules/rehearsals") || fail "the hub at $address does not answer"
  if [ "$status" != 200 ]; then
    jq -r '"\(.title): \(.detail)", (.errors[]? | "  \(.field): \(.detail)")' "$answer" >&2
    return 1
  fi
  jq -r '
    def when: "\(.raisedAt // .firstBreachAt) to \(.clearedAt // "…")\(if .called then "" else ", nobody called" end)";
    def line(mark): "\(mark) \(.rule)  \(.subject)  \(.severity)  \(when)";
    "\(.readings) readings; \(.same) episodes alike, \(.addedCount) added, \(.removedCount) removed, \(.movedCount) moved",
    (.added[] | line("+")), (.removed[] | line("-")),
    (.moved[] | "~ \(.after.rule)  \(.after.subject)  \(.before.severity) \(.before | when)  ->  \(.after.severity) \(.after | when)")' "$answer"
}
