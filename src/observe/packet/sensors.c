/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The sensors of an input, in order of appearance. */
#include "base/memory.h"
#include "base/text.h"
#include "observe/packet/field_int.h"
#include "observe/packet/reader_int.h"

#include <errno.h>

bool sensor_name_is_good(struct bytes name)
{
	if (name.n == 0 || name.n > READER_SENSOR_NAME_MAX || !text_is_utf8(name))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] < ' ' || name.p[i] == 0x7f)
			return false;
	return true;
}

/* FNV-1a; there are never more than READER_SENSORS_MAX names, so that a bad luck stays bounded. */
static uint32_t hash(struct bytes name)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < name.n; i++)
		h = (h ^ name.p[i]) * 16777619u;
	return h;
}

/* The slot that holds the name, or the free one where it belongs. */
static uint32_t *slot_of(const struct sensors *s, struct bytes name)
{
	size_t i = hash(name) & (s->slots - 1);

	while (s->slot[i] && !bytes_is(name, s->name[s->slot[i] - 1]))
		i = (i + 1) & (s->slots - 1);
	return &s->slot[i];
}

static void grow_slots(struct sensors *s)
{
	free(s->slot);
	s->slots = s->slots ? s->slots * 2 : 64;
	s->slot = memory_new(s->slots, sizeof *s->slot);
	for (size_t i = 0; i < s->count; i++)
		*slot_of(s, BYTES_TEXT(s->name[i])) = (uint32_t)i + 1;
}

int sensor_index(struct reader *r, struct bytes name, uint16_t *ret, struct error *err)
{
	struct sensors *s = &r->sensors;
	uint32_t *slot;

	if (!sensor_name_is_good(name))
		return -EBADMSG;
	if (s->count * 2 >= s->slots)
		grow_slots(s);
	slot = slot_of(s, name);
	if (!*slot) {
		if (s->count == READER_SENSORS_MAX)
			return error_set(err, -E2BIG, "the input has more than %d sensors", READER_SENSORS_MAX);
		s->name = memory_grow(s->name, &s->room, s->count + 1, sizeof *s->name);
		s->name[s->count++] = memory_copy_text(name.p, name.n);
		*slot = (uint32_t)s->count;
	}
	*ret = (uint16_t)(*slot - 1);
	return 0;
}

size_t reader_sensor_count(const struct reader *r)
{
	return r->sensors.count;
}

const char *reader_sensor_name(const struct reader *r, size_t index)
{
	return r->sensors.name[index];
}

void sensors_clear(struct sensors *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->name[i]);
	free(s->name);
	free(s->slot);
	*s = (struct sensors){ .name = NULL };
}
