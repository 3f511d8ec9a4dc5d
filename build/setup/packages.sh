#!/bin/sh
# packages.sh WHY NAME...: makes sure that Debian packages are installed, by
# itself where it may, and otherwise says which ones are wanted.
set -eu
why=$1
shift

absent=
for p in "$@"; do
	dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null | grep -q '^installed$' || absent="$absent $p"
done
[ -z "$absent" ] && exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null && sudo -n true 2>/dev/null && as_root="sudo -n"
fi
if command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || [ -n "$as_root" ]; }; then
	echo "installing for $why:$absent"
	$as_root apt-get update -qq
	DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $absent >/dev/null
	exit 0
fi
printf '\n%s needs these packages:%s\nInstall them, then run make again.\n\n' "$why" "$absent" >&2
exit 1
