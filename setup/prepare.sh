#!/bin/sh
# prepare.sh start|test|bench|sandbox-image: finds or makes all that the goal needs. Under CI a missing part is a failure.
set -eu
cd "$(dirname "$0")/.."
sh setup/packages.sh
case "${CI:-}" in
  '' | false | 0) ;;
  *) set -- "$@" --strict ;;
esac
node=node_modules/.bin/node
[ -x "$node" ] || node=node
exec "$node" setup/main.ts "$@"
