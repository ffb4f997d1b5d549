#!/usr/bin/env bash
# tools/web.sh install | build | svelte-check | eslint | prettier | vitest | browser | speed | dev | NPM_COMMAND...
#
# What is done to the web app (web/), with the Node and the npm that tools/setup.sh brings; its packages are installed
# when web/package-lock.json changed.
#
#   install   the packages alone
#   build     into web/dist/, as it is shipped; REPDUEL_COMMIT names the commit that its pages tell
#   svelte-check, eslint, prettier    whether it is as it should be
#   vitest    the tests of its pure parts
#   browser   the tests in a browser, for which tests/web.sh starts the rest
#   speed     how fast it is in one (tests/bench/web.sh)
#   dev       serves it with hot reload at WEB_PORT (5173), with the API at REPDUEL_API (http://127.0.0.1:9999)
#
# Anything else is a command of npm's ("run format", "exec playwright test").
set -euo pipefail
source "$(dirname "$0")/lib.sh"
case ${1:-} in '' | -h | --help) show_help; exit ;; esac

# The one that setup.sh brought comes first, since every build of it has the same bytes.
[ ! -x "$CACHE/tools/node/bin/node" ] || PATH=$CACHE/tools/node/bin:$PATH
if ! command -v node >/dev/null || [ ! -f "$CACHE/tools/npm/bin/npm-cli.js" ]; then fail "there is no Node or npm here: run tools/setup.sh web"; fi
cd "$ROOT/web"

# Without a network that is not needed, and without what packages would run while they are installed.
npm() { node "$CACHE/tools/npm/bin/npm-cli.js" --cache "$CACHE/npm" --no-update-notifier --no-audit --no-fund "$@"; }

install() {
  local stamp=node_modules/.repduel-lock wanted
  wanted=$(sha256sum package-lock.json .npmrc)
  exec 8<.
  flock 8 # two at once would fill one folder
  if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    say "installing the web app's packages into web/node_modules: package-lock.json names them"
    npm ci --ignore-scripts --prefer-offline --loglevel error >&2 || fail "npm could not install the packages: its reason is above"
    printf '%s\n' "$wanted" >"$stamp"
  fi
  exec 8<&-
}

install
command=$1
shift
case $command in
  install) ;;
  build) VITE_COMMIT=${REPDUEL_COMMIT:-dev} npm run --silent build ;;
  svelte-check) npm run --silent generate && npm exec -- svelte-check --fail-on-warnings ;;
  eslint) npm exec -- eslint . --max-warnings 0 ;;
  prettier) npm exec -- prettier --check . ;;
  vitest) npm exec -- vitest run "$@" ;;
  # In this process's place, so that whoever ends it ends what it does.
  browser) exec node node_modules/@playwright/test/cli.js test "$@" ;;
  speed) exec node tests/speed.ts ;;
  dev) npm run --silent generate && exec node node_modules/vite/bin/vite.js ;;
  *) npm "$command" "$@" ;;
esac
