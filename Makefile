# luacharm: one non-recursive Makefile. `make help` lists the targets.
#
# Outputs only under build/: the released program is build/luacharm; PROFILE=debug, asan and fault
# go beside it in build/PROFILE/. The release links everything statically, the others dynamically.

PROFILE ?= release
PREFIX  ?= /usr/local
V       ?= 0

BUILD := $(if $(filter release,$(PROFILE)),build,build/$(PROFILE))
Q     := $(if $(filter 1,$(V)),,@)
SAY   := $(if $(filter 1,$(V)),@:,@printf '  %-6s %s\n')

LAYERS  := base x509 juju tls charm bind model host cli
LIBS    := lua5.4 lua5.4-cjson libcrypto jansson yaml-0.1 sqlite3 minizip libedit
VERSION := 0.1.0

CC         ?= cc
PKG_CONFIG ?= pkg-config
AR         ?= ar

# --- flags -------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla \
            -Wformat=2
HARDEN   := -O2 -ffunction-sections -fdata-sections -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fno-plt
# Those of them that this compiler has for this processor. -fcf-protection marks where calls may land, which
# the kernel asks for when all libraries have it too; Debian's static ones have not (-z cet-report).
HARDEN   += $(if $(filter release,$(PROFILE)),$(shell for flag in -fstack-clash-protection \
              -ftrivial-auto-var-init=zero -fcf-protection=full -mbranch-protection=standard; do \
              $(CC) -Werror $$flag -x c -c -o /dev/null /dev/null 2>/dev/null && echo $$flag; done))
CFLAGS_release := $(HARDEN) -DLC_STATIC
CFLAGS_debug   := -O0 -g3 -DLC_SMALL_BUFFERS -DLC_FAULT_HOOKS
CFLAGS_asan    := -O1 -g3 -fno-omit-frame-pointer -fsanitize=address,undefined \
                  -fno-sanitize-recover=all -DLC_SMALL_BUFFERS -DLC_FAULT_HOOKS
# clang's alone: make fuzz says so.
CFLAGS_fuzz    := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
                  -fno-sanitize-recover=all
LDFLAGS_fuzz   := -fsanitize=fuzzer,address,undefined
CFLAGS_fault   := -O1 -g3 -DLC_SMALL_BUFFERS -DLC_FAULT_HOOKS
# What a plain Lua loads: position independent, and no symbol of ours but luaopen_charm_*.
CFLAGS_module := -O2 -fPIC -ffunction-sections -fdata-sections -fstack-protector-strong \
                 -D_FORTIFY_SOURCE=2 -DLC_LUA_MODULE
# make cov: what ran, of C and of Lua; the linker puts tests/cov/cover.c in between.
CFLAGS_cov     := -O0 -g --coverage -DLC_SMALL_BUFFERS -DLC_FAULT_HOOKS
LDFLAGS_cov    := --coverage -Wl,--wrap=lua_newstate -Wl,--wrap=lua_sethook
LDFLAGS_asan   := -fsanitize=address,undefined
# Relative relocations are 8 kB packed, and 590 as they were, which each start reads. Some linkers do
# not know how, and the C library undoes it since 2.36.
PACK_RELOCATIONS := $(shell $(CC) -Wl,--help 2>/dev/null | grep -q 'z pack-relative-relocs' && \
                      echo __GLIBC__ __GLIBC_MINOR__ | $(CC) -E -P -include features.h - 2>/dev/null | \
                      awk '$$1 > 2 || $$2 >= 36 { print "-Wl,-z,pack-relative-relocs" }')
# The refusals of runtime/base/static.c stand in for the loader and the resolver.
LDFLAGS_release := -static-pie -Wl,-z,relro,-z,now -Wl,--gc-sections $(PACK_RELOCATIONS) \
                   -Wl,--wrap=dlopen -Wl,-u,__wrap_dlopen

