#!/bin/sh
# Sees to it that node_modules is what package-lock.json says, and that there is a Node.js 24 to run with.
set -eu
cd "$(dirname "$0")/.."

fail() {
  printf 'failed %-15s %s\n' packages "$1" >&2
  exit 1
}

runs_node_24() {
  "$1" -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 24 ? 0 : 1)' 2>/dev/null
}

# npm writes .package-lock.json last, so an interrupted install does not count as done.
packages_match() {
  [ -n "$(find node_modules/.package-lock.json -newer package-lock.json 2>/dev/null)" ]
}

# Linux gets its Node.js from a package; elsewhere the one of the host must do.
node_is_there() {
  runs_node_24 node_modules/.bin/node || { [ "$(uname -s)" != Linux ] && runs_node_24 node; }
}

# There npx finds the command line at once; else it would make a copy of the project first, each time.
link_command_line() {
  [ -e node_modules/.bin/hearth ] || ln -sf ../../cli/hearth.js node_modules/.bin/hearth
}

if packages_match && node_is_there; then
  link_command_line
  exit 0
fi

command -v npm >/dev/null || fail 'npm is missing: install Node.js 20 or later, https://nodejs.org'
if [ "$(uname -s)" != Linux ] && ! runs_node_24 node; then
  fail "Node.js 24 is needed, and its npm package exists for Linux only: install it, https://nodejs.org"
fi

started=$(date +%s)
# The sleep must not hold our output open after we are gone: who reads it would wait for it.
(
  while sleep 10 >/dev/null 2>&1; do
    printf 'busy   %-15s npm ci, %s s\n' packages "$(($(date +%s) - started))"
  done
) &
heartbeat=$!
trap 'kill $heartbeat 2>/dev/null || :' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

printf 'busy   %-15s npm ci\n' packages
npm ci --ignore-scripts --include=dev --include=optional --no-audit --no-fund --loglevel=error >/dev/null ||
  fail 'npm ci did not succeed, see above; without a network, restore node_modules by other means'
node_is_there ||
  fail "node_modules/.bin/node does not run here ($(uname -sm)): a Linux with glibc on x64 or arm64 is needed"
link_command_line
printf 'made   %-15s node_modules, %s s\n' packages "$(($(date +%s) - started))"
