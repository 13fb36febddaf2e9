# The demo warehouse's generator: plain C, no server, no library but libc.
#   make -f test/demo/gen.mk GEN=/path/to/gen_warehouse
GEN_DIR := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
GEN ?= $(GEN_DIR)/../../build/gen_warehouse
GEN_SOURCES := $(sort $(wildcard $(GEN_DIR)/gen_*.c))
GEN_HEADERS := $(wildcard $(GEN_DIR)/gen_*.h)

$(GEN): $(GEN_SOURCES) $(GEN_HEADERS)
	@mkdir -p '$(@D)'
	$(CC) -std=c11 -O2 -g -Wall -Wextra -Werror -Wdeclaration-after-statement \
	  $(GEN_CFLAGS) -o '$@' $(GEN_SOURCES)