PKG_CFLAGS  = $(shell $(PKG_CONFIG) --cflags $(LIBS))
ALL_CFLAGS  = -std=c11 -D_GNU_SOURCE -DLC_VERSION='"$(VERSION)"' -Iruntime $(WARNINGS) \
              $(CFLAGS_$(PROFILE)) $(WERROR) $(PKG_CFLAGS) $(CFLAGS)
# -lm -ldl -lpthread: what SQLite and Lua name in their .pc files as private.
DYNAMIC_LIBS = $(shell $(PKG_CONFIG) --libs $(LIBS)) -lm
# -lmd: what libbsd needs of it, which libedit.pc does not name.
STATIC_LIBS  = $(shell $(PKG_CONFIG) --static --libs $(LIBS)) -lmd -lm
PROGRAM_LIBS = $(if $(filter release,$(PROFILE)),$(STATIC_LIBS),$(DYNAMIC_LIBS))

# --- what there is -----------------------------------------------------------------------------

SOURCES  := $(foreach layer,$(LAYERS),$(wildcard runtime/$(layer)/*.c))
MODULES  := $(sort $(wildcard lua/charm/*.lua lua/charm/[a-z]*/*.lua))
MODULES_OBJECT := $(if $(filter bind,$(LAYERS)),$(BUILD)/obj/modules.o)
TEMPLATES := $(sort $(wildcard lua/templates/*/* lua/templates/*/*/*))
TEMPLATES := $(filter-out $(patsubst %/,%,$(wildcard lua/templates/*/*/)),$(TEMPLATES))
PAGES    := $(sort $(wildcard runtime/page/*.html runtime/page/*.css runtime/page/*.js))
OBJECTS  := $(SOURCES:%.c=$(BUILD)/obj/%.o)
ARCHIVES := $(foreach layer,$(LAYERS),$(BUILD)/lib$(layer).a)
PROGRAM  := $(BUILD)/luacharm

# A fuzzer has a main of its own.
TEST_OBJECTS  := $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out \
                 $(if $(filter fuzz,$(PROFILE)),tests/lib/fuzz_replay.c),$(wildcard tests/lib/*.c)))
# An archive: with few LAYERS, what needs the others is not pulled in.
TEST_LIB      := $(BUILD)/libtests.a
UNIT_SOURCES  := $(wildcard tests/unit/test_*.c tests/conformance/test_*.c)
UNIT_PROGRAMS := $(UNIT_SOURCES:%.c=$(BUILD)/%)
FUZZ_SOURCES  := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_PROGRAMS := $(FUZZ_SOURCES:%.c=$(BUILD)/%)
FAULT_SOURCES := $(wildcard tests/fault/fault_*.c)
FAULT_PROGRAMS := $(FAULT_SOURCES:%.c=$(BUILD)/%)
FAULT_SCRIPTS := $(wildcard tests/fault/*.t)
FAULT_PARTS   := build/faults/command build/faults/shim.so
SPEC_RUNNER   := $(BUILD)/tests/lua/run_spec
SPECS         := $(wildcard tests/lua/*_spec.lua)
CHARMS        := $(patsubst %/tests,%,$(wildcard charms/*/tests))
# The client that keeps a server busy while scenarios run: OpenSSL and nothing of ours.
LOAD          := build/tests/load/tls_load
# Looked at in the released program alone: what it is, and what strace sees of it, which no leak
# checker can share a process with; and a server under load, which is to be served in time.
RELEASED_ONLY := tests/cli/static.t tests/model/faketime.t tests/conformance/canary.t tests/conformance/freed.t \
                 tests/model/upgrade.t tests/model/demo_upgrade.t tests/model/kills.t \
                 tests/bench/instructions.t
