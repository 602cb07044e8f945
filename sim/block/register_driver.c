/* SPDX-License-Identifier: MIT */
/* See register_driver.h. */
#include "register_driver.h"

#include "bus/random.h"

#include <string.h>

void driver_reset(struct register_driver *driver)
{
    driver->aw_next = driver->w_next = driver->write_count = driver->read_count = driver->unanswered = driver->hold = 0;
    driver->aw_shown = driver->w_shown = driver->ar_shown = false;
}

bool driver_write(struct register_driver *driver, const struct register_operation *operation)
{
    if (driver->write_count == DRIVER_QUEUE) {
        return false;
    }
    driver->writes[driver->write_count++] = *operation;
    return true;
}

bool driver_read(struct register_driver *driver, const struct register_operation *operation)
{
    if (driver->read_count == DRIVER_QUEUE) {
        return false;
    }
    driver->reads[driver->read_count++] = *operation;
    return true;
}

/** What is on a channel while its valid is low means nothing: anything, but often an address that exists. */
static void drive_noise(struct register_driver *driver, struct cosim_register_inputs *in)
{
    const uint64_t noise = random_next(&driver->random);

    memset(in, 0, sizeof *in);
    in->awaddr = noise & 0x1ffff;
    in->araddr = noise >> 8 & 0x1ffff;
    in->awuser = noise >> 16 & 0xff;
    in->aruser = noise >> 24 & 0xff;
    in->wdata = (uint32_t)(noise >> 32);
    in->wstrb = noise & 0xf;
}

void driver_drive(struct register_driver *driver, struct cosim_register_inputs *in)
{
    const struct driver_style *style = &driver->style;

    drive_noise(driver, in);
    in->bready = !random_chance(&driver->random, style->b_stall);
    in->rready = !random_chance(&driver->random, style->r_stall);
    if (driver->hold > 0) {
        driver->hold--;
        return;
    }
    if (driver->aw_next < driver->write_count && !driver->aw_shown) {
        driver->aw_shown = !random_chance(&driver->random, style->aw_gap);
    }
    if (driver->w_next < driver->write_count && !driver->w_shown) {
        driver->w_shown = !random_chance(&driver->random, style->w_gap);
    }
    if (driver->read_count > 0 && !driver->ar_shown) {
        driver->ar_shown = !random_chance(&driver->random, style->ar_gap);
    }
    if (driver->aw_shown) {
        in->awvalid = true;
        in->awaddr = driver->writes[driver->aw_next].address;
        in->awuser = driver->writes[driver->aw_next].user;
    }
    if (driver->w_shown) {
        in->wvalid = true;
        in->wdata = driver->writes[driver->w_next].data;
        in->wstrb = driver->writes[driver->w_next].strobe;
    }
    if (driver->ar_shown) {
        in->arvalid = true;
        in->araddr = driver->reads[0].address;
        in->aruser = driver->reads[0].user;
    }
}

/** Forgets writes of which both address and data have been taken. */
static void drop_sent(struct register_driver *driver)
{
    const unsigned sent = driver->aw_next < driver->w_next ? driver->aw_next : driver->w_next;

    if (sent == 0) {
        return;
    }
    driver->write_count -= sent;
    driver->aw_next -= sent;
    driver->w_next -= sent;
    memmove(&driver->writes[0], &driver->writes[sent], driver->write_count * sizeof driver->writes[0]);
}

void driver_sample(struct register_driver *driver, const struct cosim_register_inputs *in,
                   const struct cosim_register_outputs *out)
{
    if (in->awvalid && out->awready) {
        driver->aw_next++;
        driver->aw_shown = false;
        driver->unanswered++;
    }
    if (in->wvalid && out->wready) {
        driver->w_next++;
        driver->w_shown = false;
    }
    if (in->arvalid && out->arready) {
        driver->ar_shown = false;
        driver->read_count--;
        memmove(&driver->reads[0], &driver->reads[1], driver->read_count * sizeof driver->reads[0]);
        driver->unanswered++;
    }
    driver->unanswered -= (unsigned)(out->bvalid && in->bready) + (unsigned)(out->rvalid && in->rready);
    drop_sent(driver);
}

bool driver_idle(const struct register_driver *driver)
{
    return driver->write_count == 0 && driver->read_count == 0 && driver->unanswered == 0;
}
