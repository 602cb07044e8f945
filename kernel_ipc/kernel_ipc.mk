# SPDX-License-Identifier: MIT
# The IPC core: a host library, its tests in three builds, and the list of sources that firmware compiles for itself.

KIPC_INCLUDE := kernel_ipc/include
KIPC_SOURCES := $(addprefix kernel_ipc/src/,error.c port.c slot.c wait.c ring.c ring_layout.c ring_wait.c \
                  ring_batch.c many_ring.c loan.c pool_layout.c release.c link.c link_receive.c message.c)
# Kernel objects, on top of these: for a system that runs a kernel of this library.
KIPC_KERNEL_SOURCES := $(addprefix kernel_ipc/src/,table.c kernel.c process.c handle.c object.c name.c wait_queue.c \
                         semaphore.c mutex.c condition.c rwlock.c event.c event_wait.c notification.c \
                         block.c channel.c channel_send.c channel_receive.c channel_wait.c transfer.c call.c \
                         call_straight.c call_words.c syscall_words.c \
                         topic.c subscription.c limiter.c transport.c connection.c channel_batch.c async.c async_send.c registry.c registry_change.c \
                         channel_registers.c channel_policy.c)
# How processes reach them: system calls, with a look at who asks; and what can be learned about their work.
KIPC_KERNEL_SOURCES += $(addprefix kernel_ipc/src/,mode.c user_memory.c syscall.c trap.c syscall_handle.c syscall_sync.c \
                         syscall_channel.c syscall_batch.c syscall_region.c channel_fast.c writer.c histogram.c throughput.c record.c observer.c \
                         observation.c report.c log.c leak.c)
# Capabilities as data.
KIPC_KERNEL_SOURCES += kernel_ipc/src/capability.c
# Shared memory.
KIPC_KERNEL_SOURCES += $(addprefix kernel_ipc/src/,memory.c page.c frames.c region.c region_access.c region_info.c \
                         region_share.c mapping.c fault.c)
# The way to another node, through a hardware mailbox.
KIPC_KERNEL_SOURCES += $(addprefix kernel_ipc/src/,mailbox.c mailbox_words.c mailbox_copies.c)
KIPC_ALL_SOURCES := $(KIPC_SOURCES) $(KIPC_KERNEL_SOURCES)

