# triaged: build, test, demo, install. The targets that people use are listed by `make help`.
#
#   SAN=address,undefined   build with sanitizers (in a directory of its own)
#   GATE=no                 build without the literal gate (libhs)
#   KEEP=1                  make demo: leave it running
#   PREFIX= DESTDIR= SYSCONFDIR= UNITDIR=   make install

VERSION := 0.1.0
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
UNITDIR ?= $(PREFIX)/lib/systemd/system
RULES_DIR := $(PREFIX)/share/triaged/rules

comma := ,
VARIANT := $(if $(SAN),-$(subst $(comma),-,$(SAN)))$(if $(filter no,$(GATE)),-nogate)$(if $(HOOKS),-hooks)
BUILD ?= build/obj$(VARIANT)

DEPS := build-essential pkg-config libetpan-dev libgnutls28-dev libpcre2-dev liblmdb-dev libcurl4-gnutls-dev \
	libmicrohttpd-dev libjansson-dev libyaml-dev libutf8proc-dev libsystemd-dev nettle-dev libcsv-dev
TEST_DEPS := libcmocka-dev python3-pytest python3-pytest-xdist python3-jsonschema python3-yaml dovecot-imapd dovecot-lmtpd opensmtpd openssl mandoc clang-format clang-tidy \
	systemd systemd-container

PKGS := gnutls libpcre2-8 lmdb libcurl libmicrohttpd jansson yaml-0.1 libutf8proc libsystemd nettle
HS := $(if $(filter no,$(GATE)),,$(shell pkg-config --exists libhs 2>/dev/null && echo libhs))

CC ?= cc
CFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
HARDEN := $(if $(SAN),,-D_FORTIFY_SOURCE=2) -fstack-protector-strong -fPIE
ALL_CFLAGS = -std=gnu11 $(CFLAGS) $(WARN) $(HARDEN) $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer) \
	-I. $(shell pkg-config --cflags $(PKGS) $(HS)) $(if $(HS),-DHAVE_LIBHS) $(if $(HOOKS),-DTRIAGED_TEST_HOOKS) \
	-DTRIAGED_VERSION='"$(VERSION)"' -DCONFIG_FILE='"$(SYSCONFDIR)/triaged/triaged.yaml"' -DRULES_DIR='"$(RULES_DIR)"' \
	-DTRIAGED_RULES_DIRECTORY=RULES_DIR -DTRIAGED_RULES_OVERRIDES='"$(SYSCONFDIR)/triaged/rules.d"' -MMD -MP
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now $(if $(SAN),-fsanitize=$(SAN)) $(LDFLAGS)
LIBS = $(shell pkg-config --libs $(PKGS) $(HS)) -letpan -lcsv -lpthread -lm

