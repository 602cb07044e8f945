# SPDX-License-Identifier: MIT
# Builds of the same sources in other ways: with each limit at 2, for a chip with 64 KiB of RAM, for a server, for
# AArch64, without a log; and the examples. tools/tests/test_builds.py runs and looks at what this makes.

# Each limit of kipc/config.h at 2; CH_BYTES_MIN is lowered so that the largest buffer can be 2 bytes.
KIPC_LIMITS_OF_TWO := -DKIPC_CFG_NAME_MAX=2 -DKIPC_CFG_WAIT_MANY_MAX=2 -DKIPC_CFG_MUTEX_RECURSION_MAX=2 \
  -DKIPC_CFG_INHERIT_DEPTH_MAX=2 -DKIPC_CFG_NOTIFICATIONS_MAX=2 -DKIPC_CFG_CH_BYTES_MAX=2 -DKIPC_CFG_CH_DEPTH_MAX=2 \
  -DKIPC_CFG_TOPIC_DEPTH_MAX=2 -DKIPC_CFG_CH_ACCESS_MAX=2 -DKIPC_CFG_BATCH_MAX=2 -DKIPC_CFG_NODES_MAX=2 \
  -DKIPC_CFG_PORTS_MAX=2 -DKIPC_CFG_REGION_BYTES_MAX=2 -DKIPC_CFG_CAPS_PER_MSG_MAX=2 \
  -DKIPC_CFG_CH_BYTES_MIN=1 -DKIPC_CFG_CH_SLOTS=2 -DKIPC_CFG_ROOT_OVERRIDE=1
KIPC_LIMITS_SOURCES := $(KIPC_ALL_SOURCES) \
  $(addprefix kernel_ipc/tests/,support.c mock_scheduler.c kernel_fixture.c fake_memory.c test_limits.c)

KIPC_FREESTANDING := -ffreestanding -ffunction-sections -fdata-sections
KIPC_BUILDS := limits chip server aarch64
KIPC_COMPILE_limits = $(CC) $(KIPC_FLAGS) $(KIPC_FLAGS_address) $(KIPC_LIMITS_OF_TWO)
KIPC_COMPILE_chip = $(or $(RISCV),riscv64-unknown-elf-)gcc $(KIPC_FLAGS) $(KIPC_FREESTANDING) -march=rv32imac -mabi=ilp32 \
  -Os -include kernel_ipc/configurations/small.h
KIPC_COMPILE_server = $(CC) $(KIPC_FLAGS) -g -O2 -include kernel_ipc/configurations/full.h
KIPC_COMPILE_aarch64 = $(KIPC_CLANG) --target=aarch64-none-elf $(KIPC_FLAGS) $(KIPC_FREESTANDING) -O2 \
  -include kernel_ipc/configurations/full.h
KIPC_SOURCES_limits := $(KIPC_LIMITS_SOURCES)
KIPC_SOURCES_chip := $(KIPC_ALL_SOURCES) $(addprefix kernel_ipc/tests/portable/,portable.c chip.c)
KIPC_SOURCES_server := $(KIPC_ALL_SOURCES) $(addprefix kernel_ipc/tests/portable/,portable.c host.c)
KIPC_SOURCES_aarch64 := $(KIPC_ALL_SOURCES) kernel_ipc/tests/portable/portable.c

define KIPC_BUILD_RULES
KIPC_OBJECTS_$(1) := $(patsubst kernel_ipc/%.c,$(KIPC_BUILD)/$(1)/%.o,$(KIPC_SOURCES_$(1)))
$(KIPC_BUILD)/$(1)/%.o: kernel_ipc/%.c kernel_ipc/tests/builds.mk $(wildcard kernel_ipc/configurations/*.h)
	@mkdir -p $$(@D)
	@echo '  cc       $$< ($(1))'
	$(QUIET)$$(KIPC_COMPILE_$(1)) -c $$< -o $$@
-include $$(KIPC_OBJECTS_$(1):.o=.d)
endef
$(foreach build,$(KIPC_BUILDS),$(eval $(call KIPC_BUILD_RULES,$(build))))

$(KIPC_BUILD)/limits/test_limits: $(KIPC_OBJECTS_limits)
	$(QUIET)$(KIPC_COMPILE_limits) $^ -o $@ -lcmocka -lpthread

# The linker script is what limits RAM to 64 KiB.
$(KIPC_BUILD)/chip/portable.elf: $(KIPC_OBJECTS_chip) kernel_ipc/tests/portable/start.S kernel_ipc/tests/portable/chip.ld
	$(QUIET)$(filter-out -MMD -MP,$(KIPC_COMPILE_chip)) -nostdlib -Wl,--gc-sections,--fatal-warnings \
	  -Wl,--no-warn-rwx-segments -T kernel_ipc/tests/portable/chip.ld kernel_ipc/tests/portable/start.S \
	  $(KIPC_OBJECTS_chip) -lgcc -o $@

$(KIPC_BUILD)/server/portable: $(KIPC_OBJECTS_server)
	$(QUIET)$(KIPC_COMPILE_server) $^ -o $@

# Whoever uses the core sees the public headers and the port, nothing else; an example itself not even the port.
KIPC_EXAMPLES := $(notdir $(basename $(wildcard kernel_ipc/examples/*.c)))
KIPC_EXAMPLE_PROGRAMS := $(addprefix $(KIPC_BUILD)/examples/,$(KIPC_EXAMPLES))
KIPC_EXAMPLE_HOST := $(KIPC_BUILD)/examples/host/example_host.o
KIPC_COMPILE_example = $(CC) -std=c11 $(KIPC_WARNINGS) -I$(KIPC_INCLUDE) -Ikernel_ipc/examples -g -O2
$(KIPC_EXAMPLE_HOST): kernel_ipc/examples/host/example_host.c $(wildcard kernel_ipc/examples/*.h) $(KIPC_HEADERS)
	@mkdir -p $(@D)
	$(QUIET)$(KIPC_COMPILE_example) -Ikernel_ipc/port/host -c $< -o $@
$(KIPC_BUILD)/examples/%: kernel_ipc/examples/%.c $(wildcard kernel_ipc/examples/*.h) $(KIPC_EXAMPLE_HOST) \
  $(KIPC_BUILD)/libkernel_ipc.a
	@mkdir -p $(@D)
	@echo '  cc       $<'
	$(QUIET)$(KIPC_COMPILE_example) $< $(KIPC_EXAMPLE_HOST) $(KIPC_BUILD)/libkernel_ipc.a -o $@ -lpthread

.PHONY: kernel_ipc-builds test-kernel_ipc-limits
kernel_ipc-builds: $(KIPC_BUILD)/limits/test_limits $(KIPC_BUILD)/chip/portable.elf $(KIPC_BUILD)/server/portable \
  $(KIPC_OBJECTS_aarch64) $(KIPC_EXAMPLE_PROGRAMS)
test-kernel_ipc-tools: kernel_ipc-builds
test-kernel_ipc-limits: $(KIPC_BUILD)/limits/test_limits
	@timeout $(KIPC_TEST_SECONDS) $<
test-kernel_ipc: test-kernel_ipc-limits
kernel_ipc-results: $(KIPC_BUILD)/limits/test_limits
