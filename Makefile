# Every target is one or two plain commands that also run by hand.

.DEFAULT_GOAL := help
.PHONY: help run build ui test third-party contract openapi openapi-release cli-docs page-tables interop soak soak-instances soak-downstream soak-proxies screenshots fuzz coverage mutants bench check lint fmt prepare

# What `make test` installs comes first, so that `python3` is the one with the tests' packages.
INSTALLED := $(CURDIR)/target/python/bin:$(CURDIR)/target/tools/bin

# Many tests wait for a server, a page or a timer: three for two processors keep these busy.
THREADS = $(shell echo $$(($$(nproc) * 3 / 2)))

# How many requests `make contract` tries.
CASES = 20000

# How much `make soak` tries.
ROUNDS = 10000
PROCESSES = 4
WRITERS = 16
STREAM_SECONDS = 60
SEED = 1
PAIRS = 200000

# How much `make soak-downstream` registers and removes.
REGISTRATIONS = 200

# How long `make soak-instances` kills servers.
SOAK_SECONDS = 600

# What `make soak-proxies` plays the page behind.
PROXIES = $(foreach proxy,nginx apache caddy,$(proxy) $(proxy)/mcp-settings)

# How long `make fuzz` tries each target, and which; the rooms of which `make mutants` breaks the code.
SECONDS = 60
TARGETS = document formats json_patch merge name precondition put
ROOMS = document model projection

# One seed, so that a run says the same of the same code; `make test PROPTEST_RNG_SEED=$$RANDOM` tries others.
export PROPTEST_RNG_SEED ?= 8710

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1 \2/p' Makefile | while read -r name what; do printf '%-15s %s\n' "$$name" "$$what"; done

run: ui ## Build and start the service, and print the link to open; ARGS="--listen …" are passed on
	cargo run --release --locked -- serve $(ARGS)

build: ui ## Build the service as it is run
	cargo build --release --locked

ui: ## Build the page that the service serves
	ui/build

test: prepare ui ## Install what the tests need, and run them all
	PATH="$(INSTALLED):$$PATH" cargo test --doc --locked
	rm -f target/tmp/seen
	PATH="$(INSTALLED):$$PATH" cargo nextest run --locked --test-threads $(THREADS)
	EVERY_TEST_RAN=1 cargo test --locked --quiet --test contract coverage::

openapi: ## Write the OpenAPI document that the route table makes
	UPDATE_OPENAPI=1 cargo test --locked --test contract current::

openapi-release: openapi ## Promise the document as it is; CHANGELOG.md must have the version
	RELEASE_OPENAPI=1 cargo test --locked --test contract released::

cli-docs: ## Write docs/CLI.md, which is what the help of each command says
	UPDATE_CLI_DOCS=1 cargo test --locked --test documents command_line::

page-tables: ## Write the page's copy of the tables that say what is secret
	UPDATE_PAGE_TABLES=1 cargo test --locked --test contract page_tables::

third-party: ui target/tools/bin/cargo-about ## Write THIRD-PARTY.md, the packages that are built in and their licences
	PATH="$(INSTALLED):$$PATH" tests/tools/third-party/generate >target/THIRD-PARTY.md
	mv target/THIRD-PARTY.md THIRD-PARTY.md

contract: prepare ui ## Try at least CASES requests that Schemathesis makes of the OpenAPI document
	CASES=$(CASES) cargo test --locked --test it generated:: -- --nocapture

# RECORD=1 keeps what the real server made of a file of ours, for the tests that run without it.
interop: ## Run the released OpenHands agent-server and ours on one folder, and a Llama Stack; the first time installs 1.6 GB
	python=$$(tests/tools/agent-server) && llama=$$(tests/tools/llama-stack) && \
	    OPENHANDS_PYTHON=$$python LLAMA_STACK=$$llama cargo test --locked --test interop -- --nocapture

