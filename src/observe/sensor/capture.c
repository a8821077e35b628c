/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The capture process of a sensor. */
#include "observe/sensor/capture.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "engine/proc/sandbox.h"
#include "observe/delivery/link.h"
#include "observe/packet/decode.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <signal.h>

#define SNAP_BYTES 512      /* headers, with room for IPv6 extension headers */
#define RING_BYTES (16 << 20)
#define RING_WAIT_MS 100    /* a block of the ring is handed over after that even when it is not full */
#define AT_ONCE 4096
#define TURN_MS 500
#define JUMP_US (SECOND_US / 4)
#define KEPT_BYTES_MAX (64u << 20)
#define LAST_WAIT_MS 5000
#define LINK_FD 1
#define DLT_LINK_RAW 12     /* DLT_RAW; its number in files is LINK_RAW */

/* Every counter that is ours alone; rules and skips come from their tables. */
enum own_counter { PACKETS, KERNEL_DROPPED, QUEUE_DROPPED, CLOCK_JUMPS, SENT, OWN_COUNTERS };
static const char *const own_names[OWN_COUNTERS] = { "packets", "kernel-dropped", "queue-dropped", "clock-jumps", "sent" };

/* A batch that is not known to be on disk. */
struct kept {
	struct kept *next;
	struct spool_item item;
	struct buf content;
	bool is_sent;
};

struct capture {
	const struct capture_options *o;
	pcap_t *pcap;
	uint32_t link_type;
	int fd, sent_fd; /* sent_fd: the interface's count of sent packets, -1 when there is none */
	int64_t shift_us; /* tests shift all clocks alike */
	/* The batch that grows. */
	struct event events[WIRE_EVENTS_MAX];
	uint32_t event_count;
	struct heartbeat heartbeats[WIRE_INTERVALS_MAX];
	uint32_t heartbeat_count;
	uint64_t own[OWN_COUNTERS], rule[RULE_KIND_COUNT], skip[SKIP_COUNT];
	uint32_t kernel_dropped; /* as the kernel counts */
	uint64_t sent;
	/* The clocks when we looked last, and when the interval began. */
	int64_t wall_us, steady_us, from_wall_us, from_steady_us, batch_steady_us;
	uint64_t number;
	struct kept *first, **last;
	size_t kept_bytes;
};

static volatile sig_atomic_t is_stopped;

static void stop(int signal)
{
	(void)signal;
	is_stopped = 1;
}

bool clock_has_jumped(int64_t last_wall_us, int64_t wall_us, int64_t last_steady_us, int64_t steady_us)
{
	int64_t drift = (wall_us - last_wall_us) - (steady_us - last_steady_us);

	return drift > JUMP_US || drift < -JUMP_US;
}

/* --- opening --- */

static int pcap_failed(const struct capture *c, int code, struct error *err)
{
	const char *why = pcap_geterr(c->pcap);

	if (code == PCAP_ERROR_PERM_DENIED)
		error_hint(err, "run it as root, or give it CAP_NET_RAW");
	return error_set(err, code == PCAP_ERROR_PERM_DENIED ? -EPERM : -EIO, "cannot capture on '%s': %s", c->o->interface,
			 why[0] ? why : pcap_statustostr(code));
}

static int activate(struct capture *c, struct error *err)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	int r;

	c->pcap = pcap_create(c->o->interface, why);
	if (!c->pcap)
		return error_set(err, -EIO, "cannot capture on '%s': %s", c->o->interface, why);
	pcap_set_promisc(c->pcap, 0);
	pcap_set_snaplen(c->pcap, SNAP_BYTES);
	pcap_set_timeout(c->pcap, RING_WAIT_MS);
	pcap_set_buffer_size(c->pcap, RING_BYTES);
	r = pcap_activate(c->pcap);
	if (r < 0)
		return pcap_failed(c, r, err);
	if (pcap_setnonblock(c->pcap, 1, why) < 0)
		return error_set(err, -EIO, "cannot capture on '%s': %s", c->o->interface, why);
	pcap_setdirection(c->pcap, PCAP_D_IN); /* where it is not known, RULE_OUTGOING sees them */
	c->fd = pcap_get_selectable_fd(c->pcap);
	if (c->fd < 0)
		return error_set(err, -EIO, "'%s' cannot be waited for", c->o->interface);
	return 0;
}

static int link_type_of(struct capture *c, struct error *err)
{
	int type = pcap_datalink(c->pcap);

	c->link_type = type == DLT_LINK_RAW ? LINK_RAW : (uint32_t)type;
	if (packet_link_name(c->link_type))
		return 0;
	return error_set(err, -EPROTONOSUPPORT, "'%s' has link type %d, which is not read", c->o->interface, type);
}

static int64_t clock_shift(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (clock_now() - ((int64_t)t.tv_sec * SECOND_US + t.tv_nsec / 1000) + SECOND_US / 2) / SECOND_US * SECOND_US;
}

