# medsup: PGXS build.  `make help` lists the targets.
#
# Objects, results and logs live in $(BUILD) (build/MAJOR), never beside the
# sources: objects of two server versions must not mix.  In the project's own
# folder this file only enters the build folder; run from any other folder (by
# itself, or by `make -f /path/to/Makefile`) it is an ordinary PGXS VPATH build.
# `make BUILD=/elsewhere` builds somewhere else.

# ---------------------------------------------------------------- server ----
PG_CONFIG ?= pg_config
PG_VERSION := $(shell $(PG_CONFIG) --version 2>/dev/null)
PG_MAJOR := $(shell echo '$(PG_VERSION)' | sed -n 's/^PostgreSQL \([0-9]*\).*/\1/p')

MS_TOP := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))

ifeq ($(CURDIR),$(MS_TOP))
# ============================================================== outer run ===
BUILD ?= $(MS_TOP)/build/$(or $(PG_MAJOR),none)
override BUILD := $(abspath $(BUILD))
export BUILD

INNER_GOALS := all install installdirs uninstall installcheck clean \
	distclean maintainer-clean

.PHONY: $(INNER_GOALS) help setup demo demo-stop demo-clean check \
	check-source check-headers check-selftest unit oracle fuzz indent typedefs dist

all:

$(INNER_GOALS):
	@if [ -z "$(PG_MAJOR)" ]; then \
	  echo "medsup: no usable '$(PG_CONFIG)'; install postgresql-server-dev-15 (or run: make setup), or give PG_CONFIG=/path/to/pg_config" >&2; exit 1; fi
	@if [ "$(PG_MAJOR)" -lt 15 ]; then \
	  echo "medsup needs PostgreSQL 15 or later; $(PG_CONFIG) belongs to $(PG_VERSION)" >&2; exit 1; fi
	@mkdir -p '$(BUILD)'
	@+$(MAKE) --no-print-directory -C '$(BUILD)' -f '$(MS_TOP)/Makefile' $@

help:
	@echo "make [all]             build for the server of PG_CONFIG ($(or $(PG_VERSION),none found))"
	@echo "make install           install it (DESTDIR= stages it)"
	@echo "make installcheck      regression, isolation and TAP tests against an installed medsup"
	@echo "make clean             remove what was built for this server"
	@echo
	@echo "make demo              set up, build, private cluster, one audited night (DEMO_LANG=en, DEMO_SF=1)"
	@echo "make demo-stop         stop the demo's server"
	@echo "make demo-clean        stop it and remove its files"
	@echo "make check             set up, then every test; last line: N passed, N failed"
	@echo "make setup             only install the packages that are missing (YES=1 confirms)"
	@echo
	@echo "make check-source      the rules of the house (docs/development.md)"
	@echo "make check-headers     every header compiles alone"
	@echo "make check-selftest    break every rule once, on a copy, and see it fail"
	@echo "make unit              plain C tests of *_core.c under ASan and UBSan"
	@echo "make oracle            the evaluator against its reference in SQL, CASES=10000 random cases"
	@echo "make fuzz              libFuzzer over test/fuzz, FUZZ_SECONDS=10 each"
	@echo "make indent            format src and test with pg_bsd_indent"
	@echo "make typedefs          refresh scripts/typedefs.list from the objects"
	@echo "make bench-NAME        run test/bench/NAME.sh"
	@echo "make dist              medsup-VERSION.zip of what is committed, for PGXN"
	@echo
	@echo "variables: PG_CONFIG=pg_config BUILD=build/MAJOR CC= WERROR=1 YES=1 MEDSUP_DATA=../shared/data"

setup:
	@scripts/setup.sh
demo:
	@scripts/demo.sh start
demo-stop:
	@scripts/demo.sh stop
demo-clean:
	@scripts/demo.sh clean
check:
	@+scripts/check_all.sh
check-source:
	@+scripts/check_source.sh
check-headers:
	@scripts/check_headers.sh
check-selftest:
	@test/check_source_selftest
unit:
	@scripts/run_unit.sh
fuzz:
	@FUZZ_SECONDS='$(or $(FUZZ_SECONDS),10)' scripts/run_fuzz.sh
indent:
	@scripts/indent.sh
typedefs: all
	@scripts/make_typedefs.sh '$(BUILD)'

