#!/bin/sh
# debian-bases.sh FOLDER: two trees made of Debian packages, for machines without a registry of images: FOLDER/base, what the images run on
# (the C and C++ libraries, and no shell), and FOLDER/build, in which they are built (a shell, binutils, libpcap, and this machine's Node
# with npm). Runs on Debian 12, where apt-get downloads packages.
set -eu
mkdir -p "$1/base-packages" "$1/build-packages/partial"
cd "$1"

# unpack TREE: its packages.
unpack() {
  tree=$1
  mkdir -p "$tree/etc/ssl/certs" "$tree/usr/bin" "$tree/usr/sbin" "$tree/usr/lib" "$tree/usr/lib64" "$tree/tmp" "$tree/etc" "$tree/var/lib/dpkg" "$tree/root"
  # As Debian has it since version 12.
  for name in bin sbin lib lib64; do ln -sfn "usr/$name" "$tree/$name"; done
  for package in "$tree-packages"/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x -C "$tree" --keep-directory-symlink
    # What dpkg-query answers by, and image scanners.
    { dpkg-deb --field "$package" | sed '1s/$/\nStatus: install ok installed/'; echo; } >>"$tree/var/lib/dpkg/status"
  done
  printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/tmp:/sbin/nologin\n' >"$tree/etc/passwd"
  printf 'root:x:0:\nnonroot:x:65532:\n' >"$tree/etc/group"
  printf 'hosts: files dns\n' >"$tree/etc/nsswitch.conf"
}

(cd base-packages && apt-get download -qq -o APT::Sandbox::User=root libc6 libgcc-s1 libstdc++6)
unpack base
# Character sets and texts that Node does not ask for.
rm -rf base/usr/lib/*/gconv base/usr/share/doc/*/changelog* base/usr/share/lintian base/usr/share/gcc base/usr/share/gdb

# With all that they depend on, as if nothing were installed here.
apt-get install -y -qq --no-install-recommends --download-only -o Dir::State::status=/dev/null -o Debug::NoLocking=1 \
  -o APT::Sandbox::User=root -o Dir::Cache::archives="$PWD/build-packages" \
  dash coreutils sed grep findutils diffutils binutils libpcap0.8 libc-bin dpkg bash >/dev/null
unpack build
ln -sfn dash build/usr/bin/sh
chroot build ldconfig
# Whom this machine trusts.
cp /etc/ssl/certs/ca-certificates.crt build/etc/ssl/certs/
node=$(dirname "$(dirname "$(realpath "$(command -v node)")")")
npm=$(dirname "$(dirname "$(realpath "$(command -v npm)")")")
cp "$node/bin/node" build/usr/bin/node
mkdir -p build/usr/lib/node_modules
cp -r "$npm" build/usr/lib/node_modules/npm
for name in npm npx; do ln -sfn "../lib/node_modules/npm/bin/$name-cli.js" "build/usr/bin/$name"; done
