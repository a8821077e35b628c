/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi-sense: a sensor. `hinomi-sense run -i IFACE` watches and delivers; `hinomi-sense enrol CODE` makes it known to
 * its centre. */
#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "engine/conf/conf.h"
#include "observe/sensor/sense.h"

#include <curl/curl.h>
#include <errno.h>
#include <getopt.h>
#include <sodium.h>
#include <sys/stat.h>

static const char usage[] =
	"usage: hinomi-sense run -i IFACE [-c FILE] [--folder DIR] [--prefix LIST] [--operator LIST] [--dns LIST]\n"
	"                        [--ntp LIST] [--user NAME]\n"
	"       hinomi-sense enrol [-c FILE] [--folder DIR] CODE\n";

/* What the command line says instead of the configuration. */
enum { FOLDER, PREFIX, OPERATOR, DNS, NTP, USER, INTERFACE, TEXTS };
static const enum setting settings[TEXTS] = {
	[FOLDER] = SETTING_SENSE_FOLDER,     [PREFIX] = SETTING_SENSE_PREFIXES, [OPERATOR] = SETTING_SENSE_OPERATORS,
	[DNS] = SETTING_SENSE_DNS,           [NTP] = SETTING_SENSE_NTP,         [USER] = SETTING_SENSE_USER,
	[INTERFACE] = SETTING_SENSE_INTERFACE,
};

struct options {
	const char *config, *texts[TEXTS];
};

static bool parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },          { "interface", required_argument, NULL, 'i' },
		{ "folder", required_argument, NULL, 256 + FOLDER }, { "prefix", required_argument, NULL, 256 + PREFIX },
		{ "operator", required_argument, NULL, 256 + OPERATOR }, { "dns", required_argument, NULL, 256 + DNS },
		{ "ntp", required_argument, NULL, 256 + NTP },       { "user", required_argument, NULL, 256 + USER },
		{ 0 },
	};
	int got;

	while ((got = getopt_long(argc, argv, "c:i:", longs, NULL)) != -1) {
		if (got == '?')
			return false;
		if (got == 'c')
			o->config = optarg;
		else
			o->texts[got == 'i' ? INTERFACE : got - 256] = optarg;
	}
	return true;
}

static int full_of(const char *text, enum spool_full *ret, struct error *err)
{
	if (strcmp(text, "drop-oldest") == 0)
		*ret = SPOOL_DROP_OLDEST;
	else if (strcmp(text, "drop-newest") == 0)
		*ret = SPOOL_DROP_NEWEST;
	else
		return error_set(err, -EINVAL, "sense.full '%s' is not drop-oldest or drop-newest", text);
	return 0;
}

static int run(const struct conf *conf, const char *const texts[TEXTS], struct error *err)
{
	struct sense_options o = {
		.interface = texts[INTERFACE],
		.folder = texts[FOLDER],
		.user = texts[USER],
		.prefixes = texts[PREFIX],
		.operators = texts[OPERATOR],
		.dns = texts[DNS],
		.ntp = texts[NTP],
		.batch_ms = (uint64_t)conf_number(conf, SETTING_SENSE_SECONDS) * 1000,
		.spool_bytes = (uint64_t)conf_number(conf, SETTING_SENSE_SPOOL) << 20,
		.per_second = (uint64_t)conf_number(conf, SETTING_SENSE_RATE),
	};
	int r = full_of(conf_text(conf, SETTING_SENSE_FULL), &o.full, err);

	if (r == 0 && !o.interface[0]) {
		error_hint(err, "`ip link` lists the interfaces; name one with -i");
		r = error_set(err, -EINVAL, "no interface to watch");
	}
	return r < 0 ? r : sense_run(&o, err);
}

int main(int argc, char **argv)
{
	struct error err = ERROR_NONE;
	struct options o = { .config = NULL };
	struct conf *conf = NULL;
	const char *texts[TEXTS], *verb = argc > 1 ? argv[1] : "";
	bool is_run = strcmp(verb, "run") == 0, is_enrol = strcmp(verb, "enrol") == 0;
	int r;

	if ((!is_run && !is_enrol) || !parse(argc - 1, argv + 1, &o) || argc - 1 - optind != (is_enrol ? 1 : 0)) {
		fputs(usage, stderr);
		return 2;
	}
	log_init("hinomi-sense", LOG_LEVEL_INFO);
	umask(077);
	if (sodium_init() < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		log_error("cannot start libsodium or libcurl");
		return 3;
	}
	r = conf_load(o.config, &conf, &err);
	for (int i = 0; i < TEXTS && r == 0; i++)
		texts[i] = o.texts[i] ? o.texts[i] : conf_text(conf, settings[i]);
	if (r == 0)
		r = is_run ? run(conf, texts, &err) : sense_enrol(texts[FOLDER], argv[1 + optind], &err);
	conf_free(conf);
	if (r < 0)
		error_print(&err);
	return r < 0 ? 3 : 0;
}
