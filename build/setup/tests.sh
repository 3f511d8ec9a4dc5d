#!/bin/sh
# What the tests take beyond Go and Node: a browser for the pages, a screen and
# a session bus for the window, a Vulkan driver that computes on the processor.
set -eu
here=$(dirname "$0")
[ "$(uname)" = Linux ] || { echo "the browser and window tests run on Linux" >&2; exit 0; }
"$here/packages.sh" "testing the pages" chromium fonts-dejavu-core
"$here/packages.sh" "testing the window" xvfb xauth xdotool openbox imagemagick dbus dbus-x11 libglib2.0-bin xfce4-panel
if [ "$(uname -m)" = x86_64 ]; then
	"$here/packages.sh" "testing the engine on Vulkan" mesa-vulkan-drivers libvulkan1
	make --no-print-directory engine-vulkan
fi
"$here/desktop.sh"
