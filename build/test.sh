#!/usr/bin/env bash
# Every test. Run through `make test`, which sets up what they need.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
export HF_HOME=$work/hf HF_ENDPOINT=http://127.0.0.1:9 # no test reaches for a hub
finish() {
	local code=$?
	if [ -n "${devnet:-}" ]; then
		kill -TERM -- "-$devnet" 2>/dev/null || true
		wait "$devnet" 2>/dev/null || true
	fi
	[ $code = 0 ] || explain
	rm -rf "$work"
	exit $code
}
trap finish EXIT

# What failed comes last, in few lines: a log of hours is read from its end.
explain() {
	[ -z "${devnet:-}" ] || tail -n 8 "$work"/devnet.out "$work"/devnet/devnet.log 2>/dev/null || true
	echo "── failed: ${current:-set-up}"
	sed 's/\x1b\[[0-9;]*m//g' "$work/step.out" 2>/dev/null | cut -c1-300 >"$work/plain.out" || true
	grep -E '^ +✘|^(--- |    --- )?FAIL|^ +[a-z_]+\.go:[0-9]+:|(Error|panic|error|RACE): ' "$work/plain.out" | tail -n 12 || true
	echo "── its last lines"
	tail -n 12 "$work/plain.out"
}

step() {
	local began=$SECONDS
	current=$1
	shift
	echo "── $current"
	"$@" > >(tee "$work/step.out") 2>&1
	echo "   $current: $((SECONDS - began)) s"
}

formatted() {
	local odd
	odd=$(gofmt -l app backend inference frontend/*.go ./*.go build/icons build/vet build/bench)
	[ -z "$odd" ] || { echo "not formatted: $odd"; return 1; }
}

# The headless program must be clean for three systems without a C compiler.
cross_vet() {
	local os
	go build -o "$work/vet" ./build/vet
	for os in linux windows darwin; do
		CGO_ENABLED=0 GOOS=$os "$work/vet" ./...
	done
}

# Packages that do not link go-ethereum's node build fast enough for -race.
race_packages() {
	go list -test -f '{{if .ForTest}}{{.ForTest}} {{join .Deps ","}}{{end}}' ./... |
		grep -v -e 'go-ethereum/eth,' -e 'go-ethereum/eth$' -e 'go-ethereum/eth/' -e cometbft |
		cut -d' ' -f1 | sort -u | grep -v '^helium$'
}

race() {
	# shellcheck disable=SC2046
	go test -race -timeout 15m $(race_packages)
}

# Every package is tested once: those that -race leaves out.
without_race() {
	# shellcheck disable=SC2046
	CGO_ENABLED=0 go test -timeout 20m $(go list ./... | grep -vxFf <(race_packages))
}

npm_ci() { (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error); }

# The headless program starts and works where no C compiler can be found.
without_compiler() {
	local only=$work/path
	mkdir -p "$only"
	PATH=$only CC=/nonexistent "$PWD/bin/helium" model list
}

# As a person would, in an empty home folder.
start_devnet() {
	mkdir -p "$work/home"
	HOME=$work/home setsid make --no-print-directory run \
		ARGS="--demo-model --port 0 --data $work/devnet --ready $work/ready.json" >"$work/devnet.out" 2>&1 &
	devnet=$!
	for _ in $(seq 600); do
		[ -f "$work/ready.json" ] && return 0
		kill -0 "$devnet" 2>/dev/null || return 1
		sleep 0.2
	done
	return 1
}

pages_end_to_end() { HELIUM_READY=$work/ready.json npm --prefix frontend run --silent e2e; }

window() { HELIUM_SHOTS=${HELIUM_SHOTS:-$work/shots} build/window-test.sh "$work/devnet/network.json" 2>"$work/window.err" || { tail -n 20 "$work/window.err"; return 1; }; }

step "format" formatted
npm_ci backend/contracts
[ ! -f testdata/openai/package-lock.json ] || npm_ci testdata/openai
step "vet for linux, windows and darwin" cross_vet
step "go test" without_race
step "go test -race" race
step "pages: check" npm --prefix frontend run --silent check
step "pages: test" npm --prefix frontend run --silent test
step "without a C compiler" without_compiler
step "make run" start_devnet
step "pages: end to end" pages_end_to_end
step "build the window" make --no-print-directory desktop
step "the window" window
