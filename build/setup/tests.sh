#!/bin/sh
# What the tests take beyond Go and Node: a browser for the pages, a screen and
# a session bus for the window.
set -eu
here=$(dirname "$0")
[ "$(uname)" = Linux ] || { echo "the browser and window tests run on Linux" >&2; exit 0; }
"$here/packages.sh" "testing the pages" chromium fonts-dejavu-core
"$here/packages.sh" "testing the window" xvfb xauth xdotool openbox imagemagick dbus dbus-x11
"$here/desktop.sh"
