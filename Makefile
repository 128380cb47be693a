# `make help` lists the verbs. What they need and is missing, they install, and say so; nothing else is to be set up.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

RUST := Cargo.toml Cargo.lock $(shell find src -name '*.rs')
GEN := pkg/gen
JAVASCRIPT := pkg/core.js $(wildcard pkg/lib/*.js) pkg/index.d.ts

WORKER := target/worker/index.js
PANEL := www/panel/dist/index.html

.PHONY: help build demo serve test bench opinion fuzz check clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

build: $(GEN)/core.cjs $(WORKER) $(PANEL) ## the release wasm into pkg/gen/, the edge worker into target/worker/, the panel into www/panel/dist/

demo: build ## replays an identity provider's day over HTTP, with the access each request gives and takes
	@node www/demo/demo.mjs

serve: build ## the edge worker on 127.0.0.1:8787, with an empty organization that is kept; FRESH=1 starts anew
	@FRESH=$(FRESH) node www/worker/serve.mjs

test: build ## native tests, the package in Node, both in headless Chromium, the worker, two conformance suites, the panel
	@build/test.sh

bench: $(GEN)/core.cjs ## the package in Node beside its peers: ratios next to their targets; PARTS="payloads organization protocol growth" chooses
	@build/bench.sh $(PARTS)

opinion: $(GEN)/core.cjs ## a million random cases asked of the crate, of the wasm file and of a naive reference; CASES=, SEED=
	@build/opinion.sh $(CASES) $(SEED)

fuzz: ## coverage-guided fuzzing of payloads, patches, filters, records and requests; SECONDS= for each, 60 unless said
	@build/fuzz.sh $(or $(SECONDS),60) $(TARGETS)

check: build ## formatting, lints, documentation, types, size
	@build/check.sh

clean: ## removes what was built, tools and dependencies included
	rm -rf target node_modules $(GEN) www/panel/node_modules www/panel/dist

node_modules/.package-lock.json: package.json pkg/package.json www/worker/package.json package-lock.json
	@echo "· npm ci: the development dependencies (a few seconds)" >&2
	@npm ci --silent --no-audit --no-fund
	@touch $@

$(GEN)/scim_policy.wasm: $(RUST) build/wasm.sh build/glue.mjs node_modules/.package-lock.json
	@build/tools.sh rust-target wasm-bindgen
	@build/wasm.sh

$(GEN)/core.cjs: $(GEN)/scim_policy.wasm $(JAVASCRIPT) build/javascript.mjs
	@node build/javascript.mjs

$(WORKER): $(GEN)/core.cjs www/worker/wrangler.jsonc $(wildcard www/worker/src/*.ts) www/worker/bundle.mjs
	@node www/worker/bundle.mjs

www/panel/node_modules/.package-lock.json: www/panel/package.json www/panel/package-lock.json
	@echo "· npm install in www/panel: what the panel is built with (half a minute)" >&2
	@cd www/panel && npm install --no-save --silent --no-audit --no-fund
	@touch $@

$(PANEL): $(GEN)/core.cjs www/panel/node_modules/.package-lock.json www/panel/index.html www/panel/vite.config.ts www/worker/src/api.ts www/worker/src/people.ts $(shell find www/panel/src www/panel/public -type f)
	@cd www/panel && npx --no-install vite build --logLevel warn
