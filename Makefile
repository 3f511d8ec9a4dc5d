# Helium. Two commands matter: `make run` and `make test`.
# Everything else that they need is made on the way and kept until it is old.

.DEFAULT_GOAL := help
SHELL := /bin/sh
NPM_CI := npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

GO_FILES := $(shell find . -name node_modules -prune -o -name '*.go' -print) go.mod go.sum
UI_FILES := $(shell find frontend -name node_modules -prune -o -path frontend/dist -prune -o -path frontend/e2e -prune -o -path frontend/test-results -prune -o -type f -print 2>/dev/null)

HELIUM := bin/helium$(if $(filter Windows_NT,$(OS)),.exe)
ENGINE := build/engine/node_modules/.package-lock.json
PAGES  := frontend/dist/node/index.html

.PHONY: help run test test-kills test-wine desktop operator engine-vulkan engine-cuda engine-cuda12 generate bench-latency bench-throughput bench-inference bench-images bench-app clean

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' Makefile

run: $(HELIUM) $(ENGINE) ## a whole local network and a chat page to open
	@$(HELIUM) devnet $(ARGS)

test: $(HELIUM) $(ENGINE) ## every test, setting up what they need
	@build/setup/tests.sh
	@build/test.sh

test-kills: $(HELIUM) $(ENGINE) ## the test in which validators, relays and bridges are killed, which takes minutes
	HELIUM_TEST_KILLS=1 CGO_ENABLED=0 go test -run TestKilledServices -count 1 -v -timeout 30m .

test-wine: $(HELIUM) $(ENGINE) ## the Windows build under Wine, as far as that can (skips where there is none)
	@build/wine-test.sh

desktop: $(HELIUM) $(PAGES) $(ENGINE) ## the desktop app, in build/bin
	@build/setup/desktop.sh
	@mkdir -p build/bin
	go build -tags desktop,production,webkit2_41 -ldflags '-s -w' -o build/bin/Helium .
	@mkdir -p build/bin/agent && cp $(HELIUM) build/bin/agent/ && ln -sfn ../../engine build/bin/agent/engine

# Signatures are a tenth of what a server computes, and C does them five times as fast.
operator: $(PAGES) ## helium for a server, in bin/operator; takes a C compiler
	@build/setup/need.sh go
	@command -v cc >/dev/null || { echo "A C compiler is missing: install gcc or clang, or use bin/helium, which needs none." >&2; exit 1; }
	CGO_ENABLED=1 go build -tags netgo,osusergo -o bin/operator/helium .

engine-vulkan: build/engine/vulkan/node_modules/.package-lock.json ## the engine for a graphics card of any maker (27 MB)

engine-cuda: build/engine/cuda/node_modules/.package-lock.json ## the engine for NVIDIA cards with CUDA 13 (143 MB)

engine-cuda12: engine-cuda build/engine/cuda12/node_modules/.package-lock.json ## and for older ones with CUDA 12 (177 MB)

generate: ## everything that is generated and checked in
	cd backend/contracts && $(NPM_CI)
	go generate ./...

bench-latency: $(HELIUM) $(ENGINE) ## what the network adds to bare inference
	$(HELIUM) bench latency

bench-throughput: operator ## 10,000 tasks with answers that are made up, and that each is paid once
	bin/operator/helium bench load --fake-inference 200ms --requests 10000 --parallel 112

bench-inference: $(HELIUM) $(ENGINE) inference/bench/rival/node_modules/.package-lock.json ## the engine's speed beside others'
	$(HELIUM) bench inference

bench-images: $(HELIUM) $(ENGINE) ## how alike images of other processors are, and the speed of making them
	$(HELIUM) bench images
	$(HELIUM) bench unet

bench-app: desktop ## what the desktop app takes of a computer, and how fast it starts; eight minutes
	@build/setup/tests.sh
	go build -tags desktop,production,webkit2_41 -ldflags '-s -w' -o build/bin/EmptyApp ./build/bench/emptyapp
	LIBGL_ALWAYS_SOFTWARE=1 dbus-run-session -- xvfb-run --auto-servernum --server-args='-screen 0 1280x800x24 -nolisten tcp' $(HELIUM) bench app $(ARGS)

# The rival runs on the engine package that is here, and fetches none of its own.
inference/bench/rival/node_modules/.package-lock.json: inference/bench/rival/package-lock.json
	@build/setup/need.sh node
	cd inference/bench/rival && $(NPM_CI) --omit=optional
	@ln -sfn ../../../../build/engine/node_modules/@node-llama-cpp inference/bench/rival/node_modules/@node-llama-cpp
	@touch $@

clean: ## what make made
	rm -rf bin build/bin build/engine/node_modules build/engine/*/node_modules inference/bench/rival/node_modules frontend/node_modules frontend/dist/chat frontend/dist/node backend/contracts/node_modules

$(HELIUM): $(GO_FILES) $(PAGES)
	@build/setup/need.sh go
	CGO_ENABLED=0 go build -o $@ .

$(PAGES): $(UI_FILES) frontend/node_modules/.package-lock.json
	cd frontend && npm run --silent build
	@touch $@

frontend/node_modules/.package-lock.json: frontend/package-lock.json
	@build/setup/need.sh node
	cd frontend && $(NPM_CI)
	@touch $@

$(ENGINE): build/engine/package-lock.json
	@build/setup/need.sh node
	cd build/engine && $(NPM_CI)
	@mkdir -p bin && ln -sfn ../build/engine bin/engine
	@touch $@

# npm takes it for no error when there is no package for a system.
build/engine/%/node_modules/.package-lock.json: build/engine/%/package-lock.json
	@build/setup/need.sh node
	cd build/engine/$* && $(NPM_CI)
	@test -d build/engine/$*/node_modules/@node-llama-cpp || { echo "there is no engine package for $* on this system, or it can't be fetched" >&2; exit 1; }
	@mkdir -p bin && ln -sfn ../build/engine bin/engine
	@touch $@
