# evalkit's two commands are `make table1` and `make test`; both set the machine up first. `make train`
# trains the networks that ship with it, `make bench` compares its speed with PyTorch's.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PREFIX ?= /usr/local
FIXTURES ?= ../shared/fixtures
EVALKIT := .build/release/evalkit
SOURCES := Package.swift Sources Tests

.PHONY: table1 table1-real train weights canary test bench fuzz parity build install format lint setup clean

# The main job: drawn faces, built-in methods, the networks that ship with the program.
table1: build
	@"$(EVALKIT)" table1

# The same table on the real faces and weights of FIXTURES.
table1-real: build
	@Tools/table1_real.sh "$(EVALKIT)" "$(FIXTURES)"

# Trains the compact networks from nothing, into Results/training; `make weights` then ships them.
train: build
	@"$(EVALKIT)" train all

weights:
	@Tools/ship_weights.sh Results/training

# Records what the program's networks say of the faces that gates ask about; after an intended change only.
canary: build
	@"$(EVALKIT)" selftest --record Sources/CEmbeddedFiles/canary
	@touch Sources/CEmbeddedFiles/files.c

build: setup
	@swift build -c release --product evalkit

# Tests run in release: that is what ships, and debug numerics are a hundred times slower. Naming the
# product keeps the tools of dependencies out of the build, a protocol compiler among them. What depends on
# the processor's level runs again at the weaker ones.
test: build lint
	@swift build -c release --product evalkitPackageTests
	@EVALKIT_FIXTURES="$(abspath $(FIXTURES))" swift test -c release --skip-build
	@for level in avx2 portable; do echo "the same at EVALKIT_CPU_LEVEL=$$level"; \
		EVALKIT_CPU_LEVEL=$$level EVALKIT_FIXTURES="$(abspath $(FIXTURES))" \
		swift test -c release --skip-build --filter '$(LEVEL_TESTS)'; done

# Tests of what runs at the level in use; those of Kernels and Graphs try every level by themselves.
LEVEL_TESTS := ^(Metrics|Images|Detection|Training)Tests\.|^NetworksTests\.(Invariance|Perceptual|Compact)

# Every parser on damaged files, FUZZ_SECONDS each and all at once; `make test` tries a few thousand of the
# default seed. A failure names seed and case, and the same seed comes to it again.
FUZZ_SECONDS ?= 60
ifndef FUZZ_SEED
FUZZ_SEED := $(shell date +%s)
endif
fuzz: build
	@swift build -c release --product evalkitPackageTests
	@echo "fuzzing for $(FUZZ_SECONDS) s a parser with FUZZ_SEED=$(FUZZ_SEED)"
	@FUZZ_SECONDS="$(FUZZ_SECONDS)" FUZZ_SEED="$(FUZZ_SEED)" swift test -c release --skip-build \
		--filter 'Fuzz'

bench: build
	@Tools/bench.sh "$(EVALKIT)" "$(FIXTURES)"

# CLIP's towers at full size against PyTorch, which makes the goldens first: minutes, and gigabytes of memory.
# NETWORKS names some of them; what was made before is compared too. CONTRIBUTING.md has the last results.
GOLDENS ?= .build/goldens
parity: build
	@mkdir -p "$(GOLDENS)"
	@EVALKIT_GOLDENS="$(abspath $(GOLDENS))" python3 Tools/make_clip_goldens.py --full $(NETWORKS)
	@swift build -c release --product evalkitPackageTests
	@EVALKIT_GOLDENS="$(abspath $(GOLDENS))" swift test -c release --skip-build \
		--filter FullSizeParityTests

install: build
	@install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/evalkit"
	@install -m 755 "$(EVALKIT)" "$(DESTDIR)$(PREFIX)/bin/evalkit"
	@cp -R Protocols "$(DESTDIR)$(PREFIX)/share/evalkit/"
	@install -d "$(DESTDIR)$(PREFIX)/share/doc/evalkit"
	@install -m 644 LICENSE THIRD_PARTY_NOTICES.md "$(DESTDIR)$(PREFIX)/share/doc/evalkit"
	@echo "evalkit is in $(DESTDIR)$(PREFIX)/bin, its protocols in $(DESTDIR)$(PREFIX)/share/evalkit"

format:
	@swift format --in-place --recursive $(SOURCES)

lint: setup
	@swift format lint --strict --recursive $(SOURCES)

setup:
	@Tools/setup.sh

clean:
	@rm -rf .build
