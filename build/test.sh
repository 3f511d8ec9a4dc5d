#!/usr/bin/env bash
# Every test. Run through `make test`, which sets up what they need.
set -euo pipefail
cd "$(dirname "$0")/.."

step() {
	local name=$1 began=$SECONDS
	shift
	echo "── $name"
	"$@"
	echo "   $name: $((SECONDS - began)) s"
}

cross_vet() {
	for os in linux windows darwin; do
		CGO_ENABLED=0 GOOS=$os go vet ./...
	done
}

formatted() {
	local odd
	odd=$(gofmt -l app backend inference frontend/*.go ./*.go build)
	[ -z "$odd" ] || { echo "not formatted: $odd"; return 1; }
}

# Packages without go-ethereum's node or CometBFT build fast enough for -race.
race_packages() {
	go list -f '{{if .TestGoFiles}}{{.ImportPath}} {{join .Deps ","}}{{end}}' ./... |
		grep -v -e 'go-ethereum/eth,' -e 'go-ethereum/eth$' -e 'ethclient/simulated' -e cometbft | cut -d' ' -f1 |
		grep -v '^helium$'
}

# shellcheck disable=SC2046
step "format" formatted
step "vet for linux, windows and darwin" cross_vet
step "go test" go test -timeout 20m ./...
step "go test -race" go test -race -timeout 15m $(race_packages)
if [ -d frontend/src ]; then
	step "pages: check" npm --prefix frontend run --silent check
	step "pages: test" npm --prefix frontend run --silent test
fi