soak: prepare ui ## Try one winner, crashes, guesses and the page for long; ROUNDS, PROCESSES, WRITERS, STREAM_SECONDS, PAIRS and SEED say how much
	ROUNDS=$(ROUNDS) PROCESSES=$(PROCESSES) WRITERS=$(WRITERS) SEED=$(SEED) cargo test --locked --test it soak::rounds -- --nocapture
	PIPELINES=$(ROUNDS) cargo test --locked --test it connections::pipelined -- --nocapture
	CRASH_DEPTH=3 cargo test --locked --lib tests::crashes -- --nocapture
	cargo test --locked --test it crashes:: -- --nocapture --test-threads 1
	PAIRS=$(PAIRS) cargo test --release --locked --test properties guesses:: -- --nocapture
	STREAM_SECONDS=$(STREAM_SECONDS) SEED=$(SEED) cargo test --locked --test it two_pages -- --nocapture

soak-instances: prepare ui ## Kill, change and call running servers at random; SOAK_SECONDS says how long, SEED which
	SOAK_SECONDS=$(SOAK_SECONDS) SEED=$(SEED) PATH="$(INSTALLED):$$PATH" cargo test --locked --test it instances_soak:: -- --nocapture

soak-downstream: prepare ui ## Kill a gateway and two services during REGISTRATIONS registrations and removals; SEED says in which order
	REGISTRATIONS=$(REGISTRATIONS) SEED=$(SEED) PATH="$(INSTALLED):$$PATH" cargo test --locked --test it downstream::soak:: -- --nocapture

# In BEHIND, `nginx` is at `/` and `nginx/mcp-settings` under a path.
soak-proxies: prepare ui ## Play every journey of the page behind each proxy; PROXIES says which
	for proxy in $(PROXIES); do \
	    BEHIND=$$proxy STREAM_SECONDS=$(STREAM_SECONDS) PATH="$(INSTALLED):$$PATH" \
	        cargo nextest run --locked --no-fail-fast -E 'test(/^ui::/) - test(/^ui::(proxies|pictures)::/)' || exit 1; \
	done

screenshots: prepare ui ## Take the pictures of the manual again; look at each of them
	UPDATE_SCREENSHOTS=1 cargo test --locked --test it ui::pictures::

# New finds go into target/, and what breaks an invariant into fuzz/artifacts; fuzz/corpus changes by hand only.
fuzz: target/tools/bin/cargo-fuzz ## Try every fuzz target; SECONDS says how long each, TARGETS which
	for target in $(TARGETS); do \
	    mkdir -p target/fuzz/corpus/$$target && \
	    PATH="$(INSTALLED):$$PATH" cargo +nightly fuzz run --target-dir target/fuzz $$target target/fuzz/corpus/$$target \
	        fuzz/corpus/$$target -- -max_total_time=$(SECONDS) -max_len=8192 -timeout=10 || exit 1; \
	done

# Measured, the service leaves the figures in its home, where that test wants nothing.
coverage: prepare ui target/tools/bin/cargo-tarpaulin ## Print which lines of the pure rooms and the store the tests run
	PATH="$(INSTALLED):$$PATH" cargo tarpaulin --locked --engine llvm --follow-exec --skip-clean --out Stdout \
	    --target-dir target/coverage --timeout 600 --exclude-files '*/tests/*' --exclude-files '*/tests.rs' \
	    $(foreach room,document model projection secrets store,--include-files 'src/$(room)/*') \
	    -- --skip no_secret_is_let_out_anywhere

mutants: target/tools/bin/cargo-mutants ## Break the code of the ROOMS bit by bit and see what no test of theirs notices
	tests/tools/pure-rooms
	PATH="$(INSTALLED):$$PATH" PROPTEST_CASES=100 cargo mutants --dir target/pure --gitignore false --output target \
	    $(foreach room,$(ROOMS),--file 'src/$(room)/**/*.rs') $(MUTANTS) -- --lib

# On a machine with nothing else to do. OPENHANDS_PYTHON names a Python that has openhands-agent-server.
bench: prepare ui ## Measure beside what can't be avoided, and print the ratios; CHAPTERS says which
	cargo bench --locked --bench speed -- $(CHAPTERS)

target/tools/bin/cargo-%:
	cargo install --locked --root target/tools cargo-$*

check: lint test ## Check the format, the lints and the tests

lint: ui ## Check the format and the lints
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings
	cargo clippy --test interop --locked -- -D warnings
	cd ui && npx biome lint --error-on-warnings . ../tests/ui

fmt: ## Format the source
	cargo fmt

prepare:
	tests/tools/prepare