FILTER_OBJS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard filters/*.c))
DAEMON_OBJS := $(patsubst %.c,$(BUILD)/%.o,$(filter-out daemon/main.c daemon/ctl_main.c,$(wildcard daemon/*.c)))
TESTS := $(patsubst tests/%.c,%,$(wildcard tests/test_*.c))
FUZZERS := $(patsubst tests/%.c,%,$(wildcard tests/fuzz_*.c))
TEST_OBJS := $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/test_%.c tests/fuzz_%.c tests/replay_main.c,$(wildcard tests/*.c)))

.PHONY: all
all: programs

.PHONY: help
help:
	@echo 'make demo        build, and show the whole way on a private mail server (KEEP=1: leave it running)'
	@echo 'make test        build, and run every test (SAN=address,undefined: with sanitizers)'
	@echo 'make             build triaged and triagectl into $(BUILD)'
	@echo 'make bench       print the figures of the README on this machine'
	@echo 'make install     install under PREFIX=$(PREFIX) (DESTDIR= for packages); make uninstall takes it away'
	@echo 'make lint        formatting, clang-tidy, purity of filters/, manual pages'
	@echo 'make fuzz        run every fuzzer for FUZZ_SECONDS=60'

.PHONY: programs
programs: $(BUILD)/triaged $(BUILD)/triagectl

$(BUILD)/libfilters.a: $(FILTER_OBJS)
$(BUILD)/libdaemon.a: $(DAEMON_OBJS)
$(BUILD)/%.a:
	@rm -f $@
	@$(AR) rcs $@ $^

$(BUILD)/%.o: %.c | deps
	@mkdir -p $(@D)
	@echo '  CC $<'
	@$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/triaged: $(BUILD)/daemon/main.o $(BUILD)/libdaemon.a $(BUILD)/libfilters.a
	@echo '  LD $@'
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/triagectl: $(BUILD)/daemon/ctl_main.o $(BUILD)/libdaemon.a $(BUILD)/libfilters.a
	@echo '  LD $@'
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# What knows where things are installed is compiled again when PREFIX or SYSCONFDIR change.
$(patsubst %.c,$(BUILD)/%.o,$(shell grep -lE '\b(CONFIG_FILE|RULES_DIR|TRIAGED_RULES_[A-Z]+)\b' daemon/*.c)): $(BUILD)/paths
$(BUILD)/paths: FORCE
	@mkdir -p $(@D)
	@echo '$(PREFIX) $(SYSCONFDIR)' | cmp -s - $@ || echo '$(PREFIX) $(SYSCONFDIR)' > $@
.PHONY: FORCE
FORCE:

# Debian's packages; quiet and quick when nothing is missing.
.PHONY: deps
deps:
	@tests/deps $(DEPS) -- $(if $(filter no,$(GATE)),,libvectorscan-dev\|libhyperscan-dev)

.PHONY: test-deps
test-deps:
	@tests/deps $(DEPS) $(TEST_DEPS) -- $(if $(filter no,$(GATE)),,libvectorscan-dev\|libhyperscan-dev)

$(BUILD)/test_%: $(BUILD)/tests/test_%.o $(TEST_OBJS) $(BUILD)/libdaemon.a $(BUILD)/libfilters.a
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

$(BUILD)/fuzz_%: $(BUILD)/tests/fuzz_%.o $(BUILD)/tests/replay_main.o $(BUILD)/libdaemon.a $(BUILD)/libfilters.a
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/bench_%: $(BUILD)/tests/bench/bench_%.o $(BUILD)/libdaemon.a $(BUILD)/libfilters.a
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

.SECONDARY:

# What the literal gate may change nothing about is also tested without it.
ENGINE_TESTS := test_rule test_ruleset test_verdict test_audit test_explain test_packs

.PHONY: test
test: test-deps check-pure
	@$(MAKE) --no-print-directory programs test-programs
	@$(MAKE) --no-print-directory HOOKS=1 programs
	@$(MAKE) --no-print-directory GATE=no engine-tests
	@BUILD=$(BUILD) HOOKED=$(shell $(MAKE) --no-print-directory -s HOOKS=1 print-build) \
		UNGATED=$(shell $(MAKE) --no-print-directory -s GATE=no print-build) ENGINE_TESTS='$(ENGINE_TESTS)' \
		tests/run $(TESTS) -- $(FUZZERS)

.PHONY: engine-tests
engine-tests: $(addprefix $(BUILD)/,$(ENGINE_TESTS))

.PHONY: test-programs print-build
test-programs: $(addprefix $(BUILD)/,$(TESTS) $(FUZZERS))
print-build:
	@echo $(BUILD)

.PHONY: demo
demo: demo-deps
	@$(MAKE) --no-print-directory programs
	@$(MAKE) --no-print-directory HOOKS=1 programs
	@BUILD=$(BUILD) HOOKED=$(shell $(MAKE) --no-print-directory -s HOOKS=1 print-build) KEEP=$(KEEP) \
		/usr/bin/python3 tests/e2e/demo.py

.PHONY: demo-deps
demo-deps:
	@tests/deps $(DEPS) dovecot-imapd dovecot-lmtpd openssl python3 -- $(if $(filter no,$(GATE)),,libvectorscan-dev\|libhyperscan-dev)

.PHONY: bench
bench: test-deps
	@$(MAKE) --no-print-directory programs $(BUILD)/bench_filters $(BUILD)/bench_rules
	@BUILD=$(BUILD) /usr/bin/python3 tests/bench/bench.py

FUZZ_SECONDS ?= 60
FUZZ_BUILD := build/fuzz
.PHONY: fuzz
fuzz:
	@tests/deps $(DEPS) clang libclang-rt-14-dev --
	@CC=clang FUZZ_BUILD=$(FUZZ_BUILD) FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz $(FUZZERS)

# filters/ is pure: bytes to verdicts, no I/O, log, clock, store or network.
.PHONY: check-pure
check-pure:
	@! grep -nE '#include *[<"](daemon/|\.\./|lmdb|curl/|systemd/|microhttpd|libetpan|syslog|sys/socket|netdb|time\.h|stdio_ext|unistd|fcntl)' \
		filters/*.c filters/*.h || { echo 'filters/ must stay pure: the lines above include what it may not know'; exit 1; }
	@! grep -nE '\b(printf|fprintf|fopen|open|read|write|getenv|time|clock_gettime)\(' filters/*.c || \
		{ echo 'filters/ must stay pure: the lines above talk to the world'; exit 1; }

.PHONY: check-docs
check-docs: test-deps
	@$(MAKE) --no-print-directory programs
	@BUILD=$(BUILD) tests/check-docs

.PHONY: lint
lint: test-deps check-pure
	@tests/lint

.PHONY: install
install: programs
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(SYSCONFDIR)/triaged/rules.d \
		$(DESTDIR)$(UNITDIR) $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5 \
		$(DESTDIR)$(PREFIX)/share/man/man8 $(DESTDIR)$(PREFIX)/share/doc/triaged
	install -d -m 700 $(DESTDIR)$(SYSCONFDIR)/triaged/credentials
	install -m 755 $(BUILD)/triaged $(DESTDIR)$(PREFIX)/sbin/triaged
	install -m 755 $(BUILD)/triagectl $(DESTDIR)$(PREFIX)/bin/triagectl
	cd rules && find . -type f -exec install -D -m 644 '{}' '$(DESTDIR)$(RULES_DIR)/{}' ';'
	sed -e 's|@PREFIX@|$(PREFIX)|g' -e 's|@SYSCONFDIR@|$(SYSCONFDIR)|g' systemd/triaged.service.in \
		> $(DESTDIR)$(UNITDIR)/triaged.service
	chmod 644 $(DESTDIR)$(UNITDIR)/triaged.service
	install -m 644 daemon/triagectl.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 daemon/triaged.yaml.5 rules/triaged-rules.5 $(DESTDIR)$(PREFIX)/share/man/man5/
	install -m 644 daemon/triaged.8 $(DESTDIR)$(PREFIX)/share/man/man8/
	install -m 644 README.md LICENSE daemon/triaged.yaml.example $(DESTDIR)$(PREFIX)/share/doc/triaged/
	test -e $(DESTDIR)$(SYSCONFDIR)/triaged/triaged.yaml || \
		install -m 644 daemon/triaged.yaml.example $(DESTDIR)$(SYSCONFDIR)/triaged/triaged.yaml

# Configuration, local rules and the store stay: they are the company's.
.PHONY: uninstall
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/sbin/triaged $(DESTDIR)$(PREFIX)/bin/triagectl $(DESTDIR)$(UNITDIR)/triaged.service \
		$(DESTDIR)$(PREFIX)/share/man/man1/triagectl.1 $(DESTDIR)$(PREFIX)/share/man/man5/triaged.yaml.5 \
		$(DESTDIR)$(PREFIX)/share/man/man5/triaged-rules.5 $(DESTDIR)$(PREFIX)/share/man/man8/triaged.8
	rm -rf $(DESTDIR)$(PREFIX)/share/triaged $(DESTDIR)$(PREFIX)/share/doc/triaged

.PHONY: clean
clean:
	rm -rf build

-include $(shell test -d $(BUILD) && find $(BUILD) -name '*.d')
