/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The commands. */
#include "face/cmd/cmd_int.h"

#define ANY_NUMBER 10000
#define TAKES_VIEW (TAKES_STORE | TAKES_OUTPUT | TAKES_PERIOD | TAKES(KIND) | TAKES(PLACE))

const struct command commands[] = {
	{ "observe", "import", cmd_observe_import,
	  TAKES_STORE | TAKES_OUTPUT | TAKES(DRY_RUN) | TAKES(FORMAT) | TAKES(MAP) | TAKES(SENSOR) | TAKES(INPUT_ZONE) |
		  TAKES(YEAR_OF_LOG) | TAKES(DEPLOYMENT) | TAKES(WATCHED),
	  "FILE...", 1, ANY_NUMBER, "read captures and logs into the store",
	  "  hinomi observe import --data store capture.pcap.gz      what kind of file it is shows by itself\n"
	  "  journalctl -k -o json | hinomi observe import -d store -  from a pipe\n" },
	{ "observe", "top", cmd_observe_top, TAKES_VIEW | TAKES(COUNT) | TAKES(BY) | TAKES(KEY) | TAKES(RAW), "[FILTER]", 0, ANY_NUMBER,
	  "rank ports or regions by packets per sensor and hour",
	  "  hinomi observe top -d store --period 2013Q2 -N 20 sensor 'groucho-*'\n" },
	{ "observe", "series", cmd_observe_series,
	  TAKES_VIEW | TAKES(COUNT) | TAKES(BY) | TAKES(KEY) | TAKES(RAW) | TAKES(UNIT), "[FILTER]", 0, ANY_NUMBER,
	  "packets per sensor and hour, over time",
	  "  hinomi observe series -d store --period 2013-05 --unit day --port 5900/tcp,icmp --csv\n" },
	{ "observe", "cells", cmd_observe_cells, TAKES_STORE | TAKES_OUTPUT | TAKES_PERIOD, "[FILTER]", 0, ANY_NUMBER,
	  "counts per port, hour and sensor, as they came", "  hinomi observe cells -d store --period 2013-05-18 dport 1469\n" },
	{ "observe", "count", cmd_observe_count, TAKES_VIEW | TAKES(PER) | TAKES(COUNT) | TAKES(KEY), "", 0, 0,
	  "exact counts from events, as they came",
	  "  hinomi observe count -d store --per day --port 5900/tcp     packets and distinct sources, day by day\n" },
	{ "observe", "surges", cmd_observe_surges, TAKES_VIEW | TAKES(ALARM), "[FILTER]", 0, ANY_NUMBER,
	  "sudden rises, and bursts that one sensor saw", "  hinomi observe surges -d store --period 2013-05\n" },
	{ "observe", "events", cmd_observe_events, TAKES_VIEW | TAKES(COUNT), "[FILTER]", 0, ANY_NUMBER,
	  "the packets behind the figures",
	  "  hinomi observe events -d store --period 2013-05-18 proto udp and dport 1469 --json | head\n" },
	{ "observe", "sources", cmd_observe_sources, TAKES_VIEW | TAKES(COUNT), "[FILTER]", 0, ANY_NUMBER,
	  "who sent most, and to how many sensors and ports",
	  "  hinomi observe sources -d store --period 2013-05 dport 5900\n" },
	{ "observe", "graph", cmd_observe_graph,
	  TAKES_STORE | TAKES_PERIOD | TAKES(KIND) | TAKES(COUNT) | TAKES(KEY) | TAKES(RAW) | TAKES(UNIT) | TAKES(LANG) |
		  TAKES(OUT),
	  "[FILTER]", 0, ANY_NUMBER, "a figure as SVG or PNG",
	  "  hinomi observe graph -d store --period 2013Q2 --lang ja -o ports.png\n" },
	{ "publish", "graphs", cmd_publish_graphs, TAKES_STORE | TAKES(OUT) | TAKES(LANG) | TAKES(NOW) | TAKES(PLACE), "", 0, 0,
	  "render the public pages of the observatory and release them",
	  "  hinomi publish graphs -d store -o /var/lib/hinomi/public\n" },
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
	{ "centre", "run", cmd_centre_run, TAKES(HELP) | TAKES(CONFIG) | TAKES(COLOR) | TAKES(LOCAL), "", 0, 0,
	  "start the centre's processes and watch over them", "  hinomi centre run --local trial\n" },
	{ 0 },
};
