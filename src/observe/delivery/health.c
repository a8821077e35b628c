/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Whether a sensor is well. */
#include "observe/delivery/health.h"

#include "base/cleanup.h"

unsigned health_of(const struct roster_sensor *r, const struct sensor_status *s, int64_t now_us, int64_t silence_us)
{
	unsigned health = 0;

	if (r->is_revoked)
		return HEALTH_REVOKED;
	if (!r->has_key)
		return HEALTH_INVITED;
	if (!s || now_us - s->heartbeat_us > silence_us)
		health |= HEALTH_SILENT;
	if (s && s->oldest_us && s->sent_us - s->oldest_us > HEALTH_BACKLOG_US)
		health |= HEALTH_BACKLOG;
	if (s && s->clock_error_us != WIRE_UNKNOWN &&
	    (s->clock_error_us > HEALTH_CLOCK_US || s->clock_error_us < -HEALTH_CLOCK_US))
		health |= HEALTH_CLOCK;
	return health;
}

int64_t health_up_seconds(const struct store *s, const char *name, int64_t now_us)
{
	int64_t first = floor_div(now_us, HOUR_US) - HEALTH_UP_HOURS, sum = 0;
	_cleanup_free_ uint16_t *up = store_uptime(s, first, HEALTH_UP_HOURS + 1);

	for (size_t i = 0; i < s->sensor_count; i++)
		for (size_t h = 0; strcmp(s->sensors[i], name) == 0 && h < HEALTH_UP_HOURS + 1; h++)
			sum += up[i * (HEALTH_UP_HOURS + 1) + h];
	return sum;
}

void health_format(unsigned health, struct buf *out)
{
	static const struct {
		unsigned bit;
		const char *word;
	} words[] = {
		{ HEALTH_REVOKED, "revoked" }, { HEALTH_INVITED, "invited" }, { HEALTH_SILENT, "silent" },
		{ HEALTH_BACKLOG, "backlog" }, { HEALTH_CLOCK, "clock" },
	};
	size_t start = out->n;

	for (size_t i = 0; i < COUNT(words); i++)
		if (health & words[i].bit)
			buf_addf(out, "%s%s", out->n > start ? ", " : "", words[i].word);
	if (out->n == start)
		buf_add_text(out, "up");
}
