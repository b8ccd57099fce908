# Every target is one or two plain commands that also run by hand.

.DEFAULT_GOAL := help
.PHONY: help run build test check lint fmt prepare

# What `make test` installs comes first, so that `python3` is the one with the tests' packages.
INSTALLED := $(CURDIR)/target/python/bin:$(CURDIR)/target/tools/bin

# One seed, so that a run says the same of the same code; `make test PROPTEST_RNG_SEED=$$RANDOM` tries others.
export PROPTEST_RNG_SEED ?= 8710

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1 \2/p' Makefile | while read -r name what; do printf '%-8s %s\n' "$$name" "$$what"; done

run: ## Build and start the service, and print the link to open; ARGS="--listen …" are passed on
	cargo run --release --locked -- serve $(ARGS)

build: ## Build the service as it is run
	cargo build --release --locked

test: prepare ## Install what the tests need, and run them all
	PATH="$(INSTALLED):$$PATH" cargo test --doc --locked
	PATH="$(INSTALLED):$$PATH" cargo nextest run --locked

check: lint test ## Check the format, the lints and the tests

lint: ## Check the format and the lints
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings

fmt: ## Format the source
	cargo fmt

prepare:
	tests/tools/prepare
