#!/usr/bin/env bash
# What a deploy takes care of: an unknown host is refused, a dry run changes nothing, a damaged package is refused, a
# second deploy at once is refused, the database is backed up before migrations, a line of history, five releases kept,
# edited settings stay through a roll-back and the next deploy. sudo for the wrapper is sudo for nothing else.
# shellcheck source=tests/machine/lib.sh
source "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/machine/deploy.sh
source "$here/deploy.sh"

installed_machine
deploy_user
pool=/var/lib/repduel-releases wrapper=/usr/lib/repduel/deploy
next=$(dpkg-deb -f "$NEXT_DEB" Version) this=$(package_version)
sum=$(sha256sum <"$NEXT_DEB" | cut -d' ' -f1)
commit=${next##*.}
commit=${commit:0:12}
unchanged() {
  equal "the package after $1" "$(package_version)" "$this"
  equal "the backups after $1" "$(m sh -c "ls $pool/backups 2>/dev/null | wc -l")" 0
}

mv "$WORK/ssh/known_hosts" "$WORK/ssh/known"
: >"$WORK/ssh/known_hosts"
redeploy --deb "$NEXT_DEB" && broken "redeploy.sh deploys to a host whose key it does not know"
equal "redeploy.sh's exit code for an unknown host" "$code" 1
mv "$WORK/ssh/known" "$WORK/ssh/known_hosts"
unchanged "a deployment to an unknown host"

redeploy --deb "$NEXT_DEB" --dry-run || broken "redeploy.sh --dry-run failed: $(tail -n 3 "$WORK/redeploy")"
grep -q 'V900' "$WORK/redeploy" || broken "redeploy.sh --dry-run does not name the pending migration"
unchanged "a dry run"

cp "$NEXT_DEB" "$disk/var/tmp/next.deb"
printf x >>"$disk/var/tmp/next.deb"
m $wrapper install /var/tmp/next.deb "$sum" "$commit" >"$WORK/damaged" 2>&1 && broken "a damaged package is deployed"
grep -q 'does not have the checksum' "$WORK/damaged" || broken "a damaged package is not named as such: $(tail -n 1 "$WORK/damaged")"
unchanged "a damaged package"
for log in "/tmp/x.code'; id >/tmp/pwned; '" /etc/hello $pool/log/../../hello; do
  m runuser -u deploy -- sudo -n $wrapper --work "$log" status >/dev/null 2>&1 && broken "the deploy user may call the wrapper's inside"
done
m sh -c 'test ! -e /tmp/pwned && test ! -e /etc/hello.code' || broken "the deploy user becomes root through the wrapper"
m runuser -u deploy -- sudo -n /usr/bin/id >/dev/null 2>&1 && broken "the deploy user may run more than the wrapper"

m sh -c 'echo APP_URL=https://lift.example.org >>/etc/repduel/repduel.env'
# Six older releases lie in the pool already; only five in all may stay.
for number in 1 2 3 4 5 6; do
  version=0.0.$number-1
  m sh -ec "mkdir -p $pool /tmp/old/DEBIAN; printf 'Package: repduel\nVersion: $version\nArchitecture: $(dpkg --print-architecture)\nMaintainer: x\nDescription: x\n' >/tmp/old/DEBIAN/control
    dpkg-deb -b /tmp/old $pool/repduel_${version}_$(dpkg --print-architecture).deb >/dev/null; touch -d '$number hours ago' $pool/repduel_${version}_$(dpkg --print-architecture).deb"
done

m rm -f /run/repduel-deploy.lock.holder
redeploy --deb "$NEXT_DEB" &
first=$!
# To try for the lock would keep it from the deployment for a moment.
at_work() { m test -s /run/repduel-deploy.lock.holder; }
eventually 60 at_work || broken "the first deployment does not begin"
cp "$NEXT_DEB" "$disk/var/tmp/next.deb"
m $wrapper install /var/tmp/next.deb "$sum" "$commit" >"$WORK/second" 2>&1 && broken "a second deployment at once is taken"
grep -q 'refused, another deploy is at work' "$WORK/second" || broken "a second deployment is not refused as such: $(tail -n 1 "$WORK/second")"
wait $first || broken "the first deployment failed: $(tail -n 5 "$WORK/redeploy")"
equal "the package after the deployment" "$(package_version)" "$next"

equal "the number of backups" "$(m sh -c "ls $pool/backups | wc -l")" 1
m sh -c "pg_restore --list $pool/backups/*.dump" >"$WORK/dump"
grep -q 'TABLE DATA public lifts' "$WORK/dump" || broken "the backup does not hold the lifts"
equal "the backups' permissions" "$(m stat -c '%a %U' $pool | xargs)" "700 root"
m tail -n 1 $pool/history >"$WORK/history"
grep -q "deploy.*$this.*$next.*deployed" "$WORK/history" || broken "the history has no line on it: $(m tail -n 1 $pool/history)"
equal "the number of releases in the pool" "$(m sh -c "ls $pool/*.deb | wc -l")" 5
m sh -c "cd $pool && sha256sum --quiet -c SHA256SUMS" || broken "the pool's checksums do not fit"
redeploy --rollback || broken "redeploy.sh --rollback failed: $(tail -n 5 "$WORK/redeploy")"
redeploy --deb "$NEXT_DEB" || broken "the deployment after a roll-back failed: $(tail -n 5 "$WORK/redeploy")"
m grep -q '^APP_URL=https://lift.example.org$' /etc/repduel/repduel.env || broken "edited settings are gone after a roll-back and a deployment"
spoiled
