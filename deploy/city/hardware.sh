# ./city test --hardware: an emulated machine with Debian's kernel, in which the node runs on real buses and loses its power.

hardware_packages=(qemu-system-x86 busybox-static i2c-tools cpio kmod e2fsprogs)

# Debian's kernel as its package holds it, never installed on this machine; and a root file system of busybox, the .NET runtime and the node.
make_hardware() {
  need_packages "${hardware_packages[@]}" libmosquitto1
  local folder=$state/hardware kernel version root runtime module file
  mkdir -p "$folder"
  if [ ! -e "$folder/vmlinuz" ]; then
    say "fetching Debian's kernel …"
    kernel=$(apt-cache depends linux-image-amd64 | awk '$1 == "Depends:" && $2 ~ /^linux-image-/ {print $2; exit}')
    [ -n "$kernel" ] || fail "apt knows no linux-image-amd64; run:  sudo apt-get update" 2
    rm -rf "$folder/package" "$folder/kernel"; mkdir -p "$folder/package"
    (cd "$folder/package" && apt-get download -q "$kernel" >/dev/null 2>&1) || fail "$kernel cannot be downloaded" 2
    dpkg-deb -x "$folder"/package/*.deb "$folder/kernel"
    rm -r "$folder/package"
    mv "$folder"/kernel/boot/vmlinuz-* "$folder/vmlinuz"
  fi
  version=$(ls "$folder/kernel/lib/modules")
  local PATH=$PATH:/sbin:/usr/sbin
  depmod -b "$folder/kernel" "$version"
  root=$folder/root
  rm -rf "$root"; mkdir -p "$root"/{bin,proc,sys,dev,data,tmp,modules,app,usr/share/dotnet/host,usr/share/dotnet/shared}
  runtime=$(dirname "$(readlink -f "$(command -v dotnet)")")
  cp "$runtime/dotnet" "$root/usr/share/dotnet/"
  cp -r "$runtime/host/fxr" "$root/usr/share/dotnet/host/"
  cp -r "$runtime/shared/Microsoft.NETCore.App" "$root/usr/share/dotnet/shared/"
  cp -r edge/SensorNode/bin/Release/net10.0/. "$root/app/"
  cp "$(command -v busybox)" "$root/bin/busybox"
  cp "$(command -v i2cset)" "$root/bin/"
  cp tests/Hardware/image/init "$root/init"
  chmod 755 "$root/init"
  local broker_client
  broker_client=$(ls /usr/lib/*-linux-gnu/libmosquitto.so.1)
  {
    echo "$broker_client"
    for file in "$root/usr/share/dotnet/dotnet" $(find "$root/usr/share/dotnet" -name '*.so') "$root/bin/i2cset" "$broker_client"; do
      ldd "$file" | awk '{for (i = 1; i <= NF; i++) if ($i ~ /^\//) print $i}'
    done
  } | grep -v "^$root" | sort -u | while read -r file; do
    mkdir -p "$root$(dirname "$file")"
    cp -L "$file" "$root$file"
  done
  for module in virtio_pci virtio_blk virtio_net crc32c_generic ext4 i2c-dev i2c-stub; do
    modprobe -d "$folder/kernel" -S "$version" --show-depends "$module" | awk '$1 == "insmod" {print $2}'
  done | awk '!seen[$0]++' | while read -r file; do
    cp "$file" "$root/modules/"
    case $file in */i2c-stub.ko) ;; *) basename "$file" ;; esac
  done >"$root/modules/order"
  (cd "$root" && find . | cpio -o -H newc --quiet) >"$folder/image.cpio"
  rm -r "$root"
  say "unproven: GPIO lines on a real kernel: Debian's has no simulated ones (gpio-sim, gpio-mockup)"
}
