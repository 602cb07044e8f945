/* SPDX-License-Identifier: MIT */
/* One agent's timer. */
#include "model.h"

bool timer_matches(const struct model *model, unsigned agent)
{
    const struct timer *timer = &model->agents[agent].timer;

    return timer->enable && timer->armed && model->cycle >= timer->compare;
}

void timer_match(struct model *model, unsigned agent)
{
    struct timer *timer = &model->agents[agent].timer;

    timer->pending = true;
    if (timer->periodic && timer->period != 0) {
        timer->compare += timer->period;
    } else {
        timer->armed = false;
    }
}
