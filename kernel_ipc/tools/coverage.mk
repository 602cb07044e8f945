# SPDX-License-Identifier: MIT
# What the tests of the IPC core reach of it, by gcov. Included by the root Makefile.
#   make coverage-ipc     every test program of one build with counters; the gate is in kernel_ipc/tools/coverage.py

KIPC_COVERAGE := $(KIPC_BUILD)/coverage
# Without debug checks, which stand beside code that copes; no optimisation, so that each branch is one of the source.
KIPC_COVERAGE_FLAGS = $(KIPC_FLAGS) -g -O0 --coverage -fprofile-update=atomic -DKIPC_CFG_LOG=4
KIPC_COVERAGE_OBJECTS := $(patsubst kernel_ipc/%.c,$(KIPC_COVERAGE)/%.o,$(KIPC_HOST_SOURCES) $(KIPC_SUPPORT) $(KIPC_FIXTURES))
KIPC_COVERAGE_PROGRAMS := $(KIPC_TESTS:%=$(KIPC_COVERAGE)/test_%)

$(KIPC_COVERAGE)/%.o: kernel_ipc/%.c $(KIPC_BUILD)/flags kernel_ipc/tools/coverage.mk
	@mkdir -p $(@D)
	@echo '  cc       $< (coverage)'
	$(QUIET)$(CC) $(KIPC_COVERAGE_FLAGS) -c $< -o $@

$(KIPC_COVERAGE)/test_%: $(KIPC_COVERAGE)/tests/test_%.o $(KIPC_COVERAGE_OBJECTS)
	$(QUIET)$(CC) --coverage $^ -o $@ -lcmocka -lpthread
.PRECIOUS: $(KIPC_COVERAGE)/%.o $(KIPC_COVERAGE)/test_%
-include $(KIPC_COVERAGE_OBJECTS:.o=.d) $(wildcard $(KIPC_COVERAGE)/tests/*.d)

# The core alone: tools/tests/test_coverage_gate.py links it with the tests of the plain build.
test-kernel_ipc-tools: $(filter $(KIPC_COVERAGE)/src/%,$(KIPC_COVERAGE_OBJECTS))

.PHONY: coverage-ipc coverage-ipc-programs
coverage-ipc-programs: $(KIPC_COVERAGE_PROGRAMS)

# Counters of an earlier run would count for this one.
coverage-ipc: build
	@$(SUBMAKE) -j$(JOBS) coverage-ipc-programs
	@find $(KIPC_COVERAGE) -name '*.gcda' -delete
	@set -e; for program in $(KIPC_COVERAGE_PROGRAMS); do timeout $(KIPC_TEST_SECONDS) $$program > $(KIPC_COVERAGE)/log 2>&1 || \
	  { tail -n 30 $(KIPC_COVERAGE)/log; exit 1; }; done
	@$(PYTHON) -m kernel_ipc.tools.coverage --folder $(KIPC_COVERAGE) --report $(KIPC_REPORTS)/kernel_ipc_coverage \
	  --junit $(KIPC_REPORTS)/kernel_ipc_coverage.xml
