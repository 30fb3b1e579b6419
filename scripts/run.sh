#!/bin/sh
# run.sh COMMAND ARGS...: installs what the workspace needs, then runs COMMAND with the pinned Node first in PATH.
# Works from any Node >= 20 with npm; what is installed already is not installed again.
set -eu
cd "$(dirname "$0")/.."
stamp=node_modules/.installed
if ! [ -f "$stamp" ] || ! cmp -s pnpm-lock.yaml "$stamp"; then
  echo "installing packages and Node into node_modules, once: 700 MB, half a minute to three; nothing goes outside this folder" >&2
  # packageManager is `pnpm@<version>+sha512.<hash>`; npm sees to it that what it runs is what the registry says it is.
  pnpm=$(sed -n 's/.*"packageManager": "\(pnpm@[^+]*\)+sha512.*/\1/p' package.json)
  pinned=$(node -p 'Buffer.from(require("./package.json").packageManager.split("+sha512.")[1], "hex").toString("base64")')
  served=$(npm view "$pnpm" dist.integrity)
  [ "$served" = "sha512-$pinned" ] || { echo "$pnpm is served as $served, which package.json does not pin: nothing was installed" >&2 && exit 1; }
  npx --yes "$pnpm" install --frozen-lockfile >&2
  cp pnpm-lock.yaml "$stamp"
fi
# The pinned Node, where there is one for this machine; elsewhere, as on macOS, that of the machine.
PATH="$PWD/node_modules/.bin:$PATH"
for node in "$PWD"/node_modules/node-linux-*/bin; do
  if [ -x "$node/node" ]; then PATH="$node:$PATH"; fi
done
export PATH
exec "$@"
