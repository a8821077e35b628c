/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The words of mail systems: what they say when they bounce, and what that means. */
#include "format/mail/kind_int.h"

#include "format/mail/mail_int.h"

#include "base/cleanup.h"

#include <strings.h>

static const char *const reason_names[BOUNCE_REASON_COUNT] = {
	[BOUNCE_OTHER] = "other",          [BOUNCE_USER_UNKNOWN] = "unknown-user", [BOUNCE_HOST_UNKNOWN] = "unknown-host",
	[BOUNCE_DISABLED] = "disabled",    [BOUNCE_FULL] = "mailbox-full",         [BOUNCE_TOO_LARGE] = "too-large",
	[BOUNCE_POLICY] = "policy",        [BOUNCE_CONTENT] = "content",           [BOUNCE_NETWORK] = "network",
	[BOUNCE_SYSTEM] = "system",
};

static const char *const action_names[BOUNCE_ACTION_COUNT] = {
	[BOUNCE_FAILED] = "failed",
	[BOUNCE_DELAYED] = "delayed",
	[BOUNCE_RELAYED] = "relayed",
	[BOUNCE_DELIVERED] = "delivered",
};

const char *bounce_reason_name(enum bounce_reason reason)
{
	return reason_names[reason];
}

const char *bounce_action_name(enum bounce_action action)
{
	return action_names[action];
}

