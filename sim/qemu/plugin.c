/* SPDX-License-Identifier: MIT */
/* Installs the co-simulation into a stock QEMU: -plugin belfry-plugin.so,config=FILE */
#include "plugin.h"

#include "control_socket.h"
#include "cosim/input_file.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

__attribute__((visibility("default"))) int qemu_plugin_version = QEMU_PLUGIN_API_NEEDED;

struct plugin plugin;

static const uint64_t BUS_LIMIT = 100000, IDLE_LIMIT = 10000000;

static bool map_ram(const char *path)
{
    uint64_t bytes = WINDOW_BASE - RAM_BASE + CARVE_OUT_BYTES;
    int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    off_t size = descriptor >= 0 ? lseek(descriptor, 0, SEEK_END) : -1;

    if (size < 0 || ((uint64_t)size < bytes && ftruncate(descriptor, (off_t)bytes) != 0)) {
        fprintf(stderr, "belfry: guest memory %s: %s\n", path, strerror(errno));
        return false;
    }
    plugin.ram = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    close(descriptor);
    if (plugin.ram == MAP_FAILED) {
        fprintf(stderr, "belfry: cannot map guest memory %s: %s\n", path, strerror(errno));
        return false;
    }
    return true;
}

static bool load_design(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    cosim_design_get_function *get;

    if (library == NULL) {
        fprintf(stderr, "belfry: design %s: %s\n", path, dlerror());
        return false;
    }
    *(void **)&get = dlsym(library, COSIM_DESIGN_SYMBOL);
    if (get == NULL) {
        fprintf(stderr, "belfry: design %s has no %s: it was not built by sim/dut\n", path, COSIM_DESIGN_SYMBOL);
        return false;
    }
    plugin.design = get();
    if (plugin.design->shape.window_bytes > HARNESS_BASE - WINDOW_BASE) {
        fprintf(stderr, "belfry: design %s: its window of %llu bytes is larger than the SoC's %llu\n", path,
                (unsigned long long)plugin.design->shape.window_bytes,
                (unsigned long long)(HARNESS_BASE - WINDOW_BASE));
        return false;
    }
    return true;
}

static void put(uint64_t offset, uint64_t value)
{
    memcpy(plugin.ram + (HARNESS_BASE - RAM_BASE) + offset, &value, sizeof value);
}

/** Puts what software may read on the harness page before the first instruction. */
static bool fill_harness_page(void)
{
    const struct configuration *configuration = &plugin.configuration;
    char *text = (char *)plugin.ram + (HARNESS_BASE - RAM_BASE) + COSIM_HARNESS_PARAMETERS;
    size_t room = COSIM_HARNESS_BYTES - COSIM_HARNESS_PARAMETERS - 1;
    FILE *file;

    put(COSIM_HARNESS_MAGIC, COSIM_HARNESS_MAGIC_VALUE);
    put(COSIM_HARNESS_HARTS, configuration->harts);
    put(COSIM_HARNESS_SEED, configuration->seed);
    put(COSIM_HARNESS_WINDOW, WINDOW_BASE);
    put(COSIM_HARNESS_WINDOW_BYTES, plugin.design->shape.window_bytes);
    if (configuration->parameters[0] == 0) {
        return true;
    }
    file = fopen(configuration->parameters, "r");
    if (file == NULL) {
        fprintf(stderr, "belfry: %s: %s\n", configuration->parameters, strerror(errno));
        return false;
    }
    size_t length = fread(text, 1, room, file);
    bool fits = fgetc(file) == EOF;
    fclose(file);
    if (!fits) {
        fprintf(stderr, "belfry: the parameters are longer than the %zu bytes of the harness page\n", room);
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        text[i] = text[i] == '\n' ? 0 : text[i];
    }
    return true;
}

static void record(void *context, const struct cosim_event *event)
{
    cosim_event_file_record(context, event);
}

static void record_inputs(void *context, uint64_t cycles, const struct cosim_design_inputs *inputs)
{
    struct cosim_input_record step = {.cycles = cycles, .inputs = *inputs};

    fwrite(&step, sizeof step, 1, context);
}

