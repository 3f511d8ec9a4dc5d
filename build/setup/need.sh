#!/bin/sh
# Says what is missing and how to get it: need.sh go|node
set -eu

at_least() { # at_least WANT HAVE: compares major.minor
	[ "$(printf '%s\n%s\n' "$1" "$2" | sort -t. -k1,1n -k2,2n | head -n1)" = "$1" ]
}

missing() {
	printf '\nHelium needs %s.\n%s\n\n' "$1" "$2" >&2
	exit 1
}

case $1 in
go)
	command -v go >/dev/null || missing "Go 1.26 or newer, and there is none" "Get it from go.dev/dl, then run make again."
	have=$(go env GOVERSION | sed 's/^go//')
	at_least 1.26 "$have" || missing "Go 1.26 or newer, this is $have" "Get it from go.dev/dl, then run make again."
	;;
node)
	command -v node >/dev/null && command -v npm >/dev/null ||
		missing "Node 20 or newer with npm, and there is none" "Get it from nodejs.org, then run make again."
	have=$(node --version | sed 's/^v//')
	at_least 20.0 "$have" || missing "Node 20 or newer, this is $have" "Get it from nodejs.org, then run make again."
	;;
esac
