/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A locked child reads mail of every charset: nothing is opened behind the walls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "engine/proc/sandbox.h"
#include "format/mail/crypt.h"
#include "format/mail/kind.h"
#include "format/mail/reply.h"

#include <sys/wait.h>

static const char *const labels[] = {
	"us-ascii",     "utf-8",        "iso-2022-jp",  "cp50221",      "iso-2022-jp-2", "iso-2022-jp-3", "shift_jis",
	"cp932",        "shift_jisx0213", "euc-jp",     "euc-jisx0213", "utf-16",       "utf-16le",     "utf-32",
	"utf-7",        "iso-2022-kr",  "iso-2022-cn",  "iso-8859-1",   "iso-8859-2",   "iso-8859-3",   "iso-8859-4",
	"iso-8859-5",   "iso-8859-6",   "iso-8859-7",   "iso-8859-8",   "iso-8859-9",   "iso-8859-10",  "iso-8859-11",
	"iso-8859-13",  "iso-8859-14",  "iso-8859-15",  "iso-8859-16",  "windows-1250", "windows-1251", "windows-1252",
	"windows-1253", "windows-1254", "windows-1255", "windows-1256", "windows-1257", "windows-1258", "windows-874",
	"koi8-r",       "koi8-u",       "macintosh",    "cp437",        "cp850",        "cp866",        "gb2312",
	"gbk",          "gb18030",      "big5",         "euc-kr",       "ks_c_5601-1987", "ibm037",     "hz-gb-2312",
	"unknown-8bit", "../../x",      "",
};

/* Bytes that reach every branch: ASCII, escapes, shifts, pairs, four-byte and wrong ones. */
static const char body[] = "abc \x1b$B-!$\"\x1b(I12\x1b(B \x0e" "12\x0f \x1b$)C +ZeVnLIqe- \x82\xa0\x87\x40\xb1\xb2 "
			   "\xa4\xa2\xad\xa1\x8f\xb0\xa1 \x81\x30\x81\x30 caf\xe9 \xe6\x97\xa5 \xff\xfe\x80\n";

static void read_all(struct arena *arena)
{
	for (size_t i = 0; i < COUNT(labels); i++) {
		const char *text = arena_printf(arena,
						"From: =?%s?Q?=82=A0?= <a@b.c>\nSubject: =?%s?B?GyRCLSEbKEI=?= \x93\xfa\n"
						"Date: Mon, 02 Jan 2006 15:04:05 JST\n"
						"Content-Type: text/plain; charset=%s; name*=%s''%%82%%a0\n\n%s",
						labels[i], labels[i], labels[i], labels[i], body);
		struct mail *mail;
		struct mail_verdict verdict;
		struct crypt crypt;
		struct reply reply;
		if (mail_parse(BYTES_TEXT(text), arena, &mail, NULL) < 0)
			_exit(3);
		mail_judge(mail, NULL, arena, &verdict);
		crypt_find(BYTES_TEXT(text), mail, arena, &crypt);
		reply_read(mail->text, arena, &reply);
	}
}

static void test_locked_child_reads_all(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		struct arena *arena = arena_new();
		if (mail_library_init(NULL) < 0 || sandbox_enter(SANDBOX_DECODE, NULL) < 0)
			_exit(2);
		read_all(arena);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_locked_child_reads_all),
	};

	return cmocka_run_group_tests_name("mail_walls", tests, NULL, NULL);
}
