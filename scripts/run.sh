#!/bin/sh
# run.sh COMMAND ARGS...: installs what the workspace needs, then runs COMMAND with the pinned Node first in PATH.
# Works from any Node >= 20 with npm; what is installed already is not installed again.
set -eu
cd "$(dirname "$0")/.."
stamp=node_modules/.installed
if ! [ -x node_modules/.bin/node ] || ! [ -f "$stamp" ] || ! cmp -s pnpm-lock.yaml "$stamp"; then
  echo "installing packages and Node into node_modules, once: 700 MB, half a minute to three; nothing goes outside this folder" >&2
  npx --yes "pnpm@$(sed -n 's/.*"packageManager": "pnpm@\(.*\)".*/\1/p' package.json)" install --frozen-lockfile >&2
  cp pnpm-lock.yaml "$stamp"
fi
# The pinned Node itself, not the shell script that pnpm puts in .bin: signals must reach it.
PATH="$PWD/node_modules/node/bin:$PWD/node_modules/.bin:$PATH"
export PATH
exec "$@"