KIPC_BUILD := $(or $(BUILD),build)/kernel_ipc
KIPC_WARNINGS := $(or $(WARNINGS),-Wall -Wextra -Wshadow -Wconversion -Werror -Wstrict-prototypes -Wvla)
KIPC_CLANG ?= clang
KIPC_FLAGS := -std=c11 $(KIPC_WARNINGS) -I$(KIPC_INCLUDE) -Ikernel_ipc/src -Ikernel_ipc/port/host -MMD -MP
KIPC_HEADERS := $(wildcard $(KIPC_INCLUDE)/kipc/*.h kernel_ipc/src/*.h kernel_ipc/tests/*.h kernel_ipc/port/host/*.h)

# One build of library and tests a mode. The debug checks (KIPC_ASSERT) are on in the address build, off in the others,
# so that both behaviours are tested.
KIPC_MODES := address thread plain
# The explorer runs everything on one thread, where the thread sanitizer has nothing to see.
KIPC_EXPLORER_MODES := address plain
KIPC_CC_address = $(CC)
KIPC_CC_thread = $(CC)
KIPC_CC_plain = $(KIPC_CLANG)
KIPC_FLAGS_address := -g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -DKIPC_DEBUG
KIPC_FLAGS_thread := -g -O1 -fsanitize=thread
KIPC_FLAGS_plain := -g -O2
# Tests see every line of the log; the library for others, and firmware, have none unless they ask for it.
$(foreach mode,$(KIPC_MODES),$(eval KIPC_FLAGS_$(mode) += -DKIPC_CFG_LOG=4))

KIPC_TESTS := error port message slot ring ring_checks wait loan link corruption threads \
              table kernel handle semaphore mutex condition rwlock event notification \
              channel channel_access channel_waits call limiter transfer topic kernel_threads transport blocking_suite mailbox mailbox_stress
KIPC_TESTS += channel_plain channel_overflow
KIPC_TESTS += batch async registry registry_places channel_kinds channel_rates transport_wire
KIPC_TESTS += page page_copy region region_life region_access region_share mapping mapping_rights memory memory_port
KIPC_TESTS += syscall syscall_values user_memory histogram throughput writer observer report log leak mode quota \
              channel_fast record
KIPC_TESTS += linearizability linearizable_queues many_ring ring_stress wait_conformance condition_threads allocation
KIPC_TESTS += call_straight words windows windows_calls
KIPC_TESTS += capability capability_gate transfer_large transfer_lost checks sizes
# A test that hangs is a failed test: each has this many seconds.
KIPC_TEST_SECONDS := 300
KIPC_HOST_SOURCES := $(KIPC_ALL_SOURCES) kernel_ipc/port/host/kipc_host.c kernel_ipc/port/host/kipc_host_memory.c
KIPC_SUPPORT := $(addprefix kernel_ipc/tests/,support.c ring_fixture.c mock_scheduler.c kernel_fixture.c channel_fixture.c \
                  blocking_suite.c blocking_locks.c blocking_messages.c blocking_memory.c blocking_values.c \
                  blocking_waiters.c blocking_peers.c mailbox_fixture.c)
# Of the tests alone: the explorers build all that is above anew for each mutant.
KIPC_FIXTURES := $(addprefix kernel_ipc/tests/,gate_fixture.c gate_calls.c gate_arguments.c text_writer.c observer_fixture.c)
KIPC_FIXTURES += $(addprefix kernel_ipc/tests/,linearizability.c history_fixture.c fake_memory.c memory_fixture.c capability_fixture.c link_fixture.c registry_fixture.c wait_kinds.c window_fixture.c)
KIPC_EXPLORER := $(addprefix kernel_ipc/tests/,explorer.c model.c kernel_scenario.c fake_memory.c)
# Each is a program with every schedule of its scenarios.
KIPC_EXPLORERS := explorer many_explorer kernel_explorer message_explorer region_explorer

.PHONY: kernel_ipc test-kernel_ipc
kernel_ipc: $(KIPC_BUILD)/libkernel_ipc.a

# Objects depend on how they are compiled, and not on the lists of files around it.
.PHONY: FORCE
$(KIPC_BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(KIPC_FLAGS) $(foreach mode,$(KIPC_MODES),$(KIPC_CC_$(mode)) $(KIPC_FLAGS_$(mode)))' > $@.new
	@cmp -s $@.new $@ || mv $@.new $@

KIPC_LIBRARY_OBJECTS := $(patsubst kernel_ipc/%.c,$(KIPC_BUILD)/library/%.o,$(KIPC_HOST_SOURCES))
$(KIPC_BUILD)/library/%.o: kernel_ipc/%.c $(KIPC_BUILD)/flags
	@mkdir -p $(@D)
	@echo '  cc       $<'
	$(QUIET)$(CC) $(KIPC_FLAGS) -g -O2 -c $< -o $@

$(KIPC_BUILD)/libkernel_ipc.a: $(KIPC_LIBRARY_OBJECTS)
	rm -f $@
	ar rcs $@ $^

define KIPC_MODE_RULES
KIPC_OBJECTS_$(1) := $(patsubst kernel_ipc/%.c,$(KIPC_BUILD)/$(1)/%.o,$(KIPC_HOST_SOURCES) $(KIPC_SUPPORT) $(KIPC_FIXTURES))
$(KIPC_BUILD)/$(1)/%.o: kernel_ipc/%.c $(KIPC_BUILD)/flags
	@mkdir -p $$(@D)
	@echo '  cc       $$< ($(1))'
	$(QUIET)$$(KIPC_CC_$(1)) $$(KIPC_FLAGS) $$(KIPC_FLAGS_$(1)) -c $$< -o $$@

# An archive, so that a program links only what it uses.
$(KIPC_BUILD)/$(1)/libtested.a: $$(KIPC_OBJECTS_$(1))
	@rm -f $$@
	@ar rcs $$@ $$^

$(KIPC_BUILD)/$(1)/test_%: $(KIPC_BUILD)/$(1)/tests/test_%.o $(KIPC_BUILD)/$(1)/libtested.a
	$(QUIET)$$(KIPC_CC_$(1)) $$(KIPC_FLAGS_$(1)) $$^ -o $$@ -lcmocka -lpthread

# The explorers decide what every shared access sees, so they have their own build of library and fixtures.
KIPC_MODEL_OBJECTS_$(1) := $(patsubst kernel_ipc/%.c,$(KIPC_BUILD)/$(1)/model/%.o,$(KIPC_ALL_SOURCES) $(KIPC_EXPLORER) $(KIPC_SUPPORT))
$(KIPC_BUILD)/$(1)/model/%.o: kernel_ipc/%.c $(KIPC_BUILD)/flags
	@mkdir -p $$(@D)
	@echo '  cc       $$< ($(1), model)'
	$(QUIET)$$(KIPC_CC_$(1)) $$(KIPC_FLAGS) $$(KIPC_FLAGS_$(1)) -DKIPC_MODEL -c $$< -o $$@

$(addprefix $(KIPC_BUILD)/$(1)/,$(KIPC_EXPLORERS)): $(KIPC_BUILD)/$(1)/%: $(KIPC_BUILD)/$(1)/model/tests/test_%.o \
  $$(KIPC_MODEL_OBJECTS_$(1))
	$(QUIET)$$(KIPC_CC_$(1)) $$(KIPC_FLAGS_$(1)) $$^ -o $$@ -lcmocka -lpthread

KIPC_PROGRAMS_$(1) := $(addprefix $(KIPC_BUILD)/$(1)/,$(addprefix test_,$(KIPC_TESTS)) \
  $(if $(filter $(1),$(KIPC_EXPLORER_MODES)),$(KIPC_EXPLORERS)))
.PHONY: test-kernel_ipc-$(1)
test-kernel_ipc-$(1): $$(KIPC_PROGRAMS_$(1))
	@set -e; for program in $$^; do echo "== $$$$program"; timeout $(KIPC_TEST_SECONDS) $$$$program; done
test-kernel_ipc: test-kernel_ipc-$(1)
.PRECIOUS: $(KIPC_BUILD)/$(1)/%.o $(KIPC_BUILD)/$(1)/model/%.o $(KIPC_BUILD)/$(1)/test_%
-include $$(KIPC_OBJECTS_$(1):.o=.d) $$(wildcard $(KIPC_BUILD)/$(1)/tests/*.d $(KIPC_BUILD)/$(1)/model/*/*.d)
endef
$(foreach mode,$(KIPC_MODES),$(eval $(call KIPC_MODE_RULES,$(mode))))
-include $(KIPC_LIBRARY_OBJECTS:.o=.d)

