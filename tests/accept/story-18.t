#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
test_description='from a rise at 10000/tcp to the table of rises: found, its cause noted, alerted, its end found'
. "$HINOMI_SOURCE/tests/lib.sh"

# Four sensors from March 2005 to June 2006. Four ports are knocked now and then; in the days of the mission's table
# (tests/data/s001_isdas_events.csv) each in turn by many more sources, at all sensors. Chance is Lehmer's generator, so
# that the rows are the same everywhere. The hours run from the first argument up to the second, in hours after
# 2005-03-01T00:00Z.
make_rows() {
	awk -v first="$1" -v end="$2" 'BEGIN {
		print "time,sensor,source,protocol,source_port,port"
		split("sapporo tokyo osaka naha", sensors, " ")
		split("10000 1433 1025 5900", port, " ")
		# 10:00 in Tokyo on the first day, 15:00 on the last; the fourth goes on.
		split("2809 3193 6745 10609", from, " ")
		split("3150 3606 7230 99999", to, " ")
		state = 18
		for (hour = 0; hour < end; hour++) {
			if (hour % 24 == 0) day = day_of(int(hour / 24))
			for (s = 1; s <= 4; s++)
				for (p = 1; p <= 4; p++) {
					is_rise = hour >= from[p] && hour < to[p]
					n = packets(is_rise ? 5 : 0.5)
					for (i = 0; i < n; i++) row(hour, s, p, is_rise)
				}
		}
	}
	function chance() { state = (state * 16807) % 2147483647; return state / 2147483647 }
	function packets(mean,   n, left) { # Knuth
		left = exp(-mean) ; n = 0
		for (u = chance(); u > left; u *= chance()) n++
		return n
	}
	function day_of(n,   y, m, d, last) { # days after 2005-03-01
		y = 2005; m = 3; d = n + 1
		for (;;) {
			last = m == 2 ? 28 : (m == 4 || m == 6 || m == 9 || m == 11) ? 30 : 31
			if (d <= last) return sprintf("%04d-%02d-%02d", y, m, d)
			d -= last; m++
			if (m > 12) { m = 1; y++ }
		}
	}
	function row(hour, s, p, is_rise,   minute, source) {
		minute = int(chance() * 60); source = int(chance() * (is_rise ? 3000 : 60))
		if (hour < first) return
		printf "%sT%02d:%02d:00Z,%s,198.18.%d.%d,tcp,4000,%d\n", day, hour % 24, minute, sensors[s],
			int(source / 250), source % 250 + 1, port[p]
	}'
}

desk() { # verb, then more
	verb=$1
	shift
	hinomi surge $verb --db "$db" -d store -q "$@"
}

test_expect_success 'the packets up to the fourth of July' '
	make_rows 0 3015 >first.csv && make_rows 3015 11679 >rest.csv &&
	hinomi observe import -q -d store first.csv
'

test_expect_success 'the rise at 10000/tcp is found while it lasts, and proposed for an alert' '
	hinomi observe surges -q -d store --json |
		jq -c "select(.kind == \"surge\") | [.port, .start[0:10], .end, .sensors, .evidence, .proposed]" >actual &&
	echo "[\"10000/tcp\",\"2005-06-26\",null,4,\"more packets, more sources, more sensors\",true]" >expected &&
	cmp expected actual
'

test_expect_success 'the desk has it as new' '
	desk list --json | jq -c "[.ref, .state, .port, .found]" >actual &&
	echo "[null,\"new\",\"10000/tcp\",true]" >expected && cmp expected actual &&
	no_database
'

test_expect_success 'its cause is matched to an advisory' '
	desk confirm 10000/tcp 2005-06-26 --cause-en "VERITAS Backup Exec vulnerability" \
		--cause-ja "VERITAS Backup Exec の脆弱性" --reference "https://example.com/veritas" --reference-date 2005-06-22 &&
	desk show S2005-0001 --json | jq -c "[.state, .cause_en, .cause_ja, .reference_date, .end]" >actual &&
	echo "[\"confirmed\",\"VERITAS Backup Exec vulnerability\",\"VERITAS Backup Exec の脆弱性\",\"2005-06-22\",null]" >expected &&
	cmp expected actual
'

test_expect_success 'a slip in the alert'\''s year is refused, and changes nothing' '
	test_expect_code 2 hinomi surge note S2005-0001 --db "$db" -d store --alert AT-2005-0006 --alert-date 2006-06-28 2>err &&
	grep "came more than 92 days after the rise" err &&
	test_expect_code 2 hinomi surge note S2005-0001 --db "$db" -d store --alert-date 2005-05-28 2>err &&
	grep "older than the rise" err &&
	desk show S2005-0001 --json | jq -c "[.alert, .alert_date, (.timeline | length)]" >actual &&
	echo "[null,null,3]" >expected && cmp expected actual
