#!/bin/sh
# parts.sh FOLDER: makes the image of the servers whose traffic the watchers are tested with on a cluster, as an archive FOLDER/parts.tar, tagged
# localhost/network-mapper-parts:local: Kafka with a Java of the modules that it needs, Envoy, and Node, on the base of the other images.
# Needs a JDK, Maven, Python with pip and buildah, and runs as root on Debian 12.
set -eu
out=$(realpath "$1")
cd "$(dirname "$0")/../.."
version=4.1.2
jars=$(sh scripts/parts.sh kafka "$version")
envoy=$(sh scripts/parts.sh envoy)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
if ! [ -d .cache/image-bases/base ]; then sh scripts/image/debian-bases.sh "$PWD/.cache/image-bases"; fi

cp -a .cache/image-bases/base/. "$tree/"
# Debian has libraries in folders that lead elsewhere.
copy_libraries() {
  ldd "$1" | grep -o '/[^ ]*' | while read -r library; do
    [ -e "$tree$library" ] || install -D "$(realpath "$library")" "$tree$library"
  done
}
jdk=$(dirname "$(dirname "$(realpath "$(command -v jlink)")")")
"$jdk/bin/jlink" --output "$tree/jre" --strip-debug --no-header-files --no-man-pages --add-modules \
  java.base,java.desktop,java.logging,java.management,java.naming,java.rmi,java.security.jgss,java.security.sasl,java.sql,java.xml,jdk.crypto.ec,jdk.management,jdk.unsupported
for library in "$tree"/jre/lib/*.so "$tree"/jre/bin/java; do copy_libraries "$library"; done
mkdir -p "$tree/kafka"
cp "$jars"/*.jar "$tree/kafka/"
cp "$envoy" "$tree/usr/bin/envoy"
cp "$(sh scripts/run.sh sh -c 'command -v node')" "$tree/usr/bin/node"
for program in "$tree/usr/bin/envoy" "$tree/usr/bin/node"; do copy_libraries "$program"; done

# An archive as of `docker save`: one layer, and what is to be run is said by the pods.
work=$(mktemp -d)
trap 'rm -rf "$tree" "$work"' EXIT
tar -C "$tree" --sort=name --owner=0 --group=0 --numeric-owner -cf "$work/layer.tar" .
sum=$(sha256sum "$work/layer.tar" | cut -d ' ' -f 1)
cat >"$work/config.json" <<JSON
{"architecture":"amd64","os":"linux","config":{"Env":["PATH=/usr/bin:/jre/bin"],"WorkingDir":"/tmp"},
 "rootfs":{"type":"layers","diff_ids":["sha256:$sum"]},"history":[{"created_by":"parts.sh"}]}
JSON
echo '[{"Config":"config.json","RepoTags":["localhost/network-mapper-parts:local"],"Layers":["layer.tar"]}]' >"$work/manifest.json"
tar -C "$work" -cf "$out/parts.tar" manifest.json config.json layer.tar
echo "localhost/network-mapper-parts:local $(stat -c %s "$out/parts.tar") bytes"
