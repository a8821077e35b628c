/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The table of rights, and what else is decided without looking anything up. */
#include "ground/access/rules.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <ctype.h>
#include <stdio.h>

static const char *const role_names[ROLE_COUNT] = { "handler", "analyst", "editor", "auditor", "admin" };
static const char *const marking_names[MARKING_COUNT] = { "CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED" };
static const char *const action_names[ACTION_COUNT] = { "see", "make", "change", "send", "approve", "export", "erase" };

static const struct {
	const char *name;
	bool is_record;
} objects[OBJECT_COUNT] = {
#define OBJECT(constant, name, is_record) [OBJECT_##constant] = { name, is_record },
#include "ground/access/objects.tbl.h"
#undef OBJECT
};

/* --- rights --- */

#define OF(object) (UINT64_C(1) << OBJECT_##object)
#define TO(action) (1u << MAY_##action)

#define CASES (OF(REPORT) | OF(MESSAGE) | OF(INCIDENT) | OF(REQUEST) | OF(LETTER) | OF(INDICATOR))
#define PARTIES (OF(ORGANISATION) | OF(CONTACT))
#define WORK (TO(SEE) | TO(MAKE) | TO(CHANGE))

static const struct right {
	enum role role;
	uint64_t objects;
	unsigned actions;
	enum marking most; /* up to this marking */
} rights[] = {
	{ ROLE_HANDLER, CASES | PARTIES | OF(WATCH) | OF(DOCUMENT), WORK, MARKING_RED },
	{ ROLE_HANDLER, OF(REQUEST) | OF(LETTER), TO(SEND), MARKING_RED },
	{ ROLE_HANDLER, OF(LETTER), TO(APPROVE), MARKING_RED },
	/* What is for named persons leaves by being sent to them, not as a file. */
	{ ROLE_HANDLER, CASES, TO(EXPORT), MARKING_AMBER_STRICT },
	{ ROLE_HANDLER, OF(OBSERVATION), TO(SEE) | TO(EXPORT), MARKING_RED },
	{ ROLE_HANDLER, OF(REVIEW) | OF(NOTE) | OF(QUARTER), TO(SEE), MARKING_RED },
	{ ROLE_HANDLER, OF(FILTER), WORK | TO(ERASE), MARKING_RED },

	{ ROLE_ANALYST, OF(OBSERVATION), TO(SEE) | TO(EXPORT), MARKING_RED },
	{ ROLE_ANALYST, OF(REVIEW), WORK | TO(APPROVE) | TO(EXPORT), MARKING_RED },
	{ ROLE_ANALYST, OF(FILTER) | OF(NOTE), WORK | TO(ERASE), MARKING_RED },
	{ ROLE_ANALYST, OF(QUARTER), TO(SEE) | TO(MAKE) | TO(APPROVE) | TO(EXPORT), MARKING_RED },
	/* A port's page shows what was reported beside what was observed. */
	{ ROLE_ANALYST, OF(REPORT) | OF(INCIDENT) | OF(INDICATOR) | OF(WATCH), TO(SEE), MARKING_AMBER },
	{ ROLE_ANALYST, OF(INDICATOR), TO(EXPORT), MARKING_GREEN },

	{ ROLE_EDITOR, OF(DOCUMENT), WORK | TO(SEND) | TO(APPROVE), MARKING_RED },
	{ ROLE_EDITOR, OF(DOCUMENT), TO(EXPORT), MARKING_AMBER_STRICT },
	{ ROLE_EDITOR, OF(NOTE), WORK | TO(APPROVE) | TO(ERASE), MARKING_RED },
	{ ROLE_EDITOR, OF(QUARTER), TO(SEE) | TO(MAKE) | TO(APPROVE) | TO(EXPORT), MARKING_RED },
	{ ROLE_EDITOR, OF(OBSERVATION), TO(SEE) | TO(EXPORT), MARKING_RED },
	{ ROLE_EDITOR, OF(REVIEW), TO(SEE), MARKING_RED },
	{ ROLE_EDITOR, OF(FILTER), WORK | TO(ERASE), MARKING_RED },
	{ ROLE_EDITOR, OF(INCIDENT) | OF(INDICATOR), TO(SEE), MARKING_GREEN },

	{ ROLE_AUDITOR, OF(AUDIT), TO(SEE) | TO(EXPORT), MARKING_RED },
	{ ROLE_AUDITOR, OF(ACCOUNT) | OF(SETTINGS), TO(SEE), MARKING_RED },

	{ ROLE_ADMIN, OF(ACCOUNT), WORK, MARKING_RED },
	{ ROLE_ADMIN, OF(SETTINGS), TO(SEE) | TO(CHANGE), MARKING_RED },
	{ ROLE_ADMIN, OF(AUDIT), TO(SEE), MARKING_RED },
	/* Erasing shows nothing of what is erased. */
	{ ROLE_ADMIN, CASES | PARTIES, TO(ERASE), MARKING_RED },
};

