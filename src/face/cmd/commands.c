/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The commands. */
#include "face/cmd/cmd_int.h"

#define ANY_NUMBER 10000
#define TAKES_VIEW (TAKES_STORE | TAKES_OUTPUT | TAKES_PERIOD | TAKES(KIND))

const struct command commands[] = {
	{ "observe", "import", cmd_observe_import,
	  TAKES_STORE | TAKES_OUTPUT | TAKES(DRY_RUN) | TAKES(FORMAT) | TAKES(MAP) | TAKES(SENSOR) | TAKES(INPUT_ZONE) |
		  TAKES(YEAR_OF_LOG) | TAKES(DEPLOYMENT),
	  "FILE...", 1, ANY_NUMBER, "read captures and logs into the store",
	  "  hinomi observe import --data store capture.pcap.gz      what kind of file it is shows by itself\n"
	  "  journalctl -k -o json | hinomi observe import -d store -  from a pipe\n" },
	{ "observe", "top", cmd_observe_top, TAKES_VIEW | TAKES(COUNT) | TAKES(KEY) | TAKES(RAW), "[FILTER]", 0, ANY_NUMBER,
	  "rank ports by packets per sensor and hour",
	  "  hinomi observe top -d store --period 2013Q2 -N 20 sensor 'groucho-*'\n" },
	{ "observe", "series", cmd_observe_series,
	  TAKES_VIEW | TAKES(COUNT) | TAKES(KEY) | TAKES(RAW) | TAKES(UNIT), "[FILTER]", 0, ANY_NUMBER,
	  "packets per sensor and hour, over time",
	  "  hinomi observe series -d store --period 2013-05 --unit day --port 5900/tcp,icmp --csv\n" },
	{ "observe", "cells", cmd_observe_cells, TAKES_STORE | TAKES_OUTPUT | TAKES_PERIOD, "[FILTER]", 0, ANY_NUMBER,
	  "counts per port, hour and sensor, as they came", "  hinomi observe cells -d store --period 2013-05-18 dport 1469\n" },
	{ "observe", "surges", cmd_observe_surges, TAKES_VIEW | TAKES(ALARM), "[FILTER]", 0, ANY_NUMBER,
	  "sudden rises, and bursts that one sensor saw", "  hinomi observe surges -d store --period 2013-05\n" },
	{ "observe", "events", cmd_observe_events, TAKES_VIEW | TAKES(COUNT), "[FILTER]", 0, ANY_NUMBER,
	  "the packets behind the figures",
	  "  hinomi observe events -d store --period 2013-05-18 proto udp and dport 1469 --json | head\n" },
	{ "observe", "sources", cmd_observe_sources, TAKES_VIEW | TAKES(COUNT), "[FILTER]", 0, ANY_NUMBER,
	  "who sent most, and to how many sensors and ports",
	  "  hinomi observe sources -d store --period 2013-05 dport 5900\n" },
	{ "observe", "sensors", cmd_observe_sensors, TAKES_STORE | TAKES_OUTPUT | TAKES(CHECK) | TAKES(FOLDER), "", 0, 0,
	  "how the sensors are: last batch, up-time, backlog, clock, drops",
	  "  hinomi observe sensors --check        exit 1 when one is silent or behind\n" },
	{ "sensor", "add", cmd_sensor_add, TAKES_COMMON | TAKES(FOLDER) | TAKES(PREFIX) | TAKES(URL) | TAKES(HOURS), "NAME", 1, 1,
	  "invite a sensor: print its one-time enrolment code",
	  "  hinomi sensor add tokyo-1 --prefix 192.0.2.0/28 --url https://collect.example.org:8443\n" },
	{ "sensor", "list", cmd_sensor_list, TAKES_COMMON | TAKES_OUTPUT | TAKES(FOLDER), "", 0, 0,
	  "the sensors that this centre knows", "  hinomi sensor list\n" },
	{ "sensor", "revoke", cmd_sensor_revoke, TAKES_COMMON | TAKES(FOLDER), "NAME", 1, 1,
	  "take nothing more from a sensor", "  hinomi sensor revoke tokyo-1\n" },
	{ "sense", "enrol", cmd_sense_enrol, TAKES_COMMON | TAKES(FOLDER), "CODE", 1, 1,
	  "make this sensor known to its centre", "  hinomi sense enrol hinomi1-B3Rva3...\n" },
	{ "sense", "check", cmd_sense_check, TAKES_COMMON | TAKES_OUTPUT | TAKES(INTERFACE) | TAKES(PREFIX), "", 0, 0,
	  "would this machine answer those who knock", "  hinomi sense check -i eth0\n" },
	{ "sense", "run", cmd_sense_run,
	  TAKES_COMMON | TAKES(INTERFACE) | TAKES(FOLDER) | TAKES(PREFIX) | TAKES(OPERATOR) | TAKES(DNS) | TAKES(NTP) |
		  TAKES(USER),
	  "", 0, 0, "watch an interface and deliver to the centre",
	  "  hinomi sense run -i eth0 --operator 198.51.100.0/24\n" },
	{ "store", "stats", cmd_store_stats, TAKES_STORE | TAKES_OUTPUT, "", 0, 0, "what the store holds and how large it is",
	  "  hinomi store stats -d store\n" },
	{ "store", "verify", cmd_store_verify, TAKES_STORE | TAKES_OUTPUT, "", 0, 0,
	  "compare every checksum, and roll-ups with events", "  hinomi store verify -d store\n" },
	{ "store", "compact", cmd_store_compact, TAKES_STORE | TAKES(DRY_RUN) | TAKES(AGE), "", 0, 0,
	  "join small segments; drop what is too old",
	  "  hinomi store compact -d store --older-than 1100\n" },
	{ "store", "export", cmd_store_export, TAKES_STORE | TAKES_OUTPUT | TAKES_PERIOD | TAKES(OUT), "", 0, 0,
	  "all events as CSV or JSON lines", "  hinomi store export -d store --csv -o events.csv\n" },
	{ "store", "simulate", cmd_store_simulate,
	  TAKES_STORE | TAKES(COUNT) | TAKES(DAYS) | TAKES(SENSORS) | TAKES(SEED) | TAKES(TO), "", 0, 0,
	  "fill an empty store with a simulated year", "  hinomi store simulate -d trial --days 90 --seed 7\n" },
	{ "config", "check", cmd_config_check, TAKES(HELP) | TAKES(QUIET) | TAKES(CONFIG) | TAKES(COLOR), "", 0, 0,
	  "is the configuration right", "  hinomi config check -c /etc/hinomi/hinomi.conf\n" },
	{ "config", "show", cmd_config_show, TAKES(HELP) | TAKES(CONFIG) | TAKES(COLOR), "", 0, 0,
	  "all settings in force, with what they mean", "  hinomi config show > hinomi.conf\n" },
	{ 0 },
};