dist:
	@v=$$(sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" medsup.control) && \
	git archive --format=zip --prefix="medsup-$$v/" -o "medsup-$$v.zip" HEAD && \
	echo "medsup-$$v.zip"

oracle:
	@+ONLY="build-gcc stage tap" TAP=oracle MEDSUP_ORACLE_CASES=$(or $(CASES),10000) scripts/check_all.sh

# A bench exists when there is a script of that name.
bench-%:
	@if [ -x 'test/bench/$*.sh' ]; then exec 'test/bench/$*.sh'; else \
	  echo "no test/bench/$*.sh" >&2; exit 1; fi

else
# ============================================================== inner run ===
# ---------------------------------------------------------------- version ---
EXTENSION = medsup
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" $(MS_TOP)/medsup.control)

# ---------------------------------------------------------------- sources ---
# Base names are unique over the tree (checked), so that one list is enough.
MODULE_big = medsup
SOURCES := src/medsup.c $(patsubst $(MS_TOP)/%,%,$(sort $(wildcard $(MS_TOP)/src/*/*.c)))
OBJS = $(SOURCES:.c=.o)
HEADERS = src/medsup.h

PG_CPPFLAGS = -I$(MS_TOP)/src -ffp-contract=off \
	-isystem $(shell $(PG_CONFIG) --includedir-server)
PG_CFLAGS = -fvisibility=hidden -MMD -MP

# Servers before 16 leave PGDLLEXPORT empty on Unix.
ifeq ($(PG_MAJOR),15)
PG_CPPFLAGS += -DPGDLLEXPORT='__attribute__((visibility("default")))'
endif

ifdef WERROR
PG_CFLAGS += -Wall -Wextra -Werror -Wno-unused-parameter -Wvla -Wundef \
	-Wno-missing-field-initializers -Wdeclaration-after-statement \
	-Wno-unknown-warning-option -Wno-ignored-optimization-argument
WERROR_SHADOW := $(shell $(or $(CC),gcc) -Wshadow=compatible-local -fsyntax-only -xc /dev/null 2>/dev/null && echo -Wshadow=compatible-local || echo -Wshadow)
PG_CFLAGS += $(WERROR_SHADOW)
endif

# ICU is linked only once a source includes it.
ifneq (,$(shell grep -lE '^\# *include *<unicode/' $(addprefix $(MS_TOP)/,$(SOURCES)) 2>/dev/null))
PG_CPPFLAGS += $(shell pkg-config --cflags icu-uc icu-i18n)
SHLIB_LINK += $(shell pkg-config --libs icu-uc icu-i18n)
endif

# PROJ for geodesics, as PostGIS.
PG_CPPFLAGS += $(shell pkg-config --cflags proj)
SHLIB_LINK += $(shell pkg-config --libs proj)

# ---------------------------------------------------------------- SQL -------
# Beside its parts, as packagers expect it; the same for every server.
SQL_SCRIPT := $(MS_TOP)/sql/medsup--$(EXTVERSION).sql
SQL_PARTS := $(addprefix $(MS_TOP)/sql/parts/,$(shell sed 's/\#.*//' $(MS_TOP)/sql/parts/ORDER))
CONFORMANCE := $(sort $(wildcard $(MS_TOP)/test/data/conformance/*.json))
DATA_built = $(SQL_SCRIPT)
DATA = $(patsubst $(MS_TOP)/%,%,$(sort $(wildcard $(MS_TOP)/sql/updates/medsup--*.sql)))

# ---------------------------------------------------------------- tests -----
# Regression tests run on a plain server: no preload, no pg_cron.
REGRESS = $(sort $(patsubst $(MS_TOP)/test/sql/%.sql,%,$(wildcard $(MS_TOP)/test/sql/*.sql)))
REGRESS_OPTS = --inputdir=$(MS_TOP)/test --outputdir=. --load-extension=postgis --load-extension=medsup
ISOLATION = $(sort $(patsubst $(MS_TOP)/test/isolation/specs/%.spec,%,$(wildcard $(MS_TOP)/test/isolation/specs/*.spec)))
ISOLATION_OPTS = --inputdir=$(MS_TOP)/test/isolation --load-extension=postgis --load-extension=medsup
ifeq (,$(strip $(ISOLATION)))
undefine ISOLATION
endif

# The TAP library refuses root and needs IPC::Run; say so instead of failing.
TAP_FILES := $(sort $(wildcard $(MS_TOP)/test/t/*.pl))
PROVE_TESTS ?= test/t/*.pl
PROVE_FLAGS += -I $(MS_TOP)/test/t/lib
ifneq ($(origin TAP_TESTS),command line)
ifneq (,$(TAP_FILES))
TAP_OBSTACLE := $(shell if [ "$$(id -u)" = 0 ]; then echo "they cannot run as root"; \
	elif ! perl -MIPC::Run -e 1 2>/dev/null; then echo "libipc-run-perl is not installed"; fi)
ifeq (,$(TAP_OBSTACLE))
TAP_TESTS = 1
else
installcheck: tap-note
.PHONY: tap-note
tap-note:
	@echo "note: TAP tests left out: $(TAP_OBSTACLE)"
endif
endif
endif

EXTRA_CLEAN = $(OBJS:.o=.d) src

# ---------------------------------------------------------------- PGXS ------
override VPATH := $(MS_TOP)
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# Products with a matrix, as the server compiles its checksums; no sum changes its order.
src/anomaly/anomaly_vector_core.o: override CFLAGS += $(CFLAGS_VECTORIZE) $(CFLAGS_UNROLL_LOOPS)

# ---------------------------------------------------------------- rules -----
all: $(SQL_SCRIPT)

# A list of parts that changed must rebuild the script too, hence the stamp.
$(SQL_SCRIPT): $(SQL_PARTS) $(CONFORMANCE) $(MS_TOP)/sql/parts/ORDER $(MS_TOP)/medsup.control
	(cat $(SQL_PARTS) && $(MS_TOP)/scripts/conformance_sql.sh $(CONFORMANCE)) > $@.$$PPID && mv -f $@.$$PPID $@

# By $(shell), since a rule for `src/` would be satisfied by the sources' own.
$(shell mkdir -p $(sort $(dir $(OBJS))))

# Flags are part of what was built: other flags rebuild everything.
FLAGS_NOW := $(CC) $(CFLAGS) $(CPPFLAGS)
ifneq ($(FLAGS_NOW),$(file <flags.stamp))
$(file >flags.stamp,$(FLAGS_NOW))
endif
$(OBJS) $(OBJS:.o=.bc): flags.stamp

# The server's own dependency tracking is off in Debian's packages.
-include $(OBJS:.o=.d)
endif
