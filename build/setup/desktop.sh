#!/bin/sh
# What building the window takes on Linux; macOS and Windows bring it along.
set -eu
[ "$(uname)" = Linux ] || exit 0
command -v cc >/dev/null || compiler=gcc
exec "$(dirname "$0")/packages.sh" "building the desktop app" ${compiler:-} pkg-config libgtk-3-dev libwebkit2gtk-4.1-dev
