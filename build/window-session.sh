#!/usr/bin/env bash
# Inside the screen and the session bus of window-test.sh.
set -euo pipefail
work=$1 shots=$2

finish() {
	local code=$?
	[ -z "${window:-}" ] || kill "$window" 2>/dev/null || true
	if [ -f "$HELIUM_DATA/agent.json" ]; then
		kill "$(agent_pid)" 2>/dev/null || true
		for _ in $(seq 60); do [ -f "$HELIUM_DATA/agent.json" ] || break; sleep 0.2; done
	fi
	[ -z "${panel:-}" ] || kill "$panel" 2>/dev/null || true
	[ -z "${wm:-}" ] || kill "$wm" 2>/dev/null || true
	[ $code = 0 ] || { echo "window test failed; agent log:"; tail -n 20 "$HELIUM_DATA/logs/start.log" "$HELIUM_DATA/logs/agent.log" 2>/dev/null || true; }
	exit $code
}
trap finish EXIT

fail() {
	shot failed
	echo "$1" >&2
	return 1
}

shot() { import -window root "$shots/$1.png"; }

agent_pid() { sed -n 's/.*"pid":\([0-9]*\).*/\1/p' "$HELIUM_DATA/agent.json"; }

# state prints a field of the agent's state: the same API that the window uses.
state() { bin/helium status --data "$HELIUM_DATA" --field "$1"; }

until_ok() { # SECONDS COMMAND...: whether it succeeds in that time
	local n=$(($1 * 4))
	shift
	for _ in $(seq $n); do
		"$@" 2>/dev/null && return 0
		sleep 0.25
	done
	return 1
}

is_state() { [ "$(state "$1" 2>/dev/null)" = "$2" ]; }
until_state() { # FIELD WANT SECONDS
	until_ok "$3" is_state "$1" "$2" || fail "waited $3 s for $1 to be $2, it is $(state "$1" 2>&1 || true)"
}

window_ids() { xdotool search --onlyvisible --name '^Helium$' 2>/dev/null; }
window_is_open() { [ -n "$(window_ids)" ]; }
window_is_gone() { ! window_is_open; }
agent_is_gone() { [ ! -f "$HELIUM_DATA/agent.json" ] && ! kill -0 "$1" 2>/dev/null; }

# A page that is drawn has many colours.
is_drawn() { [ "$(import -window "$id" png:- | identify -format %k -)" -gt 100 ]; }

until_open() {
	until_ok 60 window_is_open || fail "no window came: $(cat "$work/window.log")"
	id=$(window_ids | head -n1)
	xdotool windowactivate --sync "$id" || true
	until_ok 60 is_drawn || fail "the page is not drawn"
	sleep 1
}

# click moves the mouse to a place in the window, as measured from the right
# edge and the top of its page, and presses.
click() {
	local WIDTH HEIGHT
	eval "$(xdotool getwindowgeometry --shell "$id" | grep -E '^(WIDTH|HEIGHT)=')"
	xdotool mousemove --window "$id" $((WIDTH - $1)) "$2"
	sleep 0.3
	xdotool click 1
}

close_window() {
	xdotool windowactivate --sync "$id" || true
	xdotool key --clearmodifiers alt+F4
	until_ok 10 window_is_gone || fail "the window does not close"
}

# The icon is alone in the panel at the lower edge; its menu is a window of the
# panel's, whose items are picked by their distance from its lower edge.
icon() { xdotool mousemove 640 400 mousemove --sync 22 822; sleep 0.3; xdotool click "$1"; }
quit=16 open=42 pause=68 resume=68
find_menu() {
	local w
	for w in $(xdotool search --onlyvisible --class wrapper-2.0); do
		eval "$(xdotool getwindowgeometry --shell "$w" | grep -E '^(X|Y|HEIGHT)=' | sed 's/^/menu_/')"
		[ "$menu_HEIGHT" -lt 60 ] || return 0
	done
	return 1
}
open_menu() {
	for _ in 1 2 3; do
		icon 3
		until_ok 4 find_menu && { sleep 0.7; return 0; }
		xdotool key Escape
	done
	fail "the tray's menu does not open"
}
pick() { # in the open menu
	xdotool mousemove --sync $((menu_X + 60)) $((menu_Y + menu_HEIGHT - $1))
	sleep 0.5
	xdotool click 1
}
choose() {
	open_menu
	pick "$1"
}

