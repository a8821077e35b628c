/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The delivery process of a sensor. */
#include "observe/delivery/send.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "engine/proc/sandbox.h"
#include "observe/delivery/client.h"
#include "observe/delivery/link.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#define IDLE_MS 1000
#define TAKE_AT_ONCE 32

struct sender {
	const struct send_options *o;
	struct client client;
	CURLM *multi;
	struct buf message;
	uint8_t hash[WIRE_HASH_BYTES];
	struct spool_item sending; /* what is on its way; it may be dropped from the spool meanwhile */
	bool is_sending, is_link_gone, is_spool_stuck;
	unsigned failures;
	int64_t next_us, sent_us, ends_us; /* steady, wall, steady */
	int64_t error_us;
	uint64_t error_most_us;
	uint64_t told_dropped;
};

uint64_t backoff_ms(unsigned failures, uint32_t random)
{
	uint64_t whole = BACKOFF_LEAST_MS;

	for (unsigned i = 1; i < failures && whole < BACKOFF_MOST_MS; i++)
		whole *= 2;
	whole = MIN(whole, (uint64_t)BACKOFF_MOST_MS);
	return whole / 2 + random % (whole / 2 + 1);
}

/* --- from the capture --- */

static void tell_dropped(struct sender *s)
{
	char batches[24], events[24];

	if (s->told_dropped == s->o->spool->dropped_batches)
		return;
	s->told_dropped = s->o->spool->dropped_batches;
	snprintf(batches, sizeof batches, "%" PRIu64, s->o->spool->dropped_batches);
	snprintf(events, sizeof events, "%" PRIu64, s->o->spool->dropped_events);
	log_warn("batches dropped, there is no more room for them", "batches_ever", batches, "events_ever", events);
}

static void take_batches(struct sender *s)
{
	static uint8_t room[LINK_MESSAGE_MAX];
	struct error err = ERROR_NONE;
	struct spool_item item;
	struct bytes content;
	int r = 1;

	for (int i = 0; i < TAKE_AT_ONCE && (r = link_receive_batch(s->o->link, room, &item, &content)) == 1; i++) {
		int put = spool_put(s->o->spool, &item, content, &err);
		if (put < 0) {
			/* Not acknowledged: the capture keeps it and sends it again when we say hello. */
			if (!s->is_spool_stuck)
				log_error("cannot write to the spool", "why", err.line);
			s->is_spool_stuck = true;
			continue;
		}
		link_send_number(s->o->link, item.number);
	}
	if (r < 0)
		s->is_link_gone = true;
	tell_dropped(s);
}

/* After the disk refused: ask the capture for what it keeps. */
static void unstick(struct sender *s)
{
	if (s->is_spool_stuck) {
		s->is_spool_stuck = false;
		link_send_number(s->o->link, LINK_HELLO);
	}
}

/* --- to the centre --- */

static bool is_same(const struct spool_item *a, const struct spool_item *b)
{
	return a->boot == b->boot && a->number == b->number;
}

/* Where the batch that was sent stands now; the spool's count when it is no more. */
static size_t find_sent(const struct sender *s)
{
	const struct spool *spool = s->o->spool;
	size_t i = 0;

	while (i < spool->count && !is_same(&spool->items[i], &s->sending))
		i++;
	return i;
}

/* The centre may have moved: asked for after 2, 4, 8 … failures in a row. */
static void ask_for_addresses(const struct sender *s)
{
	if (s->o->lookup >= 0 && s->failures >= 2 && (s->failures & (s->failures - 1)) == 0 &&
	    write(s->o->lookup, "?", 1) != 1)
		log_debug("nobody looks the centre up");
}

static void take_addresses(struct sender *s)
{
	char resolve[SEND_RESOLVE_MAX];
	ssize_t n = s->o->lookup < 0 ? -1 : recv(s->o->lookup, resolve, sizeof resolve - 1, MSG_DONTWAIT);

	if (n <= 0)
		return;
	resolve[n] = '\0';
	client_resolve(&s->client, resolve);
}

static void begin(struct sender *s)
{
	struct spool *spool = s->o->spool;
	_cleanup_(buf_clear) struct buf content;
	struct batch_head head = { .clock_error_us = s->error_us, .clock_error_most_us = s->error_most_us };
	struct error err = ERROR_NONE;
	int r;

	buf_init(&content, WIRE_CONTENT_MAX);
	r = spool_read(spool, 0, &content, &err);
	if (r < 0) {
		log_error("cannot read the spool", "why", err.line);
		if (r != -EBADMSG)
			s->next_us = clock_steady() + 5 * SECOND_US;
		return;
	}
	take_addresses(s);
	s->sending = spool->items[0];
	text_copy(head.sensor, sizeof head.sensor, BYTES_TEXT(s->o->centre->sensor));
	head.boot = s->sending.boot;
	head.number = s->sending.number;
	head.sent_us = s->sent_us = clock_now();
	head.backlog_batches = spool->count - 1;
	head.backlog_bytes = spool->bytes - spool->items[0].bytes;
	head.oldest_us = spool->count > 1 ? spool->items[1].time_us : 0;
	head.dropped_batches = spool->dropped_batches;
	head.dropped_events = spool->dropped_events;
	buf_reset(&s->message);
	batch_write(&head, buf_bytes(&content), s->o->secret, &s->message);
	message_hash(buf_bytes(&s->message), s->hash);
	client_post(&s->client, "/batch", buf_bytes(&s->message));
	curl_multi_add_handle(s->multi, s->client.easy);
	s->is_sending = true;
}

