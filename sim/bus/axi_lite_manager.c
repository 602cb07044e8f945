/* SPDX-License-Identifier: MIT */
#include "axi_lite_manager.h"

#include "random.h"

#include <string.h>

void axi_lite_manager_init(struct axi_lite_manager *manager, unsigned back_pressure, uint64_t seed)
{
    memset(manager, 0, sizeof *manager);
    manager->back_pressure = back_pressure;
    manager->random = seed;
}

void axi_lite_manager_begin(struct axi_lite_manager *manager, struct cosim_register_inputs *inputs, bool write,
                            uint64_t address, uint64_t data, uint8_t strobe, uint32_t user)
{
    manager->write = write;
    manager->active = true;
    manager->complete = manager->accepted = manager->address_done = false;
    manager->data_done = !write;
    memset(inputs, 0, sizeof *inputs);
    if (write) {
        inputs->awaddr = address;
        inputs->awuser = user;
        inputs->wdata = data;
        inputs->wstrb = strobe;
        inputs->awvalid = inputs->wvalid = true;
        inputs->bready = !random_chance(&manager->random, manager->back_pressure);
    } else {
        inputs->araddr = address;
        inputs->aruser = user;
        inputs->arvalid = true;
        inputs->rready = !random_chance(&manager->random, manager->back_pressure);
    }
}

static void complete(struct axi_lite_manager *manager, struct cosim_register_inputs *inputs, uint8_t response,
                     uint64_t data)
{
    manager->response = response;
    manager->data = data;
    manager->complete = true;
    manager->active = false;
    memset(inputs, 0, sizeof *inputs);
}

static void write_edge(struct axi_lite_manager *manager, struct cosim_register_inputs *inputs,
                       const struct cosim_register_outputs *outputs)
{
    bool answered = outputs->bvalid && inputs->bready;

    if (inputs->awvalid && outputs->awready) {
        manager->address_done = true;
        inputs->awvalid = false;
    }
    if (inputs->wvalid && outputs->wready) {
        manager->data_done = true;
        inputs->wvalid = false;
    }
    manager->accepted = manager->address_done && manager->data_done;
    if (answered) {
        complete(manager, inputs, outputs->bresp, 0);
        return;
    }
    inputs->bready = !random_chance(&manager->random, manager->back_pressure);
}

static void read_edge(struct axi_lite_manager *manager, struct cosim_register_inputs *inputs,
                      const struct cosim_register_outputs *outputs)
{
    bool answered = outputs->rvalid && inputs->rready;

    if (inputs->arvalid && outputs->arready) {
        manager->address_done = manager->accepted = true;
        inputs->arvalid = false;
    }
    if (answered) {
        complete(manager, inputs, outputs->rresp, outputs->rdata);
        return;
    }
    inputs->rready = !random_chance(&manager->random, manager->back_pressure);
}

void axi_lite_manager_edge(struct axi_lite_manager *manager, struct cosim_register_inputs *inputs,
                           const struct cosim_register_outputs *outputs)
{
    if (!manager->active) {
        return;
    }
    if (manager->write) {
        write_edge(manager, inputs, outputs);
    } else {
        read_edge(manager, inputs, outputs);
    }
}
