# shellcheck shell=bash
# From one release to another: install, see it prove itself, and go back when it does not. Sourced by deploy.

# Without a question, keeping what was edited by hand, waiting for whoever else holds apt.
apt_install() {
  local again=()
  [ "$(dpkg-deb -f "$1" Version)" != "$(installed_version)" ] || again=(--reinstall)
  # The maintainer scripts of whatever is installed expect the usual permissions.
  (umask 022 && exec env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 APT_LISTCHANGES_FRONTEND=none \
    apt-get -q install -y --allow-downgrades "${again[@]}" -o Dpkg::Use-Pty=0 -o APT::Sandbox::User=root \
    -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-confdef -o DPkg::Lock::Timeout=300 "$1") </dev/null
}

serving_commit() {
  curl -fsS --noproxy '*' --max-time 3 "$URL/version" 2>/dev/null | sed -n 's/.*"commit" *: *"\([0-9a-f]*\).*/\1/p' | grep .
}

property() { systemctl show --value -p "$1" repduel.service; }

# proves COMMIT: active, that commit, a whole round as a lifter, and no restart by itself meanwhile. Says why not.
proves() {
  local commit=$1 deadline=$((SECONDS + 30)) since restarts process
  until systemctl --quiet is-active repduel.service && [ "$(serving_commit)" = "$commit" ]; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      say "after 30 s repduel.service is $(property ActiveState), and $URL/version says $(serving_commit || echo nothing) instead of $commit"
      return 1
    fi
    # Clients wait meanwhile, so what cannot start is not given the whole time.
    if [ "$(property NRestarts)" -ge 2 ]; then
      say "repduel.service does not start: systemd has tried three times"
      return 1
    fi
    sleep 0.3
  done
  since=$SECONDS restarts=$(property NRestarts) process=$(property MainPID)
  say "it serves; one round as a lifter:"
  # What fails in the middle leaves the hidden account behind, so it is removed whatever comes.
  if ! repduel smoke-account | repduel smoke "$URL"; then
    repduel smoke-account --remove || true
    say "the round as a lifter failed"
    return 1
  fi
  repduel smoke-account --remove || { say "the hidden account could not be removed"; return 1; }
  while [ $((SECONDS - since)) -lt 5 ]; do sleep 0.5; done
  if [ "$(property NRestarts)" != "$restarts" ] || [ "$(property MainPID)" != "$process" ] || ! systemctl --quiet is-active repduel.service; then
    say "it ended by itself within seconds and was started again"
    return 1
  fi
}

# What the journal has on it since the deploy began, but for lines about requests. Its own -n would take the first ones.
reason() {
  local lines units=(-u repduel.service -u repduel-migrate.service -u repduel-setup.service -u repduel-http.socket)
  journalctl --sync 2>/dev/null || true
  lines=$(journalctl -q --no-pager -o cat --since "@$1" "${units[@]}" 2>/dev/null | grep -v '^request request_id=' | tail -n 20) || true
  say "the journal's reason:"
  sed 's/^/    /' <<<"${lines:-(it says nothing)}"
}

# A start that failed may have left a unit that systemd will not start again by itself.
clear_failures() {
  systemctl reset-failed 'repduel*' 2>/dev/null || true
  systemctl start repduel-http.socket repduel-ops.socket || true
}

# switch FROM TO PACKAGE OUTCOME: the history gets OUTCOME when it worked.
switch() {
  local from=$1 to=$2 package=$3 outcome=$4 begun
  begun=$(date +%s)
  say "installing $to over ${from:-nothing}; migrations run first, while what is there serves"
  if apt_install "$package" && proves "$(commit_of "$to")"; then
    touch "$package"
    prune_pool
    record "$from" "$to" "$outcome"
    say "$outcome: $to"
    return 0
  fi
  reason "$begun"
  roll_back "$from" "$to" "$begun"
}

roll_back() {
  local from=$1 to=$2 package
  say "rolling back to ${from:-nothing}"
  if [ -z "$from" ] || [ "$from" = "$to" ]; then
    record "$from" "$to" "failed; there is no release before"
    say "there is no other release to go back to: systemctl status repduel"
    exit 4
  fi
  package=$(from_pool "$from")
  clear_failures
  if apt_install "$package" && proves "$(commit_of "$from")"; then
    # It is of no more use, and the next roll-back must not take it for the release before.
    rm -f -- "$(pool_file "$to")"
    forget_sum "$(pool_file "$to")"
    prune_pool
    record "$from" "$to" "failed and rolled back"
    say "rolled back: $from serves as before"
    exit 1
  fi
  reason "$3"
  record "$from" "$to" "failed, and the roll-back too"
  say "the roll-back to $from failed as well: systemctl status repduel, journalctl -u repduel"
  exit 4
}