/* Words of mail systems, the telling ones first. */
static const struct {
	const char *words;
	enum bounce_reason reason;
} reason_words[] = {
	{ "domain of sender", BOUNCE_POLICY },
	{ "sender was rejected", BOUNCE_POLICY },
	{ "sender rejected", BOUNCE_POLICY },
	{ "sender address rejected", BOUNCE_POLICY },
	{ "name was rejected", BOUNCE_POLICY },
	{ "user unknown", BOUNCE_USER_UNKNOWN },
	{ "unknown user", BOUNCE_USER_UNKNOWN },
	{ "no such user", BOUNCE_USER_UNKNOWN },
	{ "user not found", BOUNCE_USER_UNKNOWN },
	{ "user doesn't exist", BOUNCE_USER_UNKNOWN },
	{ "user does not exist", BOUNCE_USER_UNKNOWN },
	{ "no such mailbox", BOUNCE_USER_UNKNOWN },
	{ "no mailbox here", BOUNCE_USER_UNKNOWN },
	{ "mailbox not found", BOUNCE_USER_UNKNOWN },
	{ "unknown recipient", BOUNCE_USER_UNKNOWN },
	{ "recipient unknown", BOUNCE_USER_UNKNOWN },
	{ "recipient not found", BOUNCE_USER_UNKNOWN },
	{ "recipientnotfound", BOUNCE_USER_UNKNOWN },
	{ "recipnotfound", BOUNCE_USER_UNKNOWN },
	{ "invalid recipient", BOUNCE_USER_UNKNOWN },
	{ "invalid mailbox", BOUNCE_USER_UNKNOWN },
	{ "recipient name is not recognized", BOUNCE_USER_UNKNOWN },
	{ "unknown e-mail address", BOUNCE_USER_UNKNOWN },
	{ "you tried to reach does not exist", BOUNCE_USER_UNKNOWN },
	{ "address couldn't be found", BOUNCE_USER_UNKNOWN },
	{ "entered couldn't be found", BOUNCE_USER_UNKNOWN },
	{ "address was not found", BOUNCE_USER_UNKNOWN },
	{ "メールアドレスが見つかりません", BOUNCE_USER_UNKNOWN },
	{ "宛先のメールアドレスが存在しません", BOUNCE_USER_UNKNOWN },
	{ "宛先不明", BOUNCE_USER_UNKNOWN },
	{ "mailbox full", BOUNCE_FULL },
	{ "mailbox is full", BOUNCE_FULL },
	{ "over quota", BOUNCE_FULL },
	{ "overquota", BOUNCE_FULL },
	{ "quota exceeded", BOUNCE_FULL },
	{ "exceeded storage", BOUNCE_FULL },
	{ "メールボックスが一杯", BOUNCE_FULL },
	{ "メールボックスがいっぱい", BOUNCE_FULL },
	{ "host unknown", BOUNCE_HOST_UNKNOWN },
	{ "unknown host", BOUNCE_HOST_UNKNOWN },
	{ "domain does not exist", BOUNCE_HOST_UNKNOWN },
	{ "host not found", BOUNCE_HOST_UNKNOWN },
	{ "domain not found", BOUNCE_HOST_UNKNOWN },
	{ "no such domain", BOUNCE_HOST_UNKNOWN },
	{ "unrouteable", BOUNCE_HOST_UNKNOWN },
	{ "couldn't find any host", BOUNCE_HOST_UNKNOWN },
	{ "name service error", BOUNCE_HOST_UNKNOWN },
	{ "account is disabled", BOUNCE_DISABLED },
	{ "account disabled", BOUNCE_DISABLED },
	{ "mailbox disabled", BOUNCE_DISABLED },
	{ "mailbox is disabled", BOUNCE_DISABLED },
	{ "inactive", BOUNCE_DISABLED },
	{ "suspended", BOUNCE_DISABLED },
	{ "message too large", BOUNCE_TOO_LARGE },
	{ "maximum message size", BOUNCE_TOO_LARGE },
	{ "message size exceeds", BOUNCE_TOO_LARGE },
	{ "sizelimit", BOUNCE_TOO_LARGE },
	{ "access denied", BOUNCE_POLICY },
	{ "not allowed to send", BOUNCE_POLICY },
	{ "authentication required", BOUNCE_POLICY },
	{ "relaying denied", BOUNCE_POLICY },
	{ "relay access denied", BOUNCE_POLICY },
	{ "smtp server of your isp", BOUNCE_POLICY },
	{ "blocked", BOUNCE_POLICY },
	{ "blacklist", BOUNCE_POLICY },
	{ "block list", BOUNCE_POLICY },
	{ "policy", BOUNCE_POLICY },
	{ "restricted", BOUNCE_POLICY },
	{ "spam", BOUNCE_POLICY },
	{ "header error", BOUNCE_CONTENT },
	{ "virus", BOUNCE_CONTENT },
	{ "message content", BOUNCE_CONTENT },
	{ "network error", BOUNCE_NETWORK },
	{ "connection timed out", BOUNCE_NETWORK },
	{ "connection refused", BOUNCE_NETWORK },
	{ "no route to host", BOUNCE_NETWORK },
	{ "network is unreachable", BOUNCE_NETWORK },
	{ "service unavailable", BOUNCE_SYSTEM },
	{ "service currently unavailable", BOUNCE_SYSTEM },
	{ "disk space", BOUNCE_SYSTEM },
};

/* Enhanced status codes without their class (RFC 3463); a longer row stands before the one it begins with. */
static const struct {
	const char *code;
	enum bounce_reason reason;
} reason_codes[] = {
	{ "1.2", BOUNCE_HOST_UNKNOWN }, { "1.7", BOUNCE_POLICY }, { "1.8", BOUNCE_POLICY }, { "1.0", BOUNCE_OTHER },
	{ "1.", BOUNCE_USER_UNKNOWN },  { "2.1", BOUNCE_DISABLED }, { "2.2", BOUNCE_FULL }, { "2.3", BOUNCE_TOO_LARGE },
	{ "3.4", BOUNCE_TOO_LARGE },    { "3.", BOUNCE_SYSTEM },  { "4.", BOUNCE_NETWORK }, { "5.", BOUNCE_SYSTEM },
	{ "6.", BOUNCE_CONTENT },       { "7.", BOUNCE_POLICY },
};