bool access_roles_may(unsigned roles, enum object object, enum marking marking, enum action action)
{
	for (size_t i = 0; i < COUNT(rights); i++)
		if (roles >> rights[i].role & 1 && rights[i].objects >> object & 1 && rights[i].actions >> action & 1 &&
		    marking <= rights[i].most)
			return true;
	return false;
}

static bool is_member(const struct viewer *v, const char *compartment)
{
	for (size_t i = 0; i < v->compartment_count; i++)
		if (strcmp(v->compartments[i], compartment) == 0)
			return true;
	return !compartment[0];
}

bool access_may(const struct viewer *v, enum object object, enum marking marking, const char *compartment, enum action action)
{
	if (v->id == ACCESS_LOCAL)
		return true;
	return access_roles_may(v->roles, object, marking, action) && is_member(v, compartment);
}

bool access_may_at_all(const struct viewer *v, enum object object, enum action action)
{
	return access_may(v, object, MARKING_CLEAR, "", action);
}

bool access_may_approve(const struct viewer *v, enum object object, enum marking marking, const char *compartment,
			const char *made_by)
{
	return strcmp(v->actor, made_by) != 0 && access_may(v, object, marking, compartment, MAY_APPROVE);
}

bool access_may_send(enum marking marking, enum recipient recipient)
{
	static const enum recipient widest[MARKING_COUNT] = {
		[MARKING_CLEAR] = RECIPIENT_ANYBODY, [MARKING_GREEN] = RECIPIENT_COMMUNITY,
		[MARKING_AMBER] = RECIPIENT_CLIENT,  [MARKING_AMBER_STRICT] = RECIPIENT_ORGANISATION,
		[MARKING_RED] = RECIPIENT_NAMED,
	};

	return recipient <= widest[marking];
}

bool access_is_restricted(enum marking marking, const char *compartment)
{
	return compartment[0] || marking >= MARKING_AMBER_STRICT;
}

/* --- names --- */

static bool find(const char *const *names, size_t count, const char *name, size_t *ret)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0) {
			*ret = i;
			return true;
		}
	return false;
}

const char *role_name(enum role role)
{
	return role_names[role];
}

bool role_parse(const char *name, enum role *ret)
{
	size_t at;

	if (!find(role_names, ROLE_COUNT, name, &at))
		return false;
	*ret = (enum role)at;
	return true;
}

bool roles_parse(const char *text, unsigned *ret)
{
	struct bytes rest = BYTES_TEXT(text), item;
	unsigned roles = 0;
	char name[16];

	if (strcmp(text, "all") == 0) {
		*ret = ROLES_ALL;
		return true;
	}
	while (take_until(&rest, ',', &item)) {
		enum role role;
		if (!text_copy(name, sizeof name, bytes_trim(item)) || !role_parse(name, &role))
			return false;
		roles |= 1u << role;
	}
	*ret = roles;
	return true;
}

