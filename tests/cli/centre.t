#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
test_description='a running centre: imports are taken by its collector, jobs publish from behind their walls'
. "$HINOMI_SOURCE/tests/lib.sh"

# wait_for COMMAND...: until it succeeds, half a minute at most.
wait_for() {
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		test $tries -lt 300 || return 1
		sleep 0.1
	done
}

centre=
cat >hinomi.conf <<'TXT'
centre { database = "cases.db" }
store { folder = "store" }
public { listen = "127.0.0.1:0"  tree = "public" }
staff { listen = "127.0.0.1:0" }
collect { listen = "127.0.0.1:0"  folder = "collect" }
TXT

# rows NUMBER: 7 sensors, 1000 events, others for each number.
rows() {
	echo time,sensor,source,protocol,source_port,port
	awk -v n="$1" 'BEGIN { for (i = 0; i < 1000; i++)
		printf "2013-05-%02dT%02d:00:%02dZ,s%d,240.0.%d.%d,tcp,%d,%d\n", 1 + i % 20, i % 24, i % 60, i % 7, n, i % 250, 1024 + i, i % 3 ? 445 : 22 }'
}

# What a test that failed left running does not stay.
stop_centre() {
	test -n "$centre" || return 0
	kill $centre
	wait $centre
	ended=$? centre=
	return $ended
}

start_centre() {
	stop_centre
	hinomi centre run -c hinomi.conf >centre.log 2>&1 &
	centre=$!
	wait_for grep "ready for sensors" centre.log && wait_for test -S store/handover
}

events() {
	hinomi store stats -d store 2>&1 >/dev/null | sed -n 's/^\([0-9]*\) events of.*/\1/p'
}

has_months() {
	ls store | grep -q "^hours-.*-probes$"
}

test_expect_success 'the centre starts, with an empty store' '
	start_centre
'

test_expect_success 'an import while the centre runs: the same report' '
	rows 1 >1.csv && rows 2 >2.csv &&
	hinomi observe import -d store --csv 1.csv 2.csv >report 2>err &&
	grep "^1.csv,csv,.*,1000,1000,0,.*,yes" report && grep "^2.csv,csv,.*,1000,1000,0,.*,yes" report &&
	test "$(events)" = 2000 && hinomi store verify -d store -q &&
	hinomi observe import -d twin --csv 1.csv 2.csv >twin.report && test_cmp report twin.report &&
	hinomi observe cells -d store --csv >cells && hinomi observe cells -d twin --csv >twin.cells && test_cmp cells twin.cells
'

test_expect_success 'again it changes nothing and says so' '
	cp store/MANIFEST before && hinomi observe import -d store --csv 1.csv >report 2>err &&
	grep "known already" report && grep "imported before" err && test_cmp before store/MANIFEST &&
	hinomi observe import -n -d store --csv 2.csv >report && grep "dry run" report && test_cmp before store/MANIFEST
'

test_expect_success 'what is no import fails as without a centre' '
	echo nonsense >bad && test_expect_code 3 hinomi observe import -d store bad 2>err &&
	test_expect_code 3 hinomi observe import -d twin bad 2>twin.err && test_cmp twin.err err &&
	test_cmp before store/MANIFEST && test -z "$(ls store | grep -e made -e handed)"
'

test_expect_success 'what the collector keeps is its own' '
	test "$(stat -c %U store/segment-* | sort -u)" = "$(stat -c %U store/MANIFEST)" &&
	test "$(stat -c %a store/handover)" = 600
'

test_expect_success 'several at once' '
	pids= && for n in 11 12 13 14; do
		rows $n >$n.csv && { hinomi observe import -q -d store $n.csv >$n.out & pids="$pids $!"; }
	done &&
	for pid in $pids; do wait $pid || return 1; done &&
	test "$(events)" = 6000
'

test_expect_success 'compaction by hand is refused meanwhile' '
	test_expect_code 3 hinomi store compact -d store 2>err && grep "another process writes" err && grep "^hint:" err
'

test_expect_success 'the centre ends, and the store is free' '
	stop_centre && test ! -e store/handover &&
	hinomi store compact -d store -q && test "$(events)" = 6000
'

test_expect_success 'the first compaction of a new day joins what imports brought' '
	rm -r store && hinomi observe import -q -d store 1.csv && hinomi observe import -q -d store 2.csv &&
	start_centre && wait_for grep "compacted the store" centre.log &&
	test "$(grep -c "^segment" store/MANIFEST)" = 1 && test "$(events)" = 2000
'

test_expect_success 'and makes the months that graphs read' '
	wait_for has_months && ! grep "cannot make the months" centre.log
'

test_expect_success 'jobs publish behind their walls, with pictures' '
	wait_for grep "hinomi-jobs.* published" centre.log && ! grep "a job failed" centre.log &&
	test "$(find public/current/ -name "*.png" | wc -l)" -gt 3 &&
	stop_centre
'

# As ./dev run does it below /root, with other ports: the programs are reached through a descriptor, root is given up, and who
# it becomes may not pass the folder above.
test_expect_success 'a centre in a folder publishes, and has a case database' '
	mkdir -m 700 closed && mkdir -m 755 closed/trial && cp hinomi.conf closed/trial &&
	stop_centre && { hinomi centre run --local closed/trial >local.log 2>&1 & centre=$!; } &&
	wait_for grep "hinomi-jobs.* published" local.log && ! grep "a job failed" local.log &&
	test "$(find closed/trial/public/current/ -name "*.png" | wc -l)" -gt 3 &&
	wait_for test -s closed/trial/cases.db && ! grep "no case database" local.log &&
	grep "^log in as  *admin$" local.log && grep "^one-time password [0-9a-z-]\{19\}$" local.log &&
	stop_centre
'

is_sealed() {
	hinomi audit verify -c hinomi.conf | grep "^[1-9]"
}

# A rise that is confirmed before it has ended: the job sees its end.
test_expect_success 'jobs write to the case database, and seal its log' '
	python3 "$HINOMI_SOURCE/tests/browser/make_rows.py" >all.csv && rm -r store &&
	awk -F, "NR == 1 || \$1 < \"2013-05-26\"" all.csv >early.csv && awk -F, "NR == 1 || \$1 >= \"2013-05-26\"" all.csv >late.csv &&
	hinomi observe import -q -d store early.csv &&
	hinomi surge confirm -c hinomi.conf 5900/tcp 2013-05-24T00:00Z --cause-en worm -q &&
	hinomi observe import -q -d store late.csv &&
	start_centre && wait_for grep "reviewed rises changed count=1" centre.log && ! grep "a job failed" centre.log &&
	hinomi surge list -c hinomi.conf --csv | grep "5900/tcp.*2013-05-28T00.*worm" &&
	wait_for is_sealed && hinomi audit list -c hinomi.conf --csv | grep ",local:.*,confirmed,,S[0-9-]*,[1-9]" &&
	stop_centre
'

stop_centre
test_done
