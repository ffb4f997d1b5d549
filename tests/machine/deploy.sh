# shellcheck shell=bash
# tools/redeploy.sh as an operator runs it, from another network. Sourced after lib.sh by the checks that deploy.
# shellcheck disable=SC2154 # disk, here: lib.sh

# A user that may reach root through the package's wrapper alone, and a key for it whose host is known.
deploy_user() {
  m id deploy >/dev/null 2>&1 || m useradd -m -s /bin/bash deploy
  rm -rf "$WORK/ssh"
  mkdir -p "$WORK/ssh" "$WORK/bin"
  ssh-keygen -q -t ed25519 -N '' -f "$WORK/ssh/key"
  m install -d -o deploy -g deploy -m 700 /home/deploy/.ssh
  m sh -c 'cat >/home/deploy/.ssh/authorized_keys && chown deploy: /home/deploy/.ssh/authorized_keys' <"$WORK/ssh/key.pub"
  m install -m 0440 /usr/share/doc/repduel/examples/sudoers.example /etc/sudoers.d/repduel-deploy
  m visudo -cq || broken "sudo refuses the example of sudoers"
  awk '{ print "10.99.0.1", $1, $2 }' "$disk"/etc/ssh/ssh_host_*_key.pub >"$WORK/ssh/known_hosts"
  # Nothing of the user who runs this: no agent, no configuration, no other key.
  cat >"$WORK/ssh/config" <<CONFIG
IdentityFile $WORK/ssh/key
IdentitiesOnly yes
IdentityAgent none
UserKnownHostsFile $WORK/ssh/known_hosts
GlobalKnownHostsFile /dev/null
CONFIG
  for program in ssh scp; do
    printf '#!/bin/sh\nexec /usr/bin/%s -F %s "$@"\n' "$program" "$WORK/ssh/config" >"$WORK/bin/$program"
    chmod 755 "$WORK/bin/$program"
  done
}

# redeploy OPTION...: its output is then in $WORK/redeploy, its exit code in $code.
redeploy() {
  code=0
  PATH=$WORK/bin:$PATH far "$ROOT/tools/redeploy.sh" deploy@10.99.0.1 "$@" >"$WORK/redeploy" 2>&1 </dev/null || code=$?
  cat "$WORK/redeploy"
  return "$code"
}