static uint64_t read_sent(int fd)
{
	char text[32];
	ssize_t n = fd < 0 ? 0 : pread(fd, text, sizeof text, 0);
	uint64_t v = 0;

	return n > 0 && bytes_number(bytes_trim(BYTES(text, (size_t)n)), UINT64_MAX, &v) ? v : 0;
}

int capture_open(const struct capture_options *o, struct capture **ret, struct error *err)
{
	struct capture *c = memory_new(1, sizeof *c);
	char path[128];
	int r;

	c->o = o;
	c->number = 1;
	c->last = &c->first;
	c->shift_us = clock_shift();
	snprintf(path, sizeof path, "/sys/class/net/%.32s/statistics/tx_packets", o->interface);
	c->sent_fd = open(path, O_RDONLY | O_CLOEXEC);
	c->sent = read_sent(c->sent_fd);
	r = activate(c, err);
	if (r == 0)
		r = link_type_of(c, err);
	if (r < 0) {
		capture_close(c);
		return r;
	}
	*ret = c;
	return 0;
}

struct capture *capture_close(struct capture *c)
{
	if (!c)
		return NULL;
	if (c->pcap)
		pcap_close(c->pcap);
	if (c->sent_fd >= 0)
		close(c->sent_fd);
	free(c);
	return NULL;
}

/* --- batches --- */

static void add_counter(struct content *content, struct counter *counters, const char *prefix, const char *name, uint64_t value)
{
	struct counter *k = &counters[content->counter_count];

	if (value == 0)
		return;
	snprintf(k->name, sizeof k->name, "%s%s", prefix, name);
	k->value = value;
	content->counter_count++;
}

static void read_counters(struct capture *c)
{
	struct pcap_stat stat;
	uint64_t sent = read_sent(c->sent_fd);

	if (pcap_stats(c->pcap, &stat) == 0) {
		c->own[KERNEL_DROPPED] += (uint32_t)(stat.ps_drop - c->kernel_dropped);
		c->kernel_dropped = stat.ps_drop;
	}
	c->own[SENT] += sent > c->sent ? sent - c->sent : 0;
	c->sent = sent;
}

static void end_interval(struct capture *c, int64_t wall_us, int64_t steady_us)
{
	if (c->heartbeat_count == WIRE_INTERVALS_MAX || wall_us < c->from_wall_us)
		return;
	c->heartbeats[c->heartbeat_count++] =
		(struct heartbeat){ c->from_wall_us, wall_us, (uint64_t)(steady_us - c->from_steady_us) };
}

static void begin_interval(struct capture *c)
{
	c->from_wall_us = c->wall_us;
	c->from_steady_us = c->steady_us;
}

static void look_at_clocks(struct capture *c)
{
	int64_t wall = clock_now(), steady = clock_steady();
	bool has_jumped = clock_has_jumped(c->wall_us, wall, c->steady_us, steady);

	if (has_jumped) {
		end_interval(c, c->wall_us, c->steady_us);
		c->own[CLOCK_JUMPS]++;
	}
	c->wall_us = wall;
	c->steady_us = steady;
	if (has_jumped)
		begin_interval(c);
}

static void forget_counts(struct capture *c)
{
	memset(c->own, 0, sizeof c->own);
	memset(c->rule, 0, sizeof c->rule);
	memset(c->skip, 0, sizeof c->skip);
	c->event_count = c->heartbeat_count = 0;
}

static void keep(struct capture *c, const struct content *content)
{
	struct kept *k = memory_new(1, sizeof *k);
	struct error err = ERROR_NONE;

	buf_init(&k->content, WIRE_CONTENT_MAX);
	if (content_write(content, &k->content, &err) < 0) {
		log_error("cannot write a batch", "why", err.line); /* its sizes are bounded: a fault of ours */
		abort();
	}
	k->item = (struct spool_item){ .time_us = content->heartbeats[0].from_us,
				       .boot = c->o->boot,
				       .number = c->number++,
				       .events = content->event_count };
	*c->last = k;
	c->last = &k->next;
	c->kept_bytes += k->content.n;
}

/* What was counted becomes a batch. Where too much waits already, events are dropped and counted, and the heartbeat
 * goes on until there is room. */
static void make_batch(struct capture *c)
{
	struct counter counters[OWN_COUNTERS + (size_t)RULE_KIND_COUNT + SKIP_COUNT] = { { "", 0 } };
	struct content content = { .counters = counters };

	look_at_clocks(c);
	c->batch_steady_us = c->steady_us;
	if (c->kept_bytes > KEPT_BYTES_MAX) {
		c->own[QUEUE_DROPPED] += c->event_count;
		c->event_count = 0;
		return;
	}
	end_interval(c, c->wall_us, c->steady_us);
	begin_interval(c);
	if (c->heartbeat_count == 0)
		return; /* the clock went back within this very turn; the next batch says it */
	read_counters(c);
	for (int i = 0; i < OWN_COUNTERS; i++)
		add_counter(&content, counters, "", own_names[i], c->own[i]);
	for (int i = 0; i < RULE_KIND_COUNT; i++)
		add_counter(&content, counters, "", rule_name((enum rule_kind)i), c->rule[i]);
	for (int i = 1; i < SKIP_COUNT; i++)
		add_counter(&content, counters, "skip-", packet_skip_name((enum packet_skip)i), c->skip[i]);
	content.heartbeats = c->heartbeats;
	content.heartbeat_count = c->heartbeat_count;
	content.events = c->events;
	content.event_count = c->event_count;
	keep(c, &content);
	forget_counts(c);
}

