/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What sensor and centre say to each other: each kind of message, and the content of a batch through the locked child's
 * work and back. */
#include "observe/delivery/collector.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_content(struct bytes input, struct arena *arena)
{
	bool is_refused = false;
	struct content first, second;
	struct buf answer;

	buf_init(&answer, 1u << 20);
	collector_decode(input, arena, &answer);
	assert(collector_answer(buf_bytes(&answer), arena, &second, &is_refused));
	assert(is_refused == (content_read(input, arena, &first, NULL) < 0));
	if (!is_refused) {
		assert(first.event_count == second.event_count && first.counter_count == second.counter_count);
		buf_reset(&answer);
		assert(content_write(&second, &answer, NULL) == 0);
		assert(content_read(buf_bytes(&answer), arena, &first, NULL) == 0);
		assert(first.event_count == second.event_count && first.heartbeat_count == second.heartbeat_count);
	}
	buf_clear(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes input = BYTES(data, size), content;
	struct arena *arena = arena_new();
	struct enrolled enrolled;
	struct enrolment enrolment;
	struct batch_head head;
	struct receipt receipt;
	struct roster roster;
	struct status status;
	struct code code;
	bool is_refused;
	struct content c;

	if (batch_read(input, &head, &content, NULL) == 0)
		check_content(content, arena);
	check_content(input, arena);
	collector_answer(input, arena, &c, &is_refused);
	receipt_read(input, &receipt, NULL);
	enrolment_read(input, &enrolment, NULL);
	enrolled_read(input, &enrolled, NULL);
	code_parse(input, &code, NULL);
	if (roster_parse(input, &roster, NULL) == 0)
		roster_clear(&roster);
	if (status_parse(input, &status, NULL) == 0)
		status_clear(&status);
	arena_free(arena);
	return 0;
}
