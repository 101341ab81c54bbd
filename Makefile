# make install for the present user: program, menu entry, link handler
# make deb     a package for Debian and Ubuntu, in target/debian
# make deb-test  builds it and looks into it; as root it also installs and removes it
# make windows-test  builds the program for Windows, and tries it under wine
# make rpm     the same files as an RPM package, in target/rpm, looked into
# make demo    installs what is missing, builds, and shows a signature being made
# make test    installs what is missing, and runs every test
# make portal  starts a sample portal, and opens its page: sign there with the demo token
# make portal-deb  a package of the portal's service for Debian and Ubuntu, in portal/target/debian
# make portal-test  the tests of the portal's service alone, which make test runs as well, and
#              its description (OpenAPI) against what it answers
# make bench   compares a signature, and the window, with what they cost elsewhere
# make lint    format, clippy, dependencies

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.PHONY: build demo install deb deb-test rpm windows-test test portal portal-deb portal-test bench lint

build:
	scripts/install-deps
	. scripts/environment; cargo build --release --locked -p securesign; \
	cargo build --release --locked -p securesign-helper

demo: build
	scripts/demo

install: build
	scripts/install

deb:
	scripts/install-deps --package
	scripts/deb

deb-test: deb
	scripts/install-deps --tests
	scripts/deb-test

windows-test:
	scripts/cross windows
	scripts/windows-test

rpm: deb
	scripts/rpm

test:
	scripts/install-deps --tests
	scripts/test

portal: build
	scripts/portal

portal-deb:
	scripts/install-deps --package
	scripts/portal-deb

portal-test:
	scripts/install-deps --portal
	scripts/portal-test
	scripts/portal-openapi

bench:
	scripts/install-deps --tests
	scripts/bench-peers
	scripts/bench-window

lint:
	. scripts/environment; \
	cargo fmt --all --check; \
	cargo clippy --workspace --all-targets --locked -- -D warnings; \
	cargo clippy -p securesign --no-default-features --all-targets --locked -- -D warnings; \
	(cd portal && cargo fmt --check && cargo clippy --all-targets --locked -- -D warnings); \
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked; \
	if command -v cargo-deny > /dev/null; then cargo deny --locked check; else echo "cargo-deny is not installed: dependencies not checked"; fi