'

test_expect_success 'the alert is noted; the rise goes on' '
	desk note S2005-0001 --alert AT-2005-0006 --alert-date 2005-06-28 --note-en "The alert went out two days after the rise began." \
		--note-ja "上昇の二日後に注意喚起を出しました。" &&
	hinomi surge table --db "$db" --csv | sed 1d >actual &&
	echo "2005-06-26,10000/TCP,VERITAS Backup Exec vulnerability,2005-06-22,2005-06-28,still seen at 2005-07-04" >expected &&
	cmp expected actual
'

test_expect_success 'its end is found' '
	hinomi observe import -q -d store rest.csv &&
	desk refresh &&
	desk show S2005-0001 --json | jq -r "[.ended_about, .timeline[-1].what] | @tsv" >actual &&
	printf "2005-07-10\tended\n" >expected && cmp expected actual
'

test_expect_success 'the others are found, as they were observed' '
	desk list --json | jq -r "[.port, .start[0:10], (.end // \"open\")[0:10], .state] | @tsv" | sort >actual &&
	sort >expected <<-\EOF &&
	10000/tcp	2005-06-26	2005-07-10	confirmed
	1433/tcp	2005-07-12	2005-07-29	new
	1025/tcp	2005-12-07	2005-12-27	new
	5900/tcp	2006-05-17	open	new
	EOF
	cmp expected actual
'

test_expect_success 'and confirmed' '
	desk confirm 1433/tcp 2005-07-12 --cause-en "SQL Server attacks, SQL injection active at the same time" \
		--cause-ja "SQL Server への攻撃" --alert AT-2005-0008 --alert-date 2005-07-15 &&
	desk confirm 1025/tcp 2005-12-07 --cause-en "MS05-051; perhaps a new worm" --cause-ja "MS05-051" \
		--reference MS05-051 --reference-date 2005-10-12 --alert AT-2005-0014 --alert-date 2005-12-12 &&
	desk confirm 5900/tcp 2006-05-17 --cause-en "RealVNC vulnerability; a search tool is public" --cause-ja "RealVNC の脆弱性" \
		--alert AT-2006-0006 --alert-date 2006-05-17
'

test_expect_success 'the table is the mission'\''s, with corrected dates and one event still open' '
	hinomi surge table --db "$db" --csv >actual &&
	test_cmp "$HINOMI_SOURCE/tests/data/s001_isdas_events.csv" actual &&
	hinomi surge table --db "$db" >people && grep "^2006-05-17 .* still seen at 2006-06-30$" people &&
	hinomi surge table --db "$db" --json | jq -r "select(.trigger_published == null) | .port" >actual &&
	printf "5900/TCP\n1433/TCP\n" >expected && cmp expected actual &&
	hinomi surge table --db "$db" --lang ja --csv | grep "10000/TCP,VERITAS Backup Exec の脆弱性,2005-06-22"
'

test_expect_success 'the expected table is the shared one' '
	test ! -e "$SHARED/mission/tables/s001_isdas_events.csv" || {
		cat >columns.sql <<-EOF &&
		.mode csv
		.import $SHARED/mission/tables/s001_isdas_events.csv event
		.headers on
		SELECT observed_from, port, suspected_cause, trigger_published, alert_date_corrected AS alert_date, ended_about FROM event;
		EOF
		sqlite3 :memory: <columns.sql | tr -d "\r\"" >mission && tr -d "\"" <"$HINOMI_SOURCE/tests/data/s001_isdas_events.csv" >ours &&
		cmp mission ours
	}
'

test_expect_success 'the public page of that quarter says it, in both languages' '
	hinomi publish graphs -q -d store --db "$db" -o tree --now 2005-10-01T12:00 &&
	grep "The alert went out two days after the rise began. (AT-2005-0006, 2005-06-28)" tree/current/en/isdas/2005q2.html &&
	grep "上昇の二日後に注意喚起を出しました。 (AT-2005-0006, 2005-06-28)" tree/current/isdas/2005q2.html &&
	! grep -r "RealVNC" tree
'

test_expect_success 'a rise that is none is rejected, and leaves the table' '
	desk reject S2006-0001 --note-en "a survey" && hinomi surge table --db "$db" --csv >actual &&
	test $(wc -l <actual) -eq 4 && desk show S2006-0001 | grep "local:.* rejected" &&
	desk confirm S2006-0001
'

test_done
