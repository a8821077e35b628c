/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Questions to a store, answered with series: which period, which kind of packets, which filter, ports or regions.
 * It fetches counts and up-time with the history that the odd-sensor rule and the surge detector need, and hands them
 * to observe/series. What the command line, the staff pages and the public graphs show comes from here, so that they
 * cannot differ.
 *
 *	struct view_question q = VIEW_QUESTION(first_hour, end_hour);
 *	struct series *s;
 *	int r = view_series(store, &q, &s, &err);
 */
#ifndef OBSERVE_VIEW_VIEW_H
#define OBSERVE_VIEW_VIEW_H

#include "observe/query/filter.h"
#include "observe/series/series.h"
#include "observe/store/store.h"

/* Which packets count. Unknown kinds count with probes, and the series says how many. */
enum view_kind {
	VIEW_PROBES,      /* probe and unknown */
	VIEW_BACKSCATTER,
	VIEW_OTHER,
	VIEW_ALL,
};

/* Keys of a view by port: no port << 24 | protocol << 16 | port. All of ICMP and ICMPv6 is one key. */
#define VIEW_KEY_NO_PORT (1u << 24)
#define VIEW_KEY_ICMP ((uint32_t)PROTOCOL_ICMP << 16)
#define VIEW_KEY_TEXT_MAX 24

static inline uint32_t view_key(uint8_t protocol, uint16_t port)
{
	return (uint32_t)protocol << 16 | port;
}

/* "1433/tcp", "icmp", "47" (a protocol without ports), "tcp, port unknown". */
char *view_key_format(uint32_t key, char into[VIEW_KEY_TEXT_MAX]);
/* The same read back; also "tcp/1433". */
bool view_key_parse(struct bytes text, uint32_t *ret);

enum view_by { VIEW_BY_PORT, VIEW_BY_REGION };

struct view_question {
	int64_t first_hour, end_hour; /* hours since 1970, end exclusive */
	enum view_kind kind;
	enum view_by by;
	const struct filter *filter; /* NULL: all */
	struct place (*place)(void *context, const struct address *source); /* for regions and filters */
	void *place_context;
	uint32_t rank_count;
	const uint32_t *keys; /* shown whatever their rank */
	size_t key_count;
	double surge_threshold; /* 0: no surges */
	uint32_t min_sensors;   /* 0: the analyst's view; see series/publish.h */
	bool is_undamped;       /* leave odd sensors as they are */
	bool is_without_hours;
	bool is_without_raw;    /* series/series.h */
};

#define VIEW_QUESTION(first, end) ((struct view_question){ .first_hour = (first), .end_hour = (end), .rank_count = 10 })

/* The series, free with series_free. -ENODATA: the store holds no events. */
int view_series(const struct store *s, const struct view_question *q, struct series **ret, struct error *err);

/* Makes what graphs of the store's last year read, where it is not kept yet (months.c): for whoever may write to the folder,
 * ahead of those who ask and may not. A store without events is left alone. */
int view_keep_months(const char *path, struct error *err);

/* Weighs surges with what events say about sources, and drops nothing. */
int view_weigh(const struct store *s, const struct view_question *q, struct series *series, struct error *err);

/* Evidence of a burst (enum surge_evidence), and who sent most of it. */
int view_weigh_burst(const struct store *s, const struct view_question *q, const struct odd_burst *burst,
		     uint32_t *ret_evidence, struct address *ret_source, uint64_t *ret_source_packets, struct error *err);

/* Events that the question's filter, kind and hours take, in no special order. `each` returns 0 to go on. */
typedef int view_event_fn(void *context, const struct event *e, const struct store_segment *segment);
int view_events(const struct store *s, const struct view_question *q, view_event_fn *each, void *context,
		struct error *err);

/* For filter_context.sensor; its context is the store. */
const char *view_sensor_name(void *store, uint16_t sensor);

/* The hours that hold events: [first, end). False when there are none. */
bool view_hours(const struct store *s, int64_t *ret_first, int64_t *ret_end);

#endif
