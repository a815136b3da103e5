# ./city setup: which of the optional packages do the configured NuGet sources hold? Asked through the ordinary client, a restore of each in its one version;
# the answer goes into optional.props, which is this machine's own and not committed.

city_setup() {
  local output=$here/optional.props sources=() id version holds instead adapter row rows=() missing=" " unreached= dir=$state/setup
  while [ $# -gt 0 ]; do case $1 in
    --source) [ $# -ge 2 ] || fail "--source wants an address or a folder" 2; sources+=(--source "$2"); shift 2 ;;
    --output) [ $# -ge 2 ] || fail "--output wants a file" 2; output=$2; shift 2 ;;
    *) fail "setup: no such option: $1" 2 ;;
  esac; done
  need_dotnet
  mapfile -t rows < <(optional_packages)
  [ ${#rows[@]} -gt 0 ] || fail "Directory.Packages.props names no optional package"
  mkdir -p "$dir"
  say "asking the package sources …"
  # All at once first: the usual answer costs one restore. Where something is missing, one by one says what.
  if ! holds_all "$dir" "${rows[@]}"; then
    for row in "${rows[@]}"; do
      holds_all "$dir" "$row" && continue
      IFS='|' read -r id version _ <<<"$row"
      missing+="$id "
      # A "no" is that nobody has it, or not in this version. A source that does not answer is no "no", and neither is anything else that went wrong.
      if grep -qE 'error NU1(301|302|303)' "$dir/restore.log"; then unreached=1
      elif ! grep -qE 'error NU1(101|102|103)' "$dir/restore.log"; then tail -n 5 "$dir/restore.log" >&2; fail "asking for $id failed" 1; fi
    done
  fi
  printf '\n%-36s %-12s %-10s %s\n' package version held "what serves"
  for row in "${rows[@]}"; do
    IFS='|' read -r id version holds instead adapter <<<"$row"
    if [[ $missing == *" $id "* ]]; then printf '%-36s %-12s %-10s %s\n' "$id" "$version" no "$instead"
    elif [ -z "$adapter" ]; then printf '%-36s %-12s %-10s %s\n' "$id" "$version" yes "$instead (nothing here uses it yet)"
    else printf '%-36s %-12s %-10s %s\n' "$id" "$version" yes "it, or $instead by choice: $adapter"; fi
  done
  rm -rf "$dir/packages"
  say ""
  [ -z "$unreached" ] || fail "a package source did not answer; ${output#"$here"/} is left as it was" 3
  write_optional "$output" "$missing" "${rows[@]}"
  say "written to ${output#"$here"/}"
}

# One line a package: id|version|property|what serves instead|its adapter. From Directory.Packages.props, so that a version stands in one place.
optional_packages() {
  local line attribute
  grep -E '<PackageVersion [^>]*Holds="' "$here/Directory.Packages.props" | while IFS= read -r line; do
    for attribute in Include Version Holds Instead Adapter; do
      if [[ $line =~ [[:space:]]$attribute=\"([^\"]*)\" ]]; then printf '%s' "${BASH_REMATCH[1]}"; fi
      [ $attribute = Adapter ] || printf '|'
    done
    printf '\n'
  done
}

# Whether the sources hold every one of these packages, in exactly these versions, with all that they need.
holds_all() { # DIR ROW…
  local dir=$1 row id version; shift
  {
    # A project of its own: what surrounds it (central versions, our warnings) is not asked.
    printf '<Project Sdk="Microsoft.NET.Sdk">\n  <PropertyGroup><TargetFramework>net10.0</TargetFramework><ManagePackageVersionsCentrally>false</ManagePackageVersionsCentrally>'
    printf '<NuGetAudit>false</NuGetAudit><TreatWarningsAsErrors>false</TreatWarningsAsErrors></PropertyGroup>\n  <ItemGroup>\n'
    for row in "$@"; do IFS='|' read -r id version _ <<<"$row"; printf '    <PackageReference Include="%s" Version="[%s]" />\n' "$id" "$version"; done
    printf '  </ItemGroup>\n</Project>\n'
  } >"$dir/asked.csproj"
  # Into a folder of its own: what was fetched before would answer for a source that no longer has it.
  rm -rf "$dir/obj" "$dir/packages"
  dotnet restore "$dir/asked.csproj" --packages "$dir/packages" --no-http-cache ${sources[@]+"${sources[@]}"} -v q >"$dir/restore.log" 2>&1 || return 1
}

write_optional() { # FILE MISSING ROW…
  local file=$1 missing=$2 row id holds lacking=" " all=() property; shift 2
  for row in "$@"; do
    IFS='|' read -r id _ holds _ <<<"$row"
    [[ " ${all[*]:-} " == *" $holds "* ]] || all+=("$holds")
    if [[ $missing == *" $id "* ]]; then lacking+="$holds "; fi
  done
  {
    printf '<Project>\n  <!-- What this machine'"'"'s package sources hold. Written by ./city setup; without this file nothing optional is compiled. -->\n  <PropertyGroup>\n'
    for property in "${all[@]}"; do
      if [[ $lacking == *" $property "* ]]; then printf '    <%s>false</%s>\n' "$property" "$property"; else printf '    <%s>true</%s>\n' "$property" "$property"; fi
    done
    # Always: whether an optional package needs another in a version that is not held depends on the source of the day, and the build has to bear with it.
    printf '    <!-- Some of them may get a later version of what they need than they name: known, and no news at each build. -->\n    <NoWarn>$(NoWarn);NU1603</NoWarn>\n'
    printf '  </PropertyGroup>\n</Project>\n'
  } >"$file"
}
