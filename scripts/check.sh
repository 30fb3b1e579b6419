#!/bin/sh
# Everything that `npm test` checks, stage by stage: a stage that fails does not hide those after it.
# Ends with a line `N passed, N failed`: stages and test cases together.
#   npm test                        all of it
#   npm test -- lint types          these stages alone
set -u
cd "$(dirname "$0")/.."
only=" $* "
passed=0
failed=0
report=$(mktemp)
trap 'rm -f "$report"' EXIT
trap 'exit 130' INT TERM

stage() {
  name=$1
  shift
  case $only in "  " | *" $name "*) ;; *) return ;; esac
  echo "== $name: $*"
  started=$(date +%s)
  if "$@" </dev/null; then
    passed=$((passed + 1)) outcome=passed
  else
    failed=$((failed + 1)) outcome=FAILED summary="$summary $name"
  fi
  echo "== $name: $outcome in $(($(date +%s) - started)) s"
}

summary=
stage lint eslint .
stage format prettier --check --log-level warn .
stage unused knip
stage types tsc -b
stage generated node scripts/generate.ts --check
stage bundles node scripts/bundle.ts
stage package node scripts/cli-package.ts
stage tests vitest run --reporter=default --reporter=json --outputFile.json="$report"

# The file is empty when the tests could not even start: that stage has failed then.
if [ -s "$report" ]; then
  counts=$(node -p 'const r = JSON.parse(fs.readFileSync(process.argv[1], "utf8")); [r.numPassedTests, r.numFailedTests, r.numPendingTests].join(" ")' "$report")
  set -- $counts
  passed=$((passed + $1))
  failed=$((failed + $2))
  [ "$3" -eq 0 ] || echo "$3 test cases were skipped; the reasons are above"
fi
[ -z "$summary" ] || echo "failed stages:$summary"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
