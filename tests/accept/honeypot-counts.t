#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
test_description='the honeypot file: every port, hour and sensor as an independent reference counts them'
. "$HINOMI_SOURCE/tests/lib.sh"
need_shared data/honeypot-2013-03-06.csv.gz

test_expect_success 'SQLite counts the same file' '
	zcat "$SHARED/data/honeypot-2013-03-06.csv.gz" >all.csv &&
	cat >reference.sql <<-\EOF &&
	.mode csv
	.import all.csv packet
	SELECT replace(substr(datetime, 1, 13), " ", "T") || ":00:00Z", lower(proto),
	       CASE WHEN proto = "ICMP" THEN "" ELSE dpt END, CASE WHEN proto = "ICMP" THEN type ELSE "" END,
	       host, count(*)
	FROM packet GROUP BY 1, 2, 3, 4, 5;
	EOF
	sqlite3 :memory: <reference.sql | tr -d "\r\"" | sort >expected &&
	test $(wc -l <expected) -gt 100000
'

cells() {
	hinomi observe cells -d "$1" --csv -q | sed 1d | cut -d, -f1-4,7,8 | sort
}

test_expect_success 'so does hinomi' '
	hinomi observe import -q -d plain "$SHARED/data/honeypot-2013-03-06.csv.gz" &&
	cells plain >actual &&
	cmp expected actual &&
	hinomi observe top -d plain --json -q >top-plain &&
	hinomi store verify -d plain
'

test_expect_success 'events come back as they went in' '
	hinomi store export -d plain --csv | sed 1d | cut -d, -f1-3,5-8 | sort >actual &&
	cat >events.sql <<-\EOF &&
	.mode csv
	.import all.csv packet
	SELECT replace(datetime, " ", "T") || "Z", host,
	       (src >> 24) || "." || (src >> 16 & 255) || "." || (src >> 8 & 255) || "." || (src & 255),
	       lower(proto), CASE WHEN proto = "ICMP" THEN "" ELSE spt END, CASE WHEN proto = "ICMP" THEN "" ELSE dpt END,
	       CASE WHEN proto = "ICMP" THEN type ELSE "" END FROM packet;
	EOF
	sqlite3 :memory: <events.sql | tr -d "\r\"" | sort >events &&
	cmp events actual
'

for order in "sort" "sort -r" "shuf --random-source=all.csv"; do
	test_expect_success "any order gives the same: $order" '
		head -n 1 all.csv >shuffled.csv &&
		sed 1d all.csv | $order >>shuffled.csv &&
		rm -rf store && hinomi observe import -q -d store shuffled.csv &&
		cells store >actual && cmp expected actual &&
		hinomi observe top -d store --json -q >top && cmp top-plain top
	'
done

test_expect_success 'in pieces, and compacted' '
	rm -rf store piece.* &&
	sed 1d all.csv | shuf --random-source=all.csv | split -l 30000 - piece. &&
	for p in piece.*; do { head -n 1 all.csv && cat $p; } >$p.csv; done &&
	hinomi observe import -q -d store piece.*.csv &&
	cells store >actual && cmp expected actual &&
	hinomi observe top -d store --json -q >top && cmp top-plain top &&
	hinomi store compact -q -d store && hinomi store verify -d store &&
	cells store >actual && cmp expected actual &&
	hinomi observe top -d store --json -q >top && cmp top-plain top
'

test_expect_success 'the same file again changes nothing and says so' '
	hinomi observe import -d plain "$SHARED/data/honeypot-2013-03-06.csv.gz" >out 2>&1 &&
	grep "known already" out &&
	hinomi observe top -d plain --json -q >top && cmp top-plain top
'

test_done
