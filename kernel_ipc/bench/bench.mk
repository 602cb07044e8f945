# SPDX-License-Identifier: MIT
# The IPC core beside other means of inter-process communication, on this host. Included by the root Makefile.
#   make bench-ipc              all works, 31 rounds
#   make bench-ipc ROUNDS=101   more of them

KIPC_BENCH := $(KIPC_BUILD)/bench/bench_ipc
KIPC_BENCH_SOURCES := $(addprefix kernel_ipc/bench/,bench.c bench_port.c rings.c dpdk.c pipes.c futex.c locks.c kernel.c \
                        kernel_world.c large.c)
KIPC_BENCH_OBJECTS := $(KIPC_BENCH_SOURCES:kernel_ipc/%.c=$(KIPC_BUILD)/%.o)
# DPDK's headers from the distribution's package, unpacked beside the build: installing it brings two hundred others,
# and the ring needs nothing but its headers. Without network the benchmark goes without this contestant.
KIPC_DPDK := $(KIPC_BUILD)/dpdk
KIPC_DPDK_FLAGS = $(if $(wildcard $(KIPC_DPDK)/usr/include/dpdk/rte_ring_elem.h),-DKIPC_BENCH_DPDK -march=corei7 \
  -DALLOW_EXPERIMENTAL_API -isystem $(KIPC_DPDK)/usr/include/dpdk \
  $(addprefix -isystem ,$(wildcard $(KIPC_DPDK)/usr/include/*-linux-gnu/dpdk)))
# Optimised at link time, contestants and the rings of the core: ck_ring and rte_ring are headers, whose calls the
# compiler always sees whole. What the core's cost as calls into a library is measured beside it.
KIPC_BENCH_FLAGS = $(filter-out -Wstrict-prototypes,$(KIPC_FLAGS)) -g -O2 -flto
KIPC_BENCH_CORE := $(KIPC_SOURCES:kernel_ipc/%.c=$(KIPC_BUILD)/bench/core/%.o)

$(KIPC_DPDK)/fetched: kernel_ipc/bench/fetch_dpdk.sh
	$(QUIET)sh kernel_ipc/bench/fetch_dpdk.sh $(KIPC_DPDK)
# Compiled anew once they are there: tests build the benchmark before anybody fetches.
$(KIPC_BUILD)/bench/dpdk.o: $(wildcard $(KIPC_DPDK)/fetched)

$(KIPC_BUILD)/bench/%.o: kernel_ipc/bench/%.c kernel_ipc/bench/bench.mk
	@mkdir -p $(@D)
	@echo '  cc       $<'
	$(QUIET)$(CC) $(KIPC_BENCH_FLAGS) $(if $(filter dpdk,$*),$(KIPC_DPDK_FLAGS)) -c $< -o $@
$(KIPC_BUILD)/bench/core/%.o: kernel_ipc/%.c kernel_ipc/bench/bench.mk
	@mkdir -p $(@D)
	@echo '  cc       $< (bench)'
	$(QUIET)$(CC) $(KIPC_BENCH_FLAGS) -c $< -o $@
-include $(KIPC_BENCH_OBJECTS:.o=.d) $(KIPC_BENCH_CORE:.o=.d)

$(KIPC_BENCH): $(KIPC_BENCH_OBJECTS) $(KIPC_BENCH_CORE) $(KIPC_BUILD)/libkernel_ipc.a
	$(QUIET)$(CC) -O2 -flto=auto $^ -o $@ -lpthread -lrt

# Its figures for single rows are tests of the tools.
kernel_ipc-tests test-kernel_ipc-tools: $(KIPC_BENCH)

.PHONY: bench-ipc
bench-ipc: build
	@$(SUBMAKE) $(KIPC_DPDK)/fetched
	@$(SUBMAKE) $(KIPC_BENCH)
	@$(PYTHON) -m kernel_ipc.bench.report --program $(KIPC_BENCH) $(if $(ROUNDS),--rounds $(ROUNDS)) \
	  --json $(KIPC_REPORTS)/bench_ipc.json
