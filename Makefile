# Helium. Two commands matter: `make run` and `make test`.
# Everything else that they need is made on the way and kept until it is old.

.DEFAULT_GOAL := help
SHELL := /bin/sh
NPM_CI := npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

GO_FILES := $(shell find . -name node_modules -prune -o -name '*.go' -print) go.mod go.sum
UI_FILES := $(shell find frontend -name node_modules -prune -o -path frontend/dist -prune -o -type f -print 2>/dev/null)

HELIUM := bin/helium$(if $(filter Windows_NT,$(OS)),.exe)
ENGINE := build/engine/node_modules/.package-lock.json
PAGES  := frontend/dist/node/index.html

.PHONY: help run test desktop check generate bench-latency clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile

run: $(HELIUM) $(ENGINE) ## a whole local network and a chat page to open
	@$(HELIUM) devnet $(ARGS)

test: $(HELIUM) $(ENGINE) ## every test, setting up what they need
	@build/setup/tests.sh
	@build/test.sh

desktop: $(HELIUM) $(PAGES) $(ENGINE) ## the desktop app, in build/bin
	@build/setup/desktop.sh
	@mkdir -p build/bin
	go build -tags desktop,production,webkit2_41 -ldflags '-s -w' -o build/bin/Helium .
	@mkdir -p build/bin/agent && cp $(HELIUM) build/bin/agent/ && ln -sfn ../../engine/node_modules build/bin/agent/engine

generate: ## everything that is generated and checked in
	cd backend/contracts && $(NPM_CI)
	go generate ./...

bench-latency: $(HELIUM) $(ENGINE) ## what the network adds to bare inference
	$(HELIUM) bench latency

clean: ## what make made
	rm -rf bin build/bin build/engine/node_modules frontend/node_modules frontend/dist/chat frontend/dist/node backend/contracts/node_modules

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
	@mkdir -p bin && ln -sfn ../build/engine/node_modules bin/engine
	@touch $@
