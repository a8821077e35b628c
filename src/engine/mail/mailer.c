/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Asking hinomi-mailer. */
#include "engine/mail/mailer.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"
#include "engine/mail/wire_int.h"
#include "engine/proc/asked.h"

#include <errno.h>
#include <stdlib.h>

#define FRAME_MAX (MAILER_MAIL_MAX + (64u << 10))

struct mailer {
	struct asked asked;
};

static int take_answer(const struct mailer *m, struct bytes bytes, struct mailer_answer *ret, struct error *err)
{
	struct bytes why;
	uint32_t fate;

	if (!take_u32le(&bytes, &fate) || fate > MAILER_UNKNOWN || !frame_take(&bytes, &why) || bytes.n)
		return asked_garbled(&m->asked, err);
	ret->fate = (enum mailer_fate)fate;
	text_copy(ret->why, sizeof ret->why, why);
	return 0;
}

static int receive_answer(struct mailer *m, struct mailer_answer *ret, struct error *err)
{
	struct bytes answer;
	uint32_t kind;
	int r = asked_receive(&m->asked, &kind, &answer, err);

	if (r == 0 && kind != MAILER_ANSWER)
		return asked_garbled(&m->asked, err);
	return r < 0 ? r : take_answer(m, answer, ret, err);
}

int mailer_open(const struct mailer_settings *s, struct mailer **ret, struct error *err)
{
	struct mailer *m = memory_new(1, sizeof *m);
	_cleanup_(buf_clear) struct buf b;
	struct mailer_answer ready;
	int r;

	buf_init(&b, FRAME_MAX);
	r = asked_open(&m->asked, "mailer", err);
	if (r < 0) {
		free(m);
		return r;
	}
	frame_put_text(&b, s->server);
	frame_put_text(&b, s->name);
	frame_put_text(&b, s->user);
	frame_put_text(&b, s->password);
	frame_put_text(&b, s->authority);
	buf_add_u32le(&b, s->needs_tls);
	r = asked_send(&m->asked, MAILER_BEGIN, &b, err);
	if (r == 0)
		r = receive_answer(m, &ready, err);
	if (r == 0 && ready.fate != MAILER_TAKEN)
		r = error_set(err, -EHOSTUNREACH, "%s", ready.why);
	if (r < 0)
		mailer_close(m);
	else
		*ret = m;
	return r;
}

int mailer_send(struct mailer *m, const struct mailer_mail *mail, struct mailer_answer *ret, struct error *err)
{
	_cleanup_(buf_clear) struct buf b;
	uint32_t count = 0;
	int r;

	while (mail->to[count])
		count++;
	buf_init(&b, FRAME_MAX);
	frame_put_text(&b, mail->from);
	buf_add_u32le(&b, count);
	for (uint32_t i = 0; i < count; i++)
		frame_put_text(&b, mail->to[i]);
	frame_put(&b, mail->bytes);
	r = b.is_full ? error_set(err, -E2BIG, "a mail is larger than %u bytes", MAILER_MAIL_MAX) :
			asked_send(&m->asked, MAILER_SEND, &b, err);
	return r < 0 ? r : receive_answer(m, ret, err);
}

struct mailer *mailer_close(struct mailer *m)
{
	if (!m)
		return NULL;
	asked_close(&m->asked);
	free(m);
	return NULL;
}
