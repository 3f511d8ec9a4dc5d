#!/usr/bin/env bash
# Inside the screen and the session bus of window-test.sh.
set -euo pipefail
work=$1 shots=$2

finish() {
	local code=$?
	kill "${window:-0}" 2>/dev/null || true
	if [ -f "$HELIUM_DATA/agent.json" ]; then
		kill "$(sed -n 's/.*"pid":\([0-9]*\).*/\1/p' "$HELIUM_DATA/agent.json")" 2>/dev/null || true
		for _ in $(seq 50); do [ -f "$HELIUM_DATA/agent.json" ] || break; sleep 0.2; done
	fi
	kill "${wm:-0}" 2>/dev/null || true
	[ $code = 0 ] || { echo "window test failed; agent log:"; tail -n 20 "$HELIUM_DATA/logs/start.log" "$HELIUM_DATA/logs/agent.log" 2>/dev/null || true; }
	exit $code
}
trap finish EXIT

openbox >/dev/null 2>&1 &
wm=$!
build/bin/Helium >"$work/window.log" 2>&1 &
window=$!

shot() { import -window root "$shots/$1.png"; }

# state prints a field of the agent's state: the same API that the window uses.
state() { bin/helium status --data "$HELIUM_DATA" --field "$1"; }

until_state() { # FIELD WANT SECONDS
	local got=
	for _ in $(seq $(($3 * 2))); do
		got=$(state "$1" 2>/dev/null || true)
		[ "$got" = "$2" ] && return 0
		sleep 0.5
	done
	shot failed
	echo "waited $3 s for $1 to be $2, it is ${got:-unknown}" >&2
	return 1
}

for _ in $(seq 120); do
	id=$(xdotool search --onlyvisible --name '^Helium$' 2>/dev/null | head -n1 || true)
	[ -n "$id" ] && break
	sleep 0.5
done
[ -n "${id:-}" ] || { echo "no window came: $(cat "$work/window.log")" >&2; exit 1; }
xdotool windowactivate --sync "$id" || true
until_state node.status stopped 60
sleep 2
shot stopped

# click moves the mouse to a place in the window, as measured from the right
# edge and the top of its page, and presses: buttons of the status card are
# aligned to the right.
click() {
	local WIDTH HEIGHT
	eval "$(xdotool getwindowgeometry --shell "$id" | grep -E '^(WIDTH|HEIGHT)=')"
	xdotool mousemove --window "$id" $((WIDTH - $1)) "$2"
	sleep 0.3
	xdotool click 1
}

click 113 92 # Start earning
until_state node.status running 90
sleep 1
shot running

click 85 92 # Stop
sleep 1
shot asked
xdotool key --clearmodifiers Return # yes, stop, if it asks
until_state node.status stopped 60
sleep 1
shot stopped-again

kill "$window"
wait "$window" 2>/dev/null || true
until_state node.status stopped 5
echo "window: started, stopped, and the agent outlived it; pictures in $shots"
