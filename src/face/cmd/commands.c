/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The commands. */
#include "face/cmd/cmd_int.h"

#define ANY_NUMBER 10000
#define TAKES_CASES (TAKES_COMMON | TAKES(DATABASE) | TAKES(ZONE))
#define TAKES_REVIEW                                                                                                   \
	(TAKES_STORE | TAKES(DATABASE) | TAKES(ALARM) | TAKES(CAUSE_JA) | TAKES(CAUSE_EN) | TAKES(REFERENCE) |           \
	 TAKES(REFERENCE_DATE) | TAKES(ALERT) | TAKES(ALERT_DATE) | TAKES(NOTE_JA) | TAKES(NOTE_EN))
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
	{ "observe", "quarter", cmd_observe_quarter, TAKES_STORE | TAKES_OUTPUT | TAKES(DATABASE) | TAKES(UNIT),
	  "freeze|show QUARTER", 2, 2, "freeze a closed quarter's published figures; show them with corrections",
	  "  hinomi observe quarter freeze 2013Q2\n"
	  "  hinomi observe quarter show 2013Q2 --unit day --csv\n" },
	{ "observe", "note", cmd_observe_note, TAKES_CASES | TAKES_OUTPUT | TAKES(NOTE_JA) | TAKES(NOTE_EN), "[PERIOD]", 0, 1,
	  "what public pages say about a period",
	  "  hinomi observe note 2013Q2 --note-en \"Scans of 5900/tcp rose in May.\"\n" },
	{ "surge", "list", cmd_surge_list, TAKES_STORE | TAKES_OUTPUT | TAKES_PERIOD | TAKES(DATABASE) | TAKES(ALARM), "", 0, 0,
	  "sudden rises, and what analysts decided", "  hinomi surge list --period 2013-05\n" },
	{ "surge", "show", cmd_surge_show, TAKES_STORE | TAKES(JSON) | TAKES(DATABASE) | TAKES(ALARM), "REF | PORT START", 1, 2,
	  "all that is known of one rise, with its timeline", "  hinomi surge show S2005-0001\n" },
	{ "surge", "confirm", cmd_surge_confirm, TAKES_REVIEW, "REF | PORT START", 1, 2, "it is a rise: keep it, with its cause",
	  "  hinomi surge confirm 10000/tcp 2005-06-26 --cause-en \"VERITAS Backup Exec vulnerability\" \\\n"
	  "      --reference-date 2005-06-22 --alert AT-2005-0006 --alert-date 2005-06-28\n" },
	{ "surge", "reject", cmd_surge_reject, TAKES_REVIEW, "REF | PORT START", 1, 2, "it is none: keep why",
	  "  hinomi surge reject 53/udp 2013-03-18 --note-en \"one researcher's survey\"\n" },
	{ "surge", "note", cmd_surge_note, TAKES_REVIEW, "REF | PORT START", 1, 2, "add or change words, decide nothing",
	  "  hinomi surge note S2005-0001 --alert AT-2005-0006 --alert-date 2005-06-28\n" },
	{ "surge", "refresh", cmd_surge_refresh, TAKES_STORE | TAKES(DATABASE) | TAKES(ALARM), "", 0, 0,
	  "look whether reviewed rises have ended", "  hinomi surge refresh\n" },
	{ "surge", "table", cmd_surge_table, TAKES_CASES | TAKES_OUTPUT | TAKES(LANG), "", 0, 0,
	  "confirmed rises: cause, alert, end", "  hinomi surge table --lang ja\n" },
	{ "filter", "save", cmd_filter_save, TAKES_CASES, "NAME FILTER...", 2, ANY_NUMBER, "keep a filter by name",
	  "  hinomi filter save vnc proto tcp and dport 5900-5910\n" },
	{ "filter", "list", cmd_filter_list, TAKES_CASES | TAKES_OUTPUT, "[NAME]", 0, 1, "the filters that are kept",
	  "  hinomi observe top $(hinomi filter list vnc --json | jq -r .filter)\n" },
	{ "filter", "remove", cmd_filter_remove, TAKES_CASES, "NAME", 1, 1, "forget a filter", "  hinomi filter remove vnc\n" },
	{ "publish", "graphs", cmd_publish_graphs, TAKES_STORE | TAKES(DATABASE) | TAKES(OUT) | TAKES(LANG) | TAKES(NOW) | TAKES(PLACE), "", 0, 0,
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
