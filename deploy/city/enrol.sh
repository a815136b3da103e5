# ./city enrol, revoke, rotate, enrolled: who may speak on the city's broker. The city is its own certificate authority; a node's certificate is its
# identity, and the broker's access list lets it say its own words and hear its own commands, verb by verb. Secrets lie in files of mode 0600,
# never in an argument, and are printed by nothing but --qr.

enrol_usage() {
  cat <<'TEXT'
./city enrol NODE --group G [--site S] [--district D] [--broker HOST[:PORT]] [--out DIR] [--qr]
                              make a node's own credentials and let it onto the broker; prints the file that goes onto its card
./city rotate NODE --group G  new credentials for an enrolled node; the old ones end
./city revoke NODE --group G  its credentials end
./city enrolled               who is enrolled, since when, until when

        --state DIR           where authority, access list and cards lie (default .city/enrolment)
        --broker HOST[:PORT]  what nodes connect to; asked for at the first enrolment, kept after it (port 8883)
        --out DIR             where the card's file is put, as GROUP/NODE.pem (default STATE/cards)
        --qr                  show the card's file as QR codes too (package qrencode): whoever sees them has the key
TEXT
}

# Reads the options that the four commands share into: node group site district broker out qr estate
enrol_options() {
  node= group= site= district= broker= out= qr= estate=$state/enrolment
  while [ $# -gt 0 ]; do
    case $1 in
      --group | --site | --district | --broker | --out | --state)
        [ $# -ge 2 ] && [ -n "$2" ] || fail "$1 wants a value" 2
        case $1 in --state) estate=$2 ;; --out) out=$2 ;; *) printf -v "${1#--}" '%s' "$2" ;; esac
        shift 2 ;;
      --qr) qr=1; shift ;;
      --help) enrol_usage; exit 0 ;;
      -*) enrol_usage >&2; fail "no such option: $1" 2 ;;
      *) [ -z "$node" ] || fail "one node at a time: $node, $1" 2; node=$1; shift ;;
    esac
  done
  local wrong=()
  [ -z "${node_wanted:-}" ] || enrol_name NODE "$node"
  [ -z "${node_wanted:-}" ] || enrol_name --group "$group"
  [ -z "$site" ] || enrol_name --site "$site"
  [ -z "$district" ] || enrol_name --district "$district"
  # A certificate's common name holds 64 characters (RFC 5280, ub-common-name); the card's number takes up to six of them.
  [ $((${#group} + ${#node})) -le 57 ] || wrong+=("group and node have more than 57 characters together")
  if [ -n "$broker" ] && ! [[ $broker =~ ^[A-Za-z0-9._-]+(:[0-9]{1,5})?$ ]]; then wrong+=("--broker: HOST or HOST:PORT is expected, not '$broker'"); fi
  [ ${#wrong[@]} -eq 0 ] || { printf 'city: %s\n' "${wrong[@]}" >&2; exit 2; }
  command -v openssl >/dev/null || need_packages openssl
  umask 077
  [ -z "$out" ] || { mkdir -p "$out"; out=$(cd "$out" && pwd); }
  mkdir -p "$estate"
  estate=$(cd "$estate" && pwd)
  chmod 711 "$estate"  # the broker's user goes through it to its own files; all else within is the owner's alone
  exec 7>"$estate/lock"; flock 7
}

enrol_name() { # WHAT VALUE
  if [ -z "$2" ]; then wrong+=("$1 is missing")
  elif ! [[ $2 =~ ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$ ]]; then wrong+=("$1: '$2' is no name: 1 to 64 of a-z, 0-9, '.', '-', '_', beginning with a letter or digit"); fi
}

# --- the authority -------------------------------------------------------------------------------------------------

# Valid from 2020 on: a Pi without a clock believes for some seconds that it is years ago, and must be able to connect even so.
authority_from=20200101000000Z

authority() {
  local dir=$estate/authority
  [ -s "$dir/ca.pem" ] && return
  mkdir -p "$dir/issued"
  : >"$dir/index.txt"; echo 01 >"$dir/crlnumber"
  echo 'unique_subject = no' >"$dir/index.txt.attr"
  cat >"$dir/openssl.cnf" <<CNF
[ca]
default_ca = city
[city]
database = $dir/index.txt
new_certs_dir = $dir/issued
certificate = $dir/ca.pem
private_key = $dir/ca.key
crlnumber = $dir/crlnumber
default_md = sha256
default_crl_days = 3650
policy = named
rand_serial = yes
copy_extensions = none
[named]
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[client]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
[req]
distinguished_name = dn
[dn]
CNF
  key "$dir/ca.key"
  openssl req -new -config "$dir/openssl.cnf" -key "$dir/ca.key" -subj "/CN=CityHub authority" -out "$dir/ca.csr" 2>"$dir/log" &&
    openssl ca -batch -config "$dir/openssl.cnf" -selfsign -keyfile "$dir/ca.key" -in "$dir/ca.csr" -out "$dir/ca.pem.new" -notext \
      -extensions authority -startdate $authority_from -enddate 20491231235959Z 2>>"$dir/log" || authority_failed
  mv "$dir/ca.pem.new" "$dir/ca.pem"
  revocations
}

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>>"$estate/authority/log" || authority_failed; }

authority_failed() { tail -n 5 "$estate/authority/log" >&2; fail "openssl refused; its words are above"; }

# Signs CN $2 for $3 (an extension section, or for a broker its names) into $1.pem with key $1.key.
sign() { # PATH CN EXTENSIONS_FILE SECTION
  local dir=$estate/authority
  key "$1.key"
  openssl req -new -config "$dir/openssl.cnf" -key "$1.key" -subj "/CN=${2//\//\\/}" -out "$1.csr" 2>"$dir/log" &&
    openssl ca -batch -config "$dir/openssl.cnf" -in "$1.csr" -out "$1.pem" -notext -extfile "$3" -extensions "$4" \
      -startdate $authority_from -enddate "$(date -u -d '+10 years' +%Y%m%d%H%M%SZ)" 2>>"$dir/log" || authority_failed
  rm -f "$1.csr"
}

revocations() {
  openssl ca -config "$estate/authority/openssl.cnf" -gencrl -out "$estate/authority/crl.pem" 2>>"$estate/authority/log" || authority_failed
  mkdir -p "$estate/broker"
  publish "$estate/authority/crl.pem" "$estate/broker/crl.pem"
}

# Puts a file where the broker's user may read it: whole or not at all.
publish() { # FROM TO
  cp "$1" "$2.new"
  chmod 640 "$2.new"
  if [ "$(id -u)" -eq 0 ] && getent group mosquitto >/dev/null; then chgrp mosquitto "$2.new" "$(dirname "$2")"; chmod 750 "$(dirname "$2")"; fi
  mv "$2.new" "$2"
}

# --- the broker ----------------------------------------------------------------------------------------------------

broker_side() {
  local dir=$estate/broker host port name
  mkdir -p "$dir/run"
  # Mosquitto started by root writes its pid as the user that it becomes.
  if [ "$(id -u)" -eq 0 ] && getent group mosquitto >/dev/null; then chgrp mosquitto "$dir/run"; chmod 770 "$dir/run"; fi
  if [ -n "$broker" ]; then
    [[ $broker == *:* ]] || broker=$broker:8883
    if [ "$(cat "$estate/address" 2>/dev/null)" != "$broker" ]; then printf '%s\n' "$broker" >"$estate/address"; rm -f "$dir/broker.pem"; fi
  fi
  [ -s "$estate/address" ] || fail "the first enrolment wants --broker HOST[:PORT]: the name or address that nodes will connect to" 2
  IFS=: read -r host port <"$estate/address"
  if [ ! -s "$dir/broker.pem" ]; then
    [[ $host =~ ^[0-9.]+$ ]] && name=IP:$host || name=DNS:$host
    printf '[broker]\nbasicConstraints = critical, CA:FALSE\nkeyUsage = critical, digitalSignature\nextendedKeyUsage = serverAuth\nsubjectAltName = %s\n' "$name" >"$estate/authority/broker.ext"
    sign "$estate/authority/broker" "$host" "$estate/authority/broker.ext" broker
    publish "$estate/authority/broker.key" "$dir/broker.key"; publish "$estate/authority/broker.pem" "$dir/broker.pem"
    rm -f "$estate/authority/broker.key" "$estate/authority/broker.pem"
  fi
  publish "$estate/authority/ca.pem" "$dir/ca.pem"
  cat >"$estate/authority/mosquitto.conf" <<CONF
# Nodes and hub come with certificates that the city signed; nobody else is heard. Made by ./city enrol.
listener $port
cafile $dir/ca.pem
certfile $dir/broker.pem
keyfile $dir/broker.key
crlfile $dir/crl.pem
require_certificate true
use_identity_as_username true
# Nobody ends another's connection by taking its client id.
use_username_as_clientid true
tls_version tlsv1.2
allow_anonymous false
acl_file $dir/acl
# Bursts through Nagle's algorithm cost 5 ms at p99.
set_tcp_nodelay true
max_queued_messages 100000
pid_file $dir/run/mosquitto.pid
CONF
  publish "$estate/authority/mosquitto.conf" "$dir/mosquitto.conf"
}

# The access list from the list of the enrolled, verb by verb: what is not here is refused.
access_list() {
  local acl=$estate/authority/acl group node rest
  {
    printf '# Made by ./city enrol; changes are lost.\n\nuser cityhub\ntopic read spBv1.0/#\ntopic read senml/#\n'
    cut -f 1 "$estate/enrolled" | sort -u | while IFS= read -r group; do
      printf 'topic readwrite spBv1.0/STATE/cityhub-%s\ntopic write spBv1.0/%s/NCMD/+\ntopic write spBv1.0/%s/DCMD/+/+\n' "$group" "$group" "$group"
    done
    # A card's number is part of its name, so that an old card has no words left as soon as the broker has read this list again.
    while IFS=$'\t' read -r group node rest; do
      printf '\nuser %s/%s/%s\n' "$group" "$node" "${rest##*$'\t'}"
      printf 'topic write spBv1.0/%s/%s/%s\n' "$group" NBIRTH "$node" "$group" NDEATH "$node" "$group" NDATA "$node"
      printf 'topic write spBv1.0/%s/%s/%s/+\n' "$group" DBIRTH "$node" "$group" DDEATH "$node" "$group" DDATA "$node"
      printf 'topic read spBv1.0/%s/NCMD/%s\ntopic read spBv1.0/%s/DCMD/%s/+\n' "$group" "$node" "$group" "$node"
      printf 'topic read spBv1.0/STATE/cityhub-%s\ntopic write senml/%s/%s\n' "$group" "$group" "$node"
    done <"$estate/enrolled"
  } >"$acl"
  publish "$acl" "$estate/broker/acl"
  publish "$estate/enrolled" "$estate/broker/enrolled"
}

# A running broker reads access list and ended certificates again on SIGHUP. Should an ended card be let in until the next start all the same
# (seen once on a busy machine), it has neither a word to say nor one to hear.
tell_broker() {
  local pid; pid=$(cat "$estate/broker/run/mosquitto.pid" 2>/dev/null) || true
  if [ -n "$pid" ] && kill -HUP "$pid" 2>/dev/null; then say "broker      has read the list again (pid $pid)"
  else say "broker      start it, or have it read the list again: kill -HUP, systemctl reload mosquitto"; fi
}

# --- cards -----------------------------------------------------------------------------------------------------------

# One file, readable and PEM at once (RFC 7468 lets text stand before the first line of a block): the node's certificate, its key, the authority.
card() { # FILE CN WORDS…
  local file=$1 cn=$2; shift 2
  sign "$estate/authority/card" "$cn" "$estate/authority/openssl.cnf" client
  { printf '%s\n' "$@" "broker: $(cat "$estate/address")" "issued: $(date -u +%Y-%m-%dT%H:%M:%SZ)"
    cat "$estate/authority/card.pem" "$estate/authority/card.key" "$estate/authority/ca.pem"; } >"$file.new"
  mv "$file.new" "$file"
  rm -f "$estate/authority/card.pem" "$estate/authority/card.key"
}

is_enrolled() { [ -f "$estate/enrolled" ] && awk -F '\t' -v g="$group" -v n="$node" '$1 == g && $2 == n { found = 1 } END { exit !found }' "$estate/enrolled"; }

strike() {
  awk -F '\t' -v g="$group" -v n="$node" '!($1 == g && $2 == n)' "$estate/enrolled" >"$estate/enrolled.new"
  mv "$estate/enrolled.new" "$estate/enrolled"
}

# Every valid certificate of the name ends.
end_certificates() {
  local dir=$estate/authority serial
  # openssl's index writes a slash within a name as \/
  own="/CN=$group\/$node\/" awk -F '\t' '$1 == "V" && index($6, ENVIRON["own"]) == 1 { print $4 }' "$dir/index.txt" | while IFS= read -r serial; do
    openssl ca -config "$dir/openssl.cnf" -revoke "$dir/issued/$serial.pem" 2>>"$dir/log" || authority_failed
  done
  revocations
}

hub_card() {
  [ -s "$estate/hub.pem" ] && return
  card "$estate/hub.pem" cityhub "# CityHub: the hub's own certificate, its key and the city's authority. Keep it secret." "hub: cityhub"
}

card_file() { printf '%s/%s/%s.pem' "${out:-$estate/cards}" "$group" "$node"; }

issue() {
  local file number; file=$(card_file)
  mkdir -p "$(dirname "$file")"
  number=$(($(cat "$estate/cards-made" 2>/dev/null || echo 0) + 1))
  printf '%s\n' "$number" >"$estate/cards-made"
  card "$file" "$group/$node/$number" "# CityHub: a node's identity. It goes onto that node's card, mode 0600, and nowhere else." \
    "group: $group" "node: $node" ${site:+"site: $site"} ${district:+"district: $district"}
  printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$group" "$node" "${site:--}" "${district:--}" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$number" >>"$estate/enrolled"
  access_list
  say "card        $file"
  say "            copy it to the node (mode 0600) and name it in the node file:  broker: { card: $(basename "$file") }"
  say "hub         Mqtt:CaFile, Mqtt:CertificateFile and Mqtt:KeyFile are all $estate/hub.pem; Hub:EnrolledFile is $estate/broker/enrolled"
  say "broker      mosquitto -c $estate/broker/mosquitto.conf"
  tell_broker
  if [ -n "$qr" ]; then
    command -v qrencode >/dev/null || need_packages qrencode
    # A code holds 2.9 kB at most; in parts it stays readable by a phone.
    split -b 1000 "$file" "$estate/authority/qr." && for part in "$estate"/authority/qr.*; do qrencode -t UTF8 -8 -r "$part"; done
    rm -f "$estate"/authority/qr.*
  fi
}

city_enrol() {
  local node group site district broker out qr estate node_wanted=1
  enrol_options "$@"
  is_enrolled && fail "$group/$node is enrolled already; for new credentials: ./city rotate $node --group $group" 2
  touch "$estate/enrolled"
  authority
  broker_side
  hub_card
  issue
}

city_rotate() {
  local node group site district broker out qr estate node_wanted=1
  enrol_options "$@"
  is_enrolled || fail "$group/$node is not enrolled" 2
  IFS=$'\t' read -r _ _ old_site old_district _ < <(awk -F '\t' -v g="$group" -v n="$node" '$1 == g && $2 == n' "$estate/enrolled")
  [ -n "$site" ] || [ "$old_site" = - ] || site=$old_site
  [ -n "$district" ] || [ "$old_district" = - ] || district=$old_district
  broker_side
  end_certificates
  strike
  issue
}

city_revoke() {
  local node group site district broker out qr estate node_wanted=1
  enrol_options "$@"
  is_enrolled || fail "$group/$node is not enrolled" 2
  end_certificates
  strike
  rm -f "$(card_file)"
  access_list
  say "revoked     $group/$node: no word is allowed to it any more, and its certificate has ended"
  tell_broker
}

city_enrolled() {
  local node group site district broker out qr estate
  enrol_options "$@"
  [ -s "$estate/enrolled" ] || { say "nobody is enrolled yet"; return; }
  { printf 'group\tnode\tsite\tdistrict\tsince\tcard\n'; cat "$estate/enrolled"; } | column -t -s $'\t'
}