char *roles_format(unsigned roles, char into[ROLES_TEXT_MAX])
{
	size_t n = 0;

	into[0] = '\0';
	for (int i = 0; i < ROLE_COUNT; i++)
		if (roles >> i & 1)
			n += (size_t)snprintf(into + n, ROLES_TEXT_MAX - n, "%s%s", n ? "," : "", role_names[i]);
	return into;
}

const char *object_name(enum object object)
{
	return objects[object].name;
}

bool object_is_record(enum object object)
{
	return objects[object].is_record;
}

bool object_parse(const char *name, enum object *ret)
{
	for (int i = 0; i < OBJECT_COUNT; i++)
		if (strcmp(objects[i].name, name) == 0) {
			*ret = (enum object)i;
			return true;
		}
	return false;
}

const char *marking_name(enum marking marking)
{
	return marking_names[marking];
}

bool marking_parse(const char *name, enum marking *ret)
{
	size_t at;

	if (!find(marking_names, MARKING_COUNT, name, &at))
		return false;
	*ret = (enum marking)at;
	return true;
}

const char *action_name(enum action action)
{
	return action_names[action];
}

/* --- logging in --- */

bool login_is_name(const char *login)
{
	size_t n = strlen(login);

	if (n == 0 || n > LOGIN_MAX || !(login[0] >= 'a' && login[0] <= 'z'))
		return false;
	for (const char *p = login; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '-' || *p == '_' || *p == '.'))
			return false;
	return true;
}

static size_t count_characters(struct bytes text, size_t *ret_different)
{
	struct bytes seen[5];
	size_t count = 0, different = 0;

	while (text.n) {
		size_t length = text_utf8_length(text), i = 0;
		struct bytes one = BYTES(text.p, length);
		while (i < different && !bytes_equal(seen[i], one))
			i++;
		if (i == different && different < COUNT(seen))
			seen[different++] = one;
		take_skip(&text, length);
		count++;
	}
	*ret_different = different;
	return count;
}

enum password_fault password_check(const char *password, const char *login)
{
	size_t bytes = strlen(password), different, count;

	if (bytes > PASSWORD_MAX)
		return PASSWORD_LONG;
	if (!text_is_utf8(BYTES_TEXT(password)))
		return PASSWORD_NOT_TEXT;
	for (const char *p = password; *p; p++)
		if ((uint8_t)*p < 0x20 || *p == 0x7f)
			return PASSWORD_NOT_TEXT;
	count = count_characters(BYTES_TEXT(password), &different);
	if (count < PASSWORD_LEAST)
		return PASSWORD_SHORT;
	if (different < 5)
		return PASSWORD_PLAIN;
	if (login[0] && strcasestr(password, login) && count < strlen(login) + PASSWORD_LEAST / 2)
		return PASSWORD_IS_NAME;
	return PASSWORD_GOOD;
}

const char *password_fault_words(enum password_fault fault)
{
	static const char *const texts[] = {
		[PASSWORD_GOOD] = "good",
		[PASSWORD_SHORT] = "shorter than 12 characters",
		[PASSWORD_LONG] = "longer than 256 bytes",
		[PASSWORD_PLAIN] = "fewer than five different signs",
		[PASSWORD_IS_NAME] = "little more than the login name",
		[PASSWORD_NOT_TEXT] = "not one line of UTF-8",
	};

	return texts[fault];
}

int64_t login_wait_us(int64_t failures, int64_t last_at, int64_t now)
{
	int64_t wait = INT64_C(1000000), since = now - last_at;

	/* A clock that was set back makes nobody wait. */
	if (failures < DELAY_AFTER || since < 0 || since > FAILURES_FORGOTTEN_US)
		return 0;
	for (int64_t n = DELAY_AFTER; n < failures && wait < DELAY_MOST_US; n++)
		wait *= 2;
	wait = wait < DELAY_MOST_US ? wait : DELAY_MOST_US;
	return since < wait ? wait - since : 0;
}

const char *session_over(int64_t created_at, int64_t seen_at, int64_t now, int64_t idle_us, int64_t longest_us)
{
	if (now - created_at >= longest_us)
		return "long";
	return now - seen_at >= idle_us ? "idle" : NULL;
}
