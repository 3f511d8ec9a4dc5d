#!/usr/bin/env bash
# The real window on a real screen, beside a desktop's tray: the first run
# appears, closing the window leaves the agent in the tray, the tray opens the
# window, pauses and quits, a click on Start and on Stop reaches the chain, and a
# login starts the agent without a window. Prints where its pictures are.
#
#   window-test.sh PROFILE   a running network's profile, file or address
set -euo pipefail
cd "$(dirname "$0")/.."
profile=$1

work=$(mktemp -d)
shots=${HELIUM_SHOTS:-$work}
mkdir -p "$shots"
export HELIUM_DATA=$work/data HOME=$work/home XDG_DATA_HOME=$work/xdg XDG_CONFIG_HOME=$work/config LIBGL_ALWAYS_SOFTWARE=1
panel=$XDG_CONFIG_HOME/xfce4/xfconf/xfce-perchannel-xml
mkdir -p "$HELIUM_DATA" "$HOME" "$XDG_DATA_HOME" "$panel"
chmod 700 "$HELIUM_DATA"
cp build/window-panel.xml "$panel/xfce4-panel.xml"
case $profile in
http*) curl -sf "$profile" >"$HELIUM_DATA/network.json" ;;
*) cp "$profile" "$HELIUM_DATA/network.json" ;;
esac

exec dbus-run-session -- xvfb-run --auto-servernum --server-args='-screen 0 1280x840x24 -nolisten tcp' \
	"$PWD/build/window-session.sh" "$work" "$shots"