static bool create_engine(void)
{
    const struct configuration *c = &plugin.configuration;
    char events[CONFIGURATION_PATH_MAX + 32], wave[CONFIGURATION_PATH_MAX + 32];
    const char *error;

    snprintf(events, sizeof events, "%s/events.bin", c->run_directory);
    snprintf(wave, sizeof wave, "%s/wave.vcd", c->run_directory);
    plugin.events = cosim_event_file_create(events);
    if (plugin.events == NULL) {
        fprintf(stderr, "belfry: cannot write %s: %s\n", events, strerror(errno));
        return false;
    }
    if (c->record_inputs != 0) {
        char inputs[CONFIGURATION_PATH_MAX + 32];
        snprintf(inputs, sizeof inputs, "%s/inputs.bin", c->run_directory);
        plugin.inputs = fopen(inputs, "wb");
        if (plugin.inputs == NULL) {
            fprintf(stderr, "belfry: cannot write %s: %s\n", inputs, strerror(errno));
            return false;
        }
    }
    struct cosim_config config = {.harts = (unsigned)c->harts,
                                  .quantum = c->quantum,
                                  .lead = c->lead,
                                  .cycle_limit = c->cycle_limit,
                                  .bus_limit = BUS_LIMIT,
                                  .idle_limit = IDLE_LIMIT,
                                  .seed = c->seed,
                                  .memory_latency = (unsigned)c->memory_latency,
                                  .back_pressure = (unsigned)c->back_pressure,
                                  .skip = c->skip != 0,
                                  .ignore_quiet = c->ignore_quiet != 0,
                                  .window_base = WINDOW_BASE,
                                  .harness_base = HARNESS_BASE,
                                  .ram_base = RAM_BASE,
                                  .ram_bytes = c->ram_size,
                                  .ram = plugin.ram,
                                  .wave_path = c->wave_end != 0 ? wave : NULL,
                                  .wave_start = c->wave_start,
                                  .wave_end = c->wave_end,
                                  .sink = {.context = plugin.events, .record = record}};
    if (plugin.inputs != NULL) {
        config.recorder = (struct cosim_input_recorder){.context = plugin.inputs, .record = record_inputs};
    }
    struct cosim_cpu cpu = {.context = NULL,
                            .set_interrupt = controller_set_interrupt,
                            .woken_by = controller_woken_by,
                            .interrupt_pending = controller_interrupt_pending,
                            .yield = instrument_yield};
    plugin.engine = cosim_engine_create(&config, plugin.design, &cpu, &error);
    if (plugin.engine == NULL) {
        fprintf(stderr, "belfry: %s\n", error);
        return false;
    }
    return true;
}

static bool set_up(const char *path)
{
    struct configuration *c = &plugin.configuration;

    if (!configuration_read(path, c) || !load_design(c->design) || !map_ram(c->ram) || !fill_harness_page()) {
        return false;
    }
    if (c->marks[0] != 0 && !marks_read(c->marks)) {
        return false;
    }
    plugin.several = c->harts > 1;
    plugin.precise = c->quantum == 1;
    plugin.ledger = marks_have_payloads();
    plugin.loads_known = marks_have_device_loads();
    return qtest_connect(c->qtest) && create_engine();
}

__attribute__((visibility("default"))) int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
                                                               char **argv)
{
    const char *path = NULL;

    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "config=", 7) == 0) {
            path = argv[i] + 7;
        }
    }
    if (info->version.cur < QEMU_PLUGIN_API_NEEDED) {
        fprintf(stderr, "belfry: this QEMU has plugin API level %d; level %d is needed (QEMU 10.0 or newer)\n",
                info->version.cur, QEMU_PLUGIN_API_NEEDED);
        return 1;
    }
    if (!info->system_emulation || strcmp(info->target_name, "riscv64") != 0 || path == NULL) {
        fprintf(stderr, "belfry: use qemu-system-riscv64 with -plugin belfry-plugin.so,config=FILE\n");
        return 1;
    }
    if (!set_up(path)) {
        return 1;
    }
    /* A simulation does not outlive its launcher, however that died. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    plugin.started_ns = host_nanoseconds();
    instrument_install(id);
    if (plugin.configuration.gdb == 0) {
        watchdog_start(plugin.configuration.host_time_limit_ms);
    }
    return 0;
}