static int check_receipt(struct sender *s, struct receipt *ret, struct error *err)
{
	struct bytes answer = buf_bytes(&s->client.answer);
	int r = receipt_read(answer, ret, err);

	if (r < 0)
		return r;
	if (!message_is_by(answer, s->o->centre->receipts))
		return error_set(err, -EBADMSG, "the receipt is not signed by the centre");
	if (strcmp(ret->sensor, s->o->centre->sensor) != 0 || ret->boot != s->sending.boot ||
	    ret->number != s->sending.number || memcmp(ret->hash, s->hash, sizeof s->hash) != 0)
		return error_set(err, -EBADMSG, "the receipt is for another batch");
	return 0;
}

static void learn_clock(struct sender *s, const struct receipt *receipt)
{
	int64_t now = clock_now(), took = now - s->sent_us;

	if (took < 0)
		return; /* our clock was set back meanwhile */
	s->error_us = receipt->centre_us - (s->sent_us + took / 2);
	s->error_most_us = (uint64_t)(took / 2);
}

static void put_away(struct sender *s, const struct receipt *receipt)
{
	struct error err = ERROR_NONE;
	size_t index = find_sent(s);
	char number[24];
	int r = 0;

	if (index == s->o->spool->count)
		return;
	if (receipt->result == RECEIPT_REFUSED) {
		snprintf(number, sizeof number, "%" PRIu64, receipt->number);
		log_error("centre refused a batch for good; it is kept beside the spool", "number", number);
		r = spool_refuse(s->o->spool, index, &err);
	} else {
		r = spool_remove(s->o->spool, index, &err);
	}
	if (r < 0)
		log_error("cannot change the spool", "why", err.line);
}

static void failed(struct sender *s, const struct error *err)
{
	char wait[24];
	uint64_t ms = backoff_ms(++s->failures, randombytes_random());

	s->next_us = clock_steady() + (int64_t)ms * 1000;
	snprintf(wait, sizeof wait, "%" PRIu64, ms);
	ask_for_addresses(s);
	if (s->failures == 1 || s->failures % 16 == 0)
		log_warn("batch not delivered", "why", err->line, "again_ms", wait);
}

static void finish(struct sender *s, CURLcode code)
{
	struct error err = ERROR_NONE;
	struct receipt receipt;
	long status = 0;
	int r;

	curl_multi_remove_handle(s->multi, s->client.easy);
	s->is_sending = false;
	r = client_result(&s->client, code, &status, &err);
	if (r == 0 && status != 200)
		r = error_set(&err, -EPROTO, "centre answered %ld: %.200s", status, s->client.answer.p);
	if (r == 0)
		r = check_receipt(s, &receipt, &err);
	if (r < 0) {
		failed(s, &err);
		return;
	}
	if (s->failures)
		log_info("centre answers again");
	s->failures = 0;
	s->next_us = clock_steady() + SECOND_US / (int64_t)s->o->per_second;
	learn_clock(s, &receipt);
	put_away(s, &receipt);
}

/* --- the loop --- */

static void look_at_transfers(struct sender *s)
{
	CURLMsg *message;
	int running, left;

	curl_multi_perform(s->multi, &running);
	while ((message = curl_multi_info_read(s->multi, &left)) != NULL)
		if (message->msg == CURLMSG_DONE)
			finish(s, message->data.result);
}

static int wait_ms(const struct sender *s)
{
	int64_t now = clock_steady(), ms = IDLE_MS;

	if (!s->is_sending && s->o->spool->count)
		ms = MIN(ms, (s->next_us - now) / 1000 + 1);
	if (s->is_link_gone)
		ms = MIN(ms, (s->ends_us - now) / 1000 + 1);
	return (int)MAX(ms, (int64_t)0);
}

static bool is_done(struct sender *s)
{
	if (!s->is_link_gone)
		return false;
	if (!s->ends_us)
		s->ends_us = clock_steady() + (int64_t)s->o->grace_ms * 1000;
	/* When the centre does not answer, nobody waits for it at the end. */
	return s->o->spool->count == 0 || clock_steady() >= s->ends_us || (!s->is_sending && s->failures);
}

static void turn(struct sender *s)
{
	struct curl_waitfd link = { .fd = s->o->link, .events = CURL_WAIT_POLLIN };

	if (!s->is_sending && s->o->spool->count && clock_steady() >= s->next_us)
		begin(s);
	curl_multi_poll(s->multi, &link, s->is_link_gone ? 0 : 1, wait_ms(s), NULL);
	look_at_transfers(s);
	if (!s->is_link_gone && link.revents)
		take_batches(s);
	else
		unstick(s);
}

int send_run(const struct send_options *o, struct error *err)
{
	struct sender s = { .o = o, .error_us = WIRE_UNKNOWN, .told_dropped = o->spool->dropped_batches };
	int r = client_open(o->centre->url, o->centre->pin, o->resolve, &s.client, err);

	buf_init(&s.message, WIRE_MESSAGE_MAX);
	s.multi = r == 0 ? curl_multi_init() : NULL;
	if (r == 0 && !s.multi)
		r = error_set(err, -ENOMEM, "cannot make an HTTPS client");
	if (r == 0)
		r = sandbox_enter_beneath(SANDBOX_DELIVER, o->spool->folder, err);
	if (r == 0) {
		link_send_number(o->link, LINK_HELLO);
		while (!is_done(&s))
			turn(&s);
	}
	if (s.multi)
		curl_multi_cleanup(s.multi);
	client_close(&s.client);
	buf_clear(&s.message);
	return r;
}