SCRIPTS       := $(filter-out $(if $(filter release,$(PROFILE)),,$(RELEASED_ONLY)), \
                 $(wildcard tests/cli/*.t tests/model/*.t tests/conformance/*.t tests/bench/*.t))

# Takes longer than all others: begun first, it does not run alone at the end.
LONGEST       := $(filter tests/model/upgrade.t,$(SCRIPTS))

# The modules that a plain lua5.4 can require, in one library: `charm.x509` finds it by its loader for
# all of a package's parts, as luaopen_charm_x509 in charm.so.
MODULE         := build/module/charm.so
MODULE_LIBS     = $(shell $(PKG_CONFIG) --libs libcrypto jansson yaml-0.1)
MODULE_OPENERS := luaopen_charm_x509 luaopen_charm_json luaopen_charm_policy_core
MODULE_LUA     := policy.lua $(patsubst lua/charm/%,%,$(wildcard lua/charm/policy/*.lua))
LUADIR ?= $(PREFIX)/share/lua/5.4
LIBDIR ?= $(PREFIX)/lib/lua/5.4

.PHONY: all docs module install-module help test check analyze asan cov valgrind fault faults fuzz fuzzers ci mutants upgrade-proof demo demo-upgrade format install clean setup units objects kills bench benches instructions FORCE
.DELETE_ON_ERROR:

all: $(PROGRAM)

help:
	@echo 'make                the program, build/luacharm (PROFILE=debug, asan, fault, cov: beside it)'
	@echo 'make demo           two charms, one certificate, one renewal, in a local model'
	@echo 'make demo-upgrade   a web server goes from v3 to v4 while a client never lets up; needs nginx'
	@echo 'make test           all tests of the profile (T=csr: only those with csr in their name)'
	@echo 'make check          format, layers, lints, warnings of gcc and clang'
	@echo 'make analyze        the part of it that gcc -fanalyzer is'
	@echo 'make asan           all tests under the address and undefined-behaviour sanitizers'
	@echo 'make fault          each allocation, hook command and system call fails in turn (FAULT=quick: one of many)'
	@echo 'make fuzz           SECONDS=$(SECONDS) of libFuzzer for each reader of outside bytes (T=, SEED=)'
	@echo 'make cov            which lines of runtime/ and lua/ the tests run (COV_LEAST=90 percent)'
	@echo 'make valgrind       the C and Lua tests under valgrind'
	@echo 'make ci             what CI runs: check, test, asan, fault, fuzz'
	@echo 'make mutants        plants faults, one at a time: each must turn its test red (T=: as above)'
	@echo 'make kills          1000 kills of hooks, RUNS=$(RUNS) lives of a model, with -9 at random moments (SEED=)'
	@echo 'make instructions   the instructions of hooks against what is kept (KEEP=1: keep these)'
	@echo 'make bench          what takes how long (T=: as above); build/bench.json'
	@echo 'make upgrade-proof  from v3 to v4 under load, N=5000 handshakes in each scenario and variant'
	@echo 'make install        PREFIX=$(PREFIX), DESTDIR='
	@echo 'make docs           the reference as one page, build/reference.html'
	@echo 'make module         what a plain lua5.4 can require, as the rockspec builds it'
	@echo 'make format clean'

# --- building ----------------------------------------------------------------------------------

# Changed flags rebuild everything.
STAMP := $(BUILD)/flags
$(STAMP): FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(CC) $(ALL_CFLAGS) $(LDFLAGS_$(PROFILE)) $(LDFLAGS)' > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
FORCE:

$(BUILD)/obj/%.o: %.c $(STAMP)
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

# What is written about the functions is a module, too.
REFERENCE := $(BUILD)/lua/charm/reference.lua
ANNOTATED := $(MODULES) $(sort $(wildcard lua/charm/_meta/*.lua))
$(REFERENCE): lua/reference.lua $(ANNOTATED)
	@mkdir -p $(@D)
	$(Q)lua5.4 lua/reference.lua $(ANNOTATED) > $@

$(BUILD)/modules.c: $(MODULES) $(REFERENCE)
$(BUILD)/templates.c: $(TEMPLATES)
$(BUILD)/page.c: $(PAGES)
$(BUILD)/modules.c $(BUILD)/templates.c $(BUILD)/page.c: $(BUILD)/%.c: lua/embed.lua
	@mkdir -p $(@D)
	$(SAY) EMBED $@
	$(Q)lua5.4 lua/embed.lua $* $(filter-out lua/embed.lua,$^) > $@

$(BUILD)/obj/modules.o $(BUILD)/obj/page.o $(BUILD)/obj/templates.o: $(BUILD)/obj/%.o: $(BUILD)/%.c $(STAMP)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -c $< -o $@

define archive
$(BUILD)/lib$(1).a: $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard runtime/$(1)/*.c))
	@rm -f $$@
	$$(SAY) AR $$@
	$$(Q)$$(AR) rcs $$@ $$^
endef
$(foreach layer,$(LAYERS),$(eval $(call archive,$(layer))))

# Upper layers first, so that one pass of the linker resolves the lower ones.
reversed = $(if $(1),$(call reversed,$(wordlist 2,$(words $(1)),$(1))) $(firstword $(1)))
LINK_ARCHIVES := $(patsubst %,$(BUILD)/lib%.a,$(call reversed,$(LAYERS)))

# What the build makes C of; and what looks on, in the coverage profile.
EMBEDDED := $(MODULES_OBJECT) $(if $(filter cli,$(LAYERS)),$(BUILD)/obj/page.o $(BUILD)/obj/templates.o) \
            $(if $(filter cov,$(PROFILE)),$(BUILD)/obj/tests/cov/cover.o)
$(BUILD)/obj/tests/cov/cover.o: private ALL_CFLAGS += -DCOVER_LUA='"$(abspath $(BUILD))/lua.seen"'

$(PROGRAM): $(ARCHIVES) $(EMBEDDED)
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS_$(PROFILE)) $(LDFLAGS_$(PROFILE)) $(LDFLAGS) -o $@ $(LINK_ARCHIVES) \
	    $(EMBEDDED) $(PROGRAM_LIBS)

# The program's main stays in its archive: a test has one of its own.
$(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(TEST_LIB) $(LINK_ARCHIVES) $(EMBEDDED)
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS_$(PROFILE)) $(LDFLAGS_$(filter-out release,$(PROFILE))) $(TEST_LDFLAGS) \
	    -o $@ $< $(TEST_LIB) $(LINK_ARCHIVES) $(EMBEDDED) $(DYNAMIC_LIBS) -lcmocka
# Private: what it needs, such as the stamp of the flags, is made without.
$(BUILD)/obj/tests/%.o: private ALL_CFLAGS += -Itests/lib
# They count calls: the linker puts their functions in between.
$(BUILD)/tests/conformance/test_counts: TEST_LDFLAGS := -Wl,--wrap=lc_key_generate
$(BUILD)/tests/conformance/test_scale: TEST_LDFLAGS := -Wl,--wrap=lc_csr_parse \
    -Wl,--wrap=lc_cert_parse -Wl,--wrap=lc_alloc -Wl,--wrap=lc_resize
# Between a look at a file and its use, it becomes another.
$(BUILD)/tests/unit/test_file_race: TEST_LDFLAGS := -Wl,--wrap=openat

# luacharm itself, with a watch on the memory that it frees: main comes from its archive.
WATCHED := $(BUILD)/tests/canary/watch
$(WATCHED): $(BUILD)/obj/tests/canary/watch.o $(BUILD)/obj/tests/lib/needles.o $(ARCHIVES) $(EMBEDDED)
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS_$(PROFILE)) -rdynamic -Wl,--wrap=EVP_PKEY_Q_keygen -o $@ \
	    $(filter %.o,$^) $(LINK_ARCHIVES) $(DYNAMIC_LIBS)

$(LOAD): tests/load/tls_load.c
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -O2 $(WARNINGS) $(WERROR) -o $@ $< -lssl -lcrypto

$(TEST_LIB): $(TEST_OBJECTS)
	@rm -f $@
	$(SAY) AR $@
	$(Q)$(AR) rcs $@ $^

-include $(OBJECTS:.o=.d) $(TEST_OBJECTS:.o=.d) $(UNIT_SOURCES:%.c=$(BUILD)/obj/%.d) \
         $(FAULT_SOURCES:%.c=$(BUILD)/obj/%.d) $(FUZZ_SOURCES:%.c=$(BUILD)/obj/%.d) $(SPEC_RUNNER:$(BUILD)/%=$(BUILD)/obj/%.d)

# Everything that is compiled, and nothing linked: for the lints.
objects: $(OBJECTS) $(TEST_LIB) $(UNIT_SOURCES:%.c=$(BUILD)/obj/%.o) \
         $(FAULT_SOURCES:%.c=$(BUILD)/obj/%.o) $(FUZZ_SOURCES:%.c=$(BUILD)/obj/%.o) \
         $(SPEC_RUNNER:$(BUILD)/%=$(BUILD)/obj/%.o)

# --- the reference ------------------------------------------------------------------------------

docs:
	@.ci/setup build
	@$(MAKE) --no-print-directory $(JOBS) all
	$(PROGRAM) docs --html $(BUILD)/reference.html

# --- modules for a plain Lua -------------------------------------------------------------------

$(BUILD)/charm.so: $(ARCHIVES) $(MODULES_OBJECT) runtime/bind/module.map
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS_$(PROFILE)) $(LDFLAGS) -shared -Wl,-z,relro,-z,now,-z,nodelete -Wl,--gc-sections \
	    -Wl,--version-script=runtime/bind/module.map $(MODULE_OPENERS:%=-Wl,-u,%) -o $@ \
	    $(LINK_ARCHIVES) $(MODULES_OBJECT) $(MODULE_LIBS)

module:
	@$(MAKE) --no-print-directory PROFILE=module LAYERS='base x509 juju tls charm bind' $(MODULE)

install-module:
	install -D -m 755 $(MODULE) $(DESTDIR)$(LIBDIR)/charm.so
	cd lua/charm && for file in $(MODULE_LUA); do \
	    install -D -m 644 "$$file" "$(DESTDIR)$(LUADIR)/charm/$$file" || exit 1; done

# --- tests -------------------------------------------------------------------------------------

# As many jobs as there are processors, unless the caller has said how many.
JOBS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

setup:
	@.ci/setup build test

units: $(UNIT_PROGRAMS) $(FUZZ_PROGRAMS) $(SPEC_RUNNER) $(LOAD) build/bench/answer \
       $(if $(filter release,$(PROFILE)),$(WATCHED))

test: setup
	@$(MAKE) --no-print-directory $(JOBS) all units
	@LUACHARM='$(abspath $(PROGRAM))' TLS_LOAD='$(abspath $(LOAD))' PROGRAMS='$(CURDIR)/build/bench' \
	    T='$(T)' tests/run.sh $(BUILD) \
	    $(LONGEST) $(UNIT_PROGRAMS) $(FUZZ_PROGRAMS) $(SPECS) $(CHARMS) \
	    $(filter-out $(LONGEST),$(SCRIPTS))
	@$(if $(T),,tests/conformance/check_items.sh $(BUILD))

asan:
	@$(MAKE) --no-print-directory test PROFILE=asan

# Each thing that can fail does, in turn; the sanitizers look for what it leaks (PROFILE=fault: without
# them, and three times as fast). FAULT=quick, as in CI, fails one point of many.
FAULT ?= full
fault: setup
	@$(MAKE) --no-print-directory $(JOBS) PROFILE=release all $(FAULT_PARTS)
	@$(MAKE) --no-print-directory PROFILE=$(if $(filter release,$(PROFILE)),asan,$(PROFILE)) faults
faults:
	@$(MAKE) --no-print-directory $(JOBS) $(FAULT_PROGRAMS) $(PROGRAM)
	@FAULT='$(FAULT)' T='$(T)' LUACHARM='$(abspath build/luacharm)' FAULTS='$(CURDIR)/build/faults' \
	    DYNAMIC='$(abspath $(PROGRAM))' tests/fault/run.sh $(BUILD) $(FAULT_PROGRAMS) $(FAULT_SCRIPTS)

# What stands between the released program and the hook commands that are to fail: small and static;
# and between a dynamic one and the C library.
build/faults/command: FAULT_FLAGS := -static
build/faults/shim.so: FAULT_FLAGS := -shared -fPIC
$(FAULT_PARTS): tests/fault/command.c tests/fault/shim.c
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -O2 $(WARNINGS) $(WERROR) $(FAULT_FLAGS) -o $@ \
	    tests/fault/$(basename $(@F)).c

# Which lines run in all of the tests, and in as many of the allocations' sweeps as CI takes: they are what
# runs the ways out of a failure, and they check each. COV_LEAST: percent, of runtime/ and of lua/.
COV_LEAST ?= 90
cov: setup
	@$(MAKE) --no-print-directory $(JOBS) PROFILE=cov all units $(FAULT_PROGRAMS:build/%=build/cov/%)
	@find build/cov \( -name '*.gcda' -o -name lua.seen \) -delete
	@GCOV_ERROR_FILE=/dev/null; export GCOV_ERROR_FILE; \
	    $(MAKE) --no-print-directory PROFILE=cov test >build/cov/test.out 2>&1; tests=$$?; \
	    $(MAKE) --no-print-directory PROFILE=cov FAULT=quick T=fault_ faults >build/cov/faults.out 2>&1; faults=$$?; \
	    grep -hE '^(FAIL|[0-9]+ passed)' build/cov/test.out build/cov/faults.out; \
	    lua5.4 tests/cov/report.lua build/cov $(COV_LEAST) $(SOURCES) $(MODULES) && \
	    [ $$tests -eq 0 ] && [ $$faults -eq 0 ]

# Every reader of outside bytes is given what a fuzzer makes of its corpus, SECONDS long each (T=: as
# above; SEED=n: the same again). What crashes one is kept in build/fuzz/found/ and belongs into
# tests/fuzz/corpus/.
SECONDS ?= 10
fuzz:
	@.ci/setup build test fuzz
	@$(MAKE) --no-print-directory $(JOBS) PROFILE=fuzz CC=clang fuzzers
	@T='$(T)' SEED='$(SEED)' tests/fuzz/run.sh build/fuzz '$(SECONDS)'
fuzzers: $(FUZZ_PROGRAMS)

# RSA keys take valgrind minutes: QUICK=1 leaves out the suites that make many of them, which
# the sanitizers run all the same.
VALGRIND_SLOW   := tests/conformance/test_requirer_scenarios.c tests/lua/x509_spec.lua
VALGRIND_SUITES  = $(filter-out $(if $(QUICK),$(VALGRIND_SLOW)),$(UNIT_SOURCES) $(SPECS))
valgrind: setup
	@$(MAKE) --no-print-directory $(JOBS) all units PROFILE=debug
	@LUACHARM='$(abspath build/debug/luacharm)' T='$(T)' WRAP='tests/valgrind.sh' \
	    tests/run.sh build/debug $(patsubst %.c,build/debug/%,$(VALGRIND_SUITES))

# A model killed with -9 at random moments of its life, and hooks at those of theirs; the suites have
# 20 of each.
RUNS ?= 200
kills: setup
	@$(MAKE) --no-print-directory $(JOBS) all $(FAULT_PARTS)
	@FAULT=full FAULTS='$(CURDIR)/build/faults' LUACHARM='$(abspath $(PROGRAM))' TESTS='$(CURDIR)/tests' \
	    LC_ALL=C TZ=UTC sh tests/fault/kills.t
	@LUACHARM='$(abspath $(PROGRAM))' TESTS='$(CURDIR)/tests' LC_ALL=C TZ=UTC tests/model/kills.sh $(RUNS) $(SEED)

# What the benches start: small and static, and nothing of ours; OpenSSL alone for one of them.
BENCH_PARTS := $(patsubst tests/bench/%.c,build/bench/%,$(filter-out tests/bench/bench_%,$(wildcard tests/bench/*.c)))
build/bench/crypto: BENCH_LIBS := -lcrypto
$(filter-out build/bench/crypto,$(BENCH_PARTS)): BENCH_LIBS := -static
$(BENCH_PARTS): build/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -O2 $(WARNINGS) $(WERROR) -o $@ $< $(BENCH_LIBS)

BENCHES := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/bench_*.c))
benches: $(BENCHES) $(BENCH_PARTS)
# The instructions of hooks, as tests/bench/instructions.t counts them in each `make test`; KEEP=1 keeps
# what was counted as what is right.
instructions: setup
	@$(MAKE) --no-print-directory $(JOBS) all build/bench/answer
	@rm -f build/instructions.txt
	@LUACHARM='$(abspath $(PROGRAM))' PROGRAMS='$(CURDIR)/build/bench' TESTS='$(CURDIR)/tests' \
	    COUNTS='$(CURDIR)/build/instructions.txt' sh tests/bench/instructions.t
	@$(if $(KEEP),cp build/instructions.txt tests/bench/instructions.txt)
bench: setup
	@$(MAKE) --no-print-directory $(JOBS) all benches
	@LUACHARM='$(abspath $(PROGRAM))' PROGRAMS='$(CURDIR)/build/bench' BUILD='$(abspath $(BUILD))' \
	    T='$(T)' tests/bench/run.sh

# gcc's analyzer, which is part of make check.
analyze:
	@.ci/setup build check
	@tests/lint/run.sh analyzer

check:
	@.ci/setup build test check
	@tests/lint/run.sh

ci:
	@.ci/ci.sh

mutants: setup
	@tests/mutants/run.sh $(T)

# Every scenario of the refresh in every variant, N handshakes in each; ends with the table.
upgrade-proof: setup
	@$(MAKE) --no-print-directory $(JOBS) all $(LOAD)
	@PROOF=1 PROOF_TABLE='$(abspath $(BUILD)/upgrade-proof.txt)' N='$(or $(N),5000)' \
	    LUACHARM='$(abspath $(PROGRAM))' TLS_LOAD='$(abspath $(LOAD))' TESTS='$(CURDIR)/tests' \
	    LC_ALL=C TZ=UTC sh tests/model/upgrade.t

demo:
	@.ci/setup build
	@$(MAKE) --no-print-directory $(JOBS) all
	@LUACHARM='$(abspath $(PROGRAM))' TIMELINE='$(abspath $(BUILD)/demo-timeline.html)' charms/demo.sh

demo-upgrade:
	@.ci/setup build demo
	@$(MAKE) --no-print-directory $(JOBS) all $(LOAD)
	@LUACHARM='$(abspath $(PROGRAM))' TLS_LOAD='$(abspath $(LOAD))' PAGE='$(abspath $(BUILD)/demo-upgrade.html)' \
	    charms/demo-upgrade.sh

# --- the rest ----------------------------------------------------------------------------------

FORMATTED = $(shell git ls-files --cached --others --exclude-standard '*.c' '*.h')
format:
	clang-format -i $(FORMATTED)

install: all
	install -D -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/luacharm
	install -d $(addprefix $(DESTDIR)$(PREFIX)/share/,man/man1 bash-completion/completions \
	    zsh/site-functions fish/vendor_completions.d)
	$(PROGRAM) help --man >$(DESTDIR)$(PREFIX)/share/man/man1/luacharm.1
	$(PROGRAM) completion bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/luacharm
	$(PROGRAM) completion zsh >$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_luacharm
	$(PROGRAM) completion fish >$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/luacharm.fish

clean:
	rm -rf build