openbox >/dev/null 2>&1 &
wm=$!
xfce4-panel --disable-wm-check >"$work/panel.log" 2>&1 &
panel=$!
until_ok 20 sh -c 'gdbus call --session --dest org.freedesktop.DBus --object-path /org/freedesktop/DBus --method org.freedesktop.DBus.NameHasOwner org.kde.StatusNotifierWatcher | grep -q true' ||
	fail "no tray came: $(cat "$work/panel.log")"

echo "· the first run, closed, reopened from the tray, and quit"
build/bin/Helium >"$work/window.log" 2>&1 &
window=$!
until_open
until_state setup.step computer 60
until_state hardware.kind cpu 60
sleep 1
shot first-run
click 90 686 # Continue
until_state setup.step wallet 10
sleep 1
shot first-run-wallet
close_window
wait "$window"
window=
sleep 1
until_state desktop.quitting false 5 # it answers
shot closed-to-tray

choose $open
until_open
until_state setup.step wallet 5
build/bin/Helium >"$work/second.log" 2>&1 || true # ends by itself
[ "$(window_ids | wc -l)" = 1 ] || fail "a second launch opened a second window"
close_window
agent=$(agent_pid)
open_menu
shot first-run-menu
pick $quit
until_ok 20 agent_is_gone "$agent" || fail "the agent outlived Quit"

echo "· started at login, and opened by a click on the icon"
echo '{"step":"done"}' >"$HELIUM_DATA/setup.json" # the pages' own test goes through it
build/bin/Helium --hidden
until_state node.status stopped 60
sleep 1
window_is_gone || fail "a window came at login"
icon 1
until_open
shot stopped

echo "· started, paused from the tray, and stopped"
click 113 92 # Start earning
until_state node.status running 90
sleep 1
shot running
choose $pause
sleep 1
shot pause-menu
xdotool mousemove --sync $((menu_X + 265)) $((menu_Y + 43))
sleep 0.5
xdotool click 1 # for 10 minutes
until_state node.pause.reason asked 10
until_state node.status paused 30
sleep 1
shot paused
choose $resume
until_state node.status running 60

click 85 92 # Stop
sleep 1
shot asked
xdotool key --clearmodifiers Tab Tab # past its cross and its text
xdotool type --delay 60 stop
xdotool key --clearmodifiers Return
until_state node.status stopped 60
sleep 1
shot stopped-again
click 113 92 # Start earning
until_state node.status running 90

echo "· quit from the tray, which tells the network first"
agent=$(agent_pid)
choose $quit
until_ok 30 agent_is_gone "$agent" || fail "the agent outlived Quit"
grep -q 'ending node=paused' "$HELIUM_DATA"/logs/agent.log || fail "the network was not told"
until_ok 20 window_is_gone || fail "the window outlived Quit"

echo "· where closing is not to the tray, it ends the agent too"
sed -i 's/"close_to_tray":true/"close_to_tray":false/' "$HELIUM_DATA/desktop.json" 2>/dev/null ||
	echo '{"close_to_tray":false,"notify":{"first_earning":true,"slashed":true,"kicked_out":true,"low_gas":true,"update":true},"told":{"first_earning":false,"slashed":false,"kicked_out":false,"low_gas":false}}' >"$HELIUM_DATA/desktop.json"
build/bin/Helium >"$work/window.log" 2>&1 &
window=$!
until_open
until_state node.status running 90
agent=$(agent_pid)
close_window
until_ok 30 agent_is_gone "$agent" || fail "the agent outlived its window"
grep -q 'ending node=paused' "$HELIUM_DATA"/logs/agent.log || fail "the network was not told"
wait "$window"
window=
echo "window: first run, tray, login, pause, stop and quit; pictures in $shots"