# What the tests need, built side by side; running them comes after.
.PHONY: kernel_ipc-tests
kernel_ipc-tests: $(foreach mode,$(KIPC_MODES),$(KIPC_PROGRAMS_$(mode)))

# The explorers must fail on each planted defect, or they prove nothing. A mutant is compiled and linked against the
# objects of the plain build, of which only those are made anew that the defect reaches.
KIPC_MUTANTS := kernel_ipc/tests/mutants.sh
KIPC_MUTANT_MODE := plain
KIPC_MUTANT_COMPILE = $(KIPC_CC_$(KIPC_MUTANT_MODE)) $(filter-out $(KIPC_WARNINGS) -MMD -MP,$(KIPC_FLAGS)) \
  $(KIPC_FLAGS_$(KIPC_MUTANT_MODE)) -DKIPC_MODEL
define KIPC_MUTANT_RULES
KIPC_MUTANTS_PASSED += $(patsubst %,$(KIPC_BUILD)/mutants/%.passed,$(2))
$(patsubst %,$(KIPC_BUILD)/mutants/%.passed,$(2)): $(KIPC_BUILD)/mutants/%.passed: $(KIPC_MUTANTS) \
  kernel_ipc/tests/mutants_$(1).list $(KIPC_BUILD)/$(KIPC_MUTANT_MODE)/$(1)
	@mkdir -p $$(@D)
	$(QUIET)sh $(KIPC_MUTANTS) kernel_ipc/tests/mutants_$(1).list $$* "$$(KIPC_MUTANT_COMPILE)" $(KIPC_BUILD)/mutants \
	  $(KIPC_BUILD)/$(KIPC_MUTANT_MODE)/model $(KIPC_BUILD)/$(KIPC_MUTANT_MODE)/model/tests/test_$(1).o \
	  $$(KIPC_MODEL_OBJECTS_$(KIPC_MUTANT_MODE))
	@touch $$@
