#!/usr/bin/env bash
# Runs the Windows build under Wine: one node of a devnet, and the tests of the
# packages that speak to the system. Run through `make test-wine`.
# Where Wine can't be had it says so and does nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

build/setup/packages.sh "the Windows build under Wine" wine wine64 gcc-mingw-w64-x86-64 || {
	echo "skipped: there is no Wine here"
	exit 0
}

work=$PWD/bin/windows
mkdir -p "$work/engine"
export WINEARCH=win64 WINEDEBUG=-all WINEPREFIX=$work/wine
export HF_ENDPOINT=http://127.0.0.1:9 # no test reaches for a hub
trap 'wineserver -k 2>/dev/null || true' EXIT

echo "── the Windows program and its engine"
CGO_ENABLED=0 GOOS=windows go build -o "$work/helium.exe" .
# The packages that build/engine pins, as npm picks them on Windows.
cmp -s build/engine/package-lock.json "$work/engine/package-lock.json" || {
	cp build/engine/package.json build/engine/package-lock.json "$work/engine/"
	(cd "$work/engine" && npm ci --os win32 --cpu x64 --ignore-scripts --no-audit --no-fund --loglevel=error)
}

echo "── Wine as Windows 10"
# Wine 8 lacks the random numbers that Go asks Windows for.
if [ ! -f "$work/bcryptprimitives.dll" ]; then
	cat >"$work/bcryptprimitives.c" <<-'C'
		#include <windows.h>
		BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
		__declspec(dllexport) BOOL ProcessPrng(PBYTE p, SIZE_T n) { return SystemFunction036(p, (ULONG)n); }
	C
	x86_64-w64-mingw32-gcc -shared -O2 -o "$work/bcryptprimitives.dll" "$work/bcryptprimitives.c" -ladvapi32
fi
if [ ! -f "$WINEPREFIX/system.reg" ]; then
	wineboot -i 2>/dev/null
	wine winecfg -v win10
fi
system=$WINEPREFIX/drive_c/windows/system32
[ -f "$system/bcryptprimitives.dll" ] || cp "$work/bcryptprimitives.dll" "$system/"
# One server for all that follows; the one that is there ends first.
timeout 30 wineserver -w || wineserver -k
wineserver -p

# Wine gives no program the registers of AMX, and results differ with and without
# them: the nodes of this system go without them too.
rm -rf "$work/linux-engine"
cp -r build/engine/node_modules "$work/linux-engine"
find "$work/linux-engine" -name '*sapphirerapids*' -delete

echo "── a node of Windows in a devnet"
HELIUM_TEST_ENGINE=$work/linux-engine HELIUM_TEST_WINE=$work/helium.exe CGO_ENABLED=0 go test -run TestWindowsUnderWine -count 1 -v -timeout 20m .

echo "── tests of packages"
# Wine 8 lacks the newer way to delete a file, and Go goes back to the older one
# for Windows before 10 only. The program runs without this.
file=$(go env GOROOT)/src/internal/syscall/windows/at_windows.go
sed 's/^var TestDeleteatFallback bool$/var TestDeleteatFallback = true/' "$file" >"$work/at_windows.go"
printf '{"Replace":{"%s":"%s"}}\n' "$file" "$work/at_windows.go" >"$work/overlay.json"
# What Wine starts in the background must not hold the tests' output.
cat >"$work/run" <<-'SH'
	#!/bin/sh
	out=$(mktemp)
	wine "$@" >"$out" 2>&1
	code=$?
	cat "$out"
	rm "$out"
	exit $code
SH
chmod +x "$work/run"
HELIUM_ENGINE_DIR="Z:${work//\//\\}\\engine\\node_modules" CGO_ENABLED=0 GOOS=windows \
	go test -overlay "$work/overlay.json" -exec "$work/run" -timeout 40m \
	./backend/wallet ./backend/hardware/... ./backend/store ./backend/models \
	./app/local ./app/launch ./inference/ggml ./inference/worker
