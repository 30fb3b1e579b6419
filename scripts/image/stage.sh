#!/bin/sh
# stage.sh mapper|sniffer TARGET: what an image has beyond its base, as a tree of files: the pinned Node, the bundle of the service with its
# notices and its bill of materials, and libpcap for the sniffer. Runs in the first stage of the Dockerfiles, on Debian 12.
set -eu
service=$1
target=$2
cd "$(dirname "$0")/../.."

packages=binutils
[ "$service" = mapper ] || packages="$packages libpcap0.8"
# A base that has them already needs no network for them.
if ! dpkg-query -W $packages >/dev/null 2>&1; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends $packages
fi

# The watchers are in the mapper's image, each in a folder of its own: they need the same Node and nothing else.
watchers=
[ "$service" != mapper ] || watchers="kafka-watcher istio-watcher aws-visibility"
# shellcheck disable=SC2086
sh scripts/run.sh node scripts/bundle.ts "$service" $watchers
mkdir -p "$target/usr/bin" "$target/tmp"
chmod 1777 "$target/tmp"
cp -r "dist/$service" "$target/app"
for watcher in $watchers; do cp -r "dist/$watcher" "$target/app/$watcher"; done
# Symbols are a tenth of it; what native modules link to stays.
strip -o "$target/usr/bin/node" "$(sh scripts/run.sh sh -c 'command -v node')"

if [ "$service" = sniffer ]; then
  # libpcap and what it links to, but for the C library, which is the base's.
  libpcap=$(ldconfig -p | sed -n 's/.*libpcap\.so\.0\.8 .*=> //p' | head -n 1)
  folder=$target$(dirname "$(realpath "$libpcap")")
  mkdir -p "$folder"
  for library in "$libpcap" $(ldd "$libpcap" | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p'); do
    case $library in */libc.so.6) ;; *) cp -L "$library" "$folder/" ;; esac
  done
fi

# The same files have the same times in every build.
find "$target" -exec touch -h -d @0 {} +