endef
$(foreach explorer,$(KIPC_EXPLORERS),$(eval $(call KIPC_MUTANT_RULES,$(explorer),$(shell \
  sed -n 's/^mutant \([a-z_0-9]*\) .*/\1/p' kernel_ipc/tests/mutants_$(explorer).list))))

# The core alone, as firmware compiles it: no warning, no AMO but the one before a block, nothing undefined (no memcpy).
KIPC_RISCV_FLAGS := -ffreestanding -march=rv64imac -mabi=lp64 -mcmodel=medany -O2
$(KIPC_BUILD)/freestanding.passed: kernel_ipc/tests/freestanding.sh $(KIPC_ALL_SOURCES) $(KIPC_HEADERS)
	@mkdir -p $(@D)
	@echo '  freestanding check'
	$(QUIET)sh kernel_ipc/tests/freestanding.sh $(or $(RISCV),riscv64-unknown-elf-) $(KIPC_BUILD)/freestanding \
	  "$(filter-out -MMD -MP,$(KIPC_FLAGS)) $(KIPC_RISCV_FLAGS)" $(KIPC_ALL_SOURCES)
	@touch $@

# Both take long and change only with the sources: once passed, they stay passed until those change.
.PHONY: kernel_ipc-proofs
kernel_ipc-proofs: $(KIPC_MUTANTS_PASSED) $(KIPC_BUILD)/freestanding.passed
test-kernel_ipc: kernel_ipc-proofs

# Tests of the tools, and what is done of requirements.csv: `make features`, `make features FEATURES="--group EXO-MS"`,
# `make features FEATURES=--missing`. The programs of one build run once more, to leave their results as JUnit files.
KIPC_REPORTS := $(or $(BUILD),build)/reports
KIPC_RESULTS := $(KIPC_REPORTS)/kernel_ipc
KIPC_PYTEST = $(or $(PYTHON),python3) -m pytest -q -c harness/pytest.ini --rootdir=.
.PHONY: test-kernel_ipc-tools features kernel_ipc-results
test-kernel_ipc-tools:
	@mkdir -p $(KIPC_REPORTS)
	$(QUIET)$(KIPC_PYTEST) --junitxml=$(KIPC_REPORTS)/kernel_ipc_tools.xml kernel_ipc/tools/tests
# Some look at these programs, or take them apart.
test-kernel_ipc-tools: $(KIPC_PROGRAMS_plain) $(KIPC_BUILD)/freestanding.passed
test-kernel_ipc: test-kernel_ipc-tools

# cmocka does not overwrite a file, so the old ones go first; a failed test shows in the report.
kernel_ipc-results: $(KIPC_PROGRAMS_plain)
	@rm -rf $(KIPC_RESULTS)
	@mkdir -p $(KIPC_RESULTS)
	@for program in $^; do echo "  run      $$program"; \
	  CMOCKA_MESSAGE_OUTPUT=xml CMOCKA_XML_FILE=$(KIPC_RESULTS)/$$(basename $$program).xml \
	  timeout $(KIPC_TEST_SECONDS) $$program >/dev/null || echo "  FAILED   $$program"; done

features: kernel_ipc-results
	@$(or $(PYTHON),python3) -m kernel_ipc.tools.features --report $(KIPC_REPORTS)/features.md \
	  --host-results $(KIPC_RESULTS) $(KIPC_REPORTS)/kernel_ipc_tools.xml $(KIPC_REPORTS)/kernel_ipc_coverage.xml \
	  --soc-results $(KIPC_REPORTS)/harness.xml $(FEATURES)

# The same sources in other ways, and the examples.
include kernel_ipc/tests/builds.mk
