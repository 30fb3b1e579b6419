#!/bin/sh
# build.sh FOLDER: builds both images from their Dockerfiles with buildah, on bases made of Debian packages: no daemon, no registry of images.
# FOLDER/mapper.tar and FOLDER/sniffer.tar are then archives as of `docker save`, tagged localhost/network-mapper:local and
# localhost/network-mapper-sniffer:local. Bases are kept in .cache/image-bases, and made anew after a week. Runs as root on Debian 12.
set -eu
mkdir -p "$1"
out=$(realpath "$1")
cd "$(dirname "$0")/../.."
cache=$PWD/.cache/image-bases
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
storage=$(mktemp -d)
trap 'rm -rf "$storage"' EXIT
trap 'exit 130' INT TERM
images() { buildah --root "$storage/root" --runroot "$storage/run" "$@"; }

if ! [ -f "$cache/made" ] || [ -n "$(find "$cache/made" -mtime +7)" ]; then
  rm -rf "$cache"
  sh scripts/image/debian-bases.sh "$cache"
  rm -rf "$cache"/*-packages
  touch "$cache/made"
fi
for base in base build; do
  container=$(images from scratch)
  images add --quiet "$container" "$cache/$base" / >/dev/null
  images config --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$container"
  images commit --quiet --timestamp 0 --rm "$container" "localhost/$base" >/dev/null
done

# The packages that npm and pnpm have downloaded before, and where they download from.
volumes=
for path in .npm .local/share/pnpm .npmrc; do
  if [ -e "$HOME/$path" ]; then volumes="$volumes --volume $HOME/$path:/root/$path"; fi
done
version=$(node -p 'require("./package.json").version')
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
for service in mapper sniffer; do
  tag=localhost/network-mapper:local
  [ "$service" = mapper ] || tag=localhost/network-mapper-sniffer:local
  # shellcheck disable=SC2086
  images bud --quiet --timestamp 0 --pull-never --build-arg BUILD_BASE=localhost/build --build-arg BASE=localhost/base \
    --build-arg VERSION="$version" --build-arg REVISION="$revision" $volumes \
    --file "Dockerfile.$service" --tag "$tag" --iidfile "$out/$service.id" . >"$out/$service.log" 2>&1 || {
    tail -n 30 "$out/$service.log" >&2
    exit 1
  }
  rm -f "$out/$service.tar"
  images push --quiet "$tag" "docker-archive:$out/$service.tar:$tag"
  echo "$tag $(cat "$out/$service.id") $(stat -c %s "$out/$service.tar") bytes"
done
