#!/usr/bin/env bash
# The real window on a real screen: it starts the agent, shows its state, and a
# click on Start and on Stop reaches the chain. Prints where its pictures are.
#
#   window-test.sh PROFILE   a running network's profile, file or address
set -euo pipefail
cd "$(dirname "$0")/.."
profile=$1

work=$(mktemp -d)
shots=${HELIUM_SHOTS:-$work}
mkdir -p "$shots"
export HELIUM_DATA=$work/data HOME=$work/home XDG_DATA_HOME=$work/xdg LIBGL_ALWAYS_SOFTWARE=1
mkdir -p "$HELIUM_DATA" "$HOME" "$XDG_DATA_HOME"
chmod 700 "$HELIUM_DATA"
case $profile in
http*) curl -sf "$profile" >"$HELIUM_DATA/network.json" ;;
*) cp "$profile" "$HELIUM_DATA/network.json" ;;
esac
echo '{"step":"done"}' >"$HELIUM_DATA/setup.json" # the first run has a test of its own

exec dbus-run-session -- xvfb-run --auto-servernum --server-args='-screen 0 1280x800x24 -nolisten tcp' \
	"$PWD/build/window-session.sh" "$work" "$shots"