enum bounce_reason bounce_reason_of(const char *words, const char *status)
{
	for (size_t i = 0; i < COUNT(reason_words); i++)
		if (mail_text_has(words, reason_words[i].words))
			return reason_words[i].reason;
	for (size_t i = 0; status[0] && status[1] && i < COUNT(reason_codes); i++)
		if (strncmp(status + 2, reason_codes[i].code, strlen(reason_codes[i].code)) == 0)
			return reason_codes[i].reason;
	return BOUNCE_OTHER;
}

/* Where the copy of the returned mail begins. */
static const char *const copy_marks[] = {
	"--- below this line is a copy", "------ this is a copy of", "----- original message", "below is a copy of the original",
	"original message headers:",     "------ original message", "--- original message",   "received: from ",
	"return-path: <",                "   ----- original message follows", "   ----- message header follows",
	"以下は送信されたメール",        "----- message header",
};

bool bounce_is_copy_mark(struct bytes line)
{
	for (size_t k = 0; k < 2; k++, line = bytes_trim(line))
		for (size_t i = 0; i < COUNT(copy_marks); i++)
			if (line.n >= strlen(copy_marks[i]) &&
			    strncasecmp((const char *)line.p, copy_marks[i], strlen(copy_marks[i])) == 0)
				return true;
	return false;
}

/* Words by which a mail system says that it is one. */
static const char *const bounce_words[] = {
	"did not reach the following recipient",
	"did not reach some or all of the intended recipients",
	"following recipient(s) could not be reached",
	"could not be delivered to",
	"could not be delivered",
	"couldn't be delivered",
	"delivery has failed to these recipients",
	"delivery to the following recipient",
	"wasn't able to deliver your message",
	"unable to deliver your message",
	"your message could not be sent",
	"occurred while attempting to deliver a message",
	"a message is delayed for",
	"was undeliverable",
	"undelivered mail",
	"message undeliverable",
	"recipients was rejected by a remote mail server",
	"account is disabled",
	"had permanent fatal errors",
	"had transient non-fatal errors",
	"was automatically rejected",
	"rejected your message to the following",
	"permanent error",
	"配信できません",
	"配送できません",
	"配達できません",
	"送信できませんでした",
	"送信できません",
	"お届けできません",
	"届けることができません",
	"メールエラー通知",
	"mail transaction failed",
	"following message for",
	"temporarily over quota",
	"delivery to the following recipients failed",
	"the following addresses failed",
	"this message could not be delivered",
	"message you sent could not be delivered",
	"has been returned to you",
	"未配信",
	"配信不能",
};

/* How subjects of mail systems begin. */
static const char *const bounce_subjects[] = {
	"Undeliverable",
	"Undelivered Mail",
	"Delivery Status Notification",
	"Mail delivery failed",
	"Mail Delivery Failure",
	"Delivery failure",
	"Non-delivery",
	"failure notice",
	"Returned mail:",
	"Returned to sender",
	"Mail System Error",
	"Mail Transaction Failed",
	"Warning: could not send message",
	"配信不能",
	"未配信",
	"配信エラー",
	"配信できません",
	"送信エラー",
	"メール配信エラー",
	"メール送信エラー",
	"メールエラー通知",
};

static const char *const delay_words[] = {
	"is delayed for more than", "this is a warning message only", "do not need to resend", "do not need to re-send",
	"will keep trying",         "only a temporary failure",       "has been delayed",      "still being retried",
	"配信が遅れて",             "配送が遅れて",                   "配信が遅延",            "再送を試み",
};

static const char *find_words(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (mail_text_has(text, words[i]))
			return words[i];
	return NULL;
}

const char *bounce_words_in(const char *text)
{
	return find_words(text, bounce_words, COUNT(bounce_words));
}

bool bounce_is_delay(const char *text)
{
	return find_words(text, delay_words, COUNT(delay_words)) != NULL;
}

const char *bounce_subject_of(const char *subject)
{
	for (size_t i = 0; i < COUNT(bounce_subjects); i++)
		if (mail_text_starts(subject, bounce_subjects[i]))
			return bounce_subjects[i];
	return NULL;
}