/* --- the link --- */

static void send_kept(struct capture *c)
{
	for (struct kept *k = c->first; k; k = k->next) {
		int r = k->is_sent ? 1 : link_send_batch(LINK_FD, &k->item, buf_bytes(&k->content));
		if (r < 0)
			is_stopped = 1; /* the delivery's end is gone for good */
		if (r != 1)
			return;
		k->is_sent = true;
	}
}

static void forget_kept(struct capture *c, uint64_t number)
{
	for (struct kept **p = &c->first; *p; p = &(*p)->next) {
		struct kept *k = *p;
		if (k->item.number != number)
			continue;
		*p = k->next;
		if (c->last == &k->next)
			c->last = p;
		c->kept_bytes -= k->content.n;
		buf_clear(&k->content);
		free(k);
		return;
	}
}

static void take_numbers(struct capture *c)
{
	uint64_t number;
	int r;

	while ((r = link_receive_number(LINK_FD, &number)) == 1) {
		if (number != LINK_HELLO)
			forget_kept(c, number);
		for (struct kept *k = c->first; number == LINK_HELLO && k; k = k->next)
			k->is_sent = false;
	}
	if (r < 0)
		is_stopped = 1;
}

/* --- packets --- */

static void take_packet(u_char *context, const struct pcap_pkthdr *head, const u_char *bytes)
{
	struct capture *c = (struct capture *)(void *)context;
	struct event *e = &c->events[c->event_count];
	enum packet_skip skip = packet_decode(c->link_type, BYTES(bytes, head->caplen), head->len, e);
	int rule;

	c->own[PACKETS]++;
	if (skip) {
		c->skip[skip]++;
		return;
	}
	rule = rules_match(c->o->rules, e);
	if (rule >= 0) {
		c->rule[rule]++;
		return;
	}
	e->time_us = (int64_t)head->ts.tv_sec * SECOND_US + head->ts.tv_usec + c->shift_us;
	if (++c->event_count == WIRE_EVENTS_MAX)
		make_batch(c);
}

static int turn(struct capture *c, struct error *err)
{
	int64_t batch_us = (int64_t)c->o->batch_ms * 1000, left = c->batch_steady_us + batch_us - clock_steady();
	struct pollfd fds[2] = { { .fd = c->fd, .events = POLLIN }, { .fd = LINK_FD, .events = POLLIN } };

	if (c->first && !c->first->is_sent)
		fds[1].events |= POLLOUT;
	poll(fds, 2, (int)MIN(MAX(left / 1000, INT64_C(0)), (int64_t)TURN_MS));
	if (pcap_dispatch(c->pcap, AT_ONCE, take_packet, (u_char *)c) == PCAP_ERROR)
		return error_set(err, -EIO, "capture on '%s' ended: %s", c->o->interface, pcap_geterr(c->pcap));
	look_at_clocks(c);
	if (c->steady_us - c->batch_steady_us >= batch_us || c->heartbeat_count > WIRE_INTERVALS_MAX / 2)
		make_batch(c);
	take_numbers(c);
	send_kept(c);
	return 0;
}

/* The last batch, and a while for the delivery to put all on disk. */
static void finish(struct capture *c)
{
	int64_t end = clock_steady() + LAST_WAIT_MS * INT64_C(1000);

	pcap_dispatch(c->pcap, -1, take_packet, (u_char *)c);
	make_batch(c);
	while (c->first && clock_steady() < end) {
		struct pollfd p = { .fd = LINK_FD, .events = (short)(c->first->is_sent ? POLLIN : POLLIN | POLLOUT) };
		send_kept(c);
		poll(&p, 1, 100);
		if (p.revents & (POLLERR | POLLHUP))
			return;
		take_numbers(c);
	}
}

int capture_run(struct capture *c, struct error *err)
{
	struct sigaction stopping = { .sa_handler = stop }, ignoring = { .sa_handler = SIG_IGN };
	int r;

	sigaction(SIGTERM, &stopping, NULL);
	sigaction(SIGINT, &ignoring, NULL); /* from the terminal: the parent tells us */
	sigaction(SIGPIPE, &ignoring, NULL);
	r = sandbox_enter(SANDBOX_SENSE, err);
	c->wall_us = clock_now();
	c->steady_us = c->batch_steady_us = clock_steady();
	begin_interval(c);
	while (r == 0 && !is_stopped)
		r = turn(c, err);
	if (r == 0)
		finish(c);
	return r;
}
