/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi config check, show: the settings in force. */
#include "base/calendar.h"
#include "base/cleanup.h"
#include "engine/conf/conf.h"
#include "face/cmd/cmd_int.h"

int cmd_config_check(const struct invocation *in)
{
	const char *path = in->value[OPTION_CONFIG];
	struct error err = ERROR_NONE;
	struct conf *c;
	int r = conf_load(path, &c, &err);

	if (r == 0) {
		r = calendar_set_zone(conf_text(c, SETTING_CENTRE_ZONE), &err);
		conf_free(c);
	}
	if (r < 0) {
		error_print(&err);
		return EXIT_NO;
	}
	if (!in->value[OPTION_QUIET])
		printf("%s is fine\n", path ? path : CONF_PATH_DEFAULT);
	return EXIT_YES;
}

int cmd_config_show(const struct invocation *in)
{
	_cleanup_(buf_clear) struct buf text;
	struct error err = ERROR_NONE;
	struct conf *c;

	buf_init(&text, 1u << 20);
	if (conf_load(in->value[OPTION_CONFIG], &c, &err) < 0)
		return command_fail(&err);
	conf_show(c, &text);
	conf_free(c);
	fputs(text.p, stdout);
	return EXIT_YES;
}
