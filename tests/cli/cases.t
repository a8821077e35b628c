#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
test_description='the case database on the command line: filters, notes, frozen quarters, reviews'
. "$HINOMI_SOURCE/tests/lib.sh"

# A quarter of three sensors, and two days more.
make_rows() { # late: packets that came late
	awk -v late="$1" 'BEGIN {
		print "time,sensor,source,protocol,source_port,port"
		split("alpha beta gamma", sensors, " ")
		split("31 29 31 30", length_of, " ")
		for (m = 1; m <= 4; m++)
			for (d = 1; d <= (m == 4 ? 2 : length_of[m]); d++)
				for (h = late ? 7 : 0; h < 24; h += 4)
					for (s = 1; s <= 3; s++)
						if (!late || (m == 2 && d == 3))
							printf "2012-%02d-%02dT%02d:%02d:00Z,%s,192.0.2.%d,tcp,1,%d\n", m, d, h, s + late * 7,
								sensors[s], h + s, late ? 23 : d % 3 ? 22 : 80
	}'
}

test_expect_success 'a store' '
	make_rows 0 >rows.csv && make_rows 1 >late.csv && hinomi observe import -q -d store rows.csv
'

test_expect_success 'filters are kept by name' '
	hinomi filter save --db cases.db vnc proto tcp and dport 5900-5910 &&
	hinomi filter save --db cases.db web dport 80 or dport 443 &&
	hinomi filter save --db cases.db web dport 80,443,8080 &&
	hinomi filter list --db cases.db --csv | cut -d, -f1,2 >actual &&
	printf "name,filter\nvnc,proto tcp and dport 5900-5910\nweb,\"dport 80\n" >expected && cmp expected actual &&
	hinomi filter list --db cases.db --json web | jq -r .filter >actual && echo "dport 80,443,8080" >expected && cmp expected actual &&
	hinomi filter remove --db cases.db vnc && test_expect_code 1 hinomi filter list --db cases.db vnc &&
	hinomi filter save --db cases.db vnc dport 5900
'

test_expect_success 'a wrong filter, a wrong name, one that is not there' '
	test_expect_code 2 hinomi filter save --db cases.db bad dport http 2>err && grep "^hinomi: " err &&
	test_expect_code 2 hinomi filter save --db cases.db "two words" dport 80 2>err && grep "not a name" err &&
	test_expect_code 3 hinomi filter remove --db cases.db nothing 2>err && grep "no filter has the name" err
'

test_expect_success 'notes in both languages, one a period' '
	hinomi observe note 2012Q1 --db cases.db --note-en "Quiet." --note-ja "静かでした。" &&
	hinomi observe note 2012Q1 --db cases.db --note-en "Very quiet." &&
	hinomi observe note --db cases.db --json | jq -c "[.period, .text_ja, .text_en]" >actual &&
	echo "[\"2012Q1\",\"静かでした。\",\"Very quiet.\"]" >expected && cmp expected actual &&
	test_expect_code 2 hinomi observe note 2012Q5 --db cases.db --note-en "x" 2>err && grep "not a period" err &&
	test_expect_code 2 hinomi observe note --db cases.db --note-en "x" 2>err
'

test_expect_success 'a quarter is frozen once' '
	test_expect_code 3 hinomi observe quarter show 2012Q1 --db cases.db -d store 2>err && grep "not frozen" err &&
	hinomi observe quarter freeze 2012Q1 --db cases.db -d store 2>said && grep "2012Q1 is frozen: .* method 1" said &&
	test_expect_code 1 hinomi observe quarter freeze 2012Q1 --db cases.db -d store 2>err && grep "frozen already" err &&
	hinomi observe quarter show 2012Q1 --db cases.db -d store --csv 2>said >frozen && grep " 0 figures differ now" said &&
	test $(grep -c ",quarter,total," frozen) -eq 1 &&
	hinomi observe quarter show 2012Q1 --db cases.db -d store --unit day --csv >days 2>said &&
	test $(grep -c ",day,total," days) -eq 91
'

test_expect_success 'what is not over is not frozen' '
	year=$(date +%Y) &&
	test_expect_code 3 hinomi observe quarter freeze ${year}Q4 --db cases.db -d store 2>err && grep "is not over" err &&
	test_expect_code 2 hinomi observe quarter freeze 2012 --db cases.db -d store 2>err &&
	test_expect_code 2 hinomi observe quarter melt 2012Q1 --db cases.db -d store 2>err
'

test_expect_success 'late data show as a correction, beside the figure as published' '
	hinomi observe import -q -d store late.csv &&
	hinomi observe quarter show 2012Q1 --db cases.db -d store --unit day --json 2>said |
		jq -c "select(.correction != null) | [.start[0:10], .port, .correction > 0]" | sort >actual &&
	for day in 03 04; do # the late hours lie on two days in Tokyo
		printf "[\"2012-02-$day\",\"%s\",true]\n" other total
	done >expected && cmp expected actual && ! grep " 0 figures differ now" said &&
	hinomi observe quarter show 2012Q1 --db cases.db -d store --unit day --csv -q | cut -d, -f1-5 >after &&
	cut -d, -f1-5 days >before && cmp before after
'

test_expect_success 'a database that is none, one of a newer program' '
	echo "this is not a database, though it is long enough to look like one to somebody" >strange &&
	test_expect_code 3 hinomi filter list --db strange 2>err && test $(grep -c "^hinomi: " err) -eq 1 &&
	cp cases.db newer.db && sqlite3 newer.db "INSERT INTO db_migration VALUES (9999, '\''9999-later.sql'\'', '\'''\'', 0)" &&
	test_expect_code 3 hinomi filter list --db newer.db 2>err && grep "newer hinomi" err &&
	cp cases.db other.db && sqlite3 other.db "UPDATE db_migration SET hash = '\''x'\'' WHERE number = 1" &&
	test_expect_code 3 hinomi filter list --db other.db 2>err && grep "0001-record.sql is not the one" err &&
	test_expect_code 3 hinomi filter save --db nowhere/cases.db a dport 1 2>err && test $(grep -c "^hinomi: " err) -eq 1
'

# As the first schema alone made it, with a record in it; and the same schema as a fresh database has, afterwards.
cat >older.sql <<'SQL'
CREATE TABLE db_migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, run_at INTEGER NOT NULL) STRICT;
INSERT INTO record VALUES (7, 'surge', '00000000-0000-4000-8000-000000000000', 'S2005-0001', 'AMBER', '', 9);
INSERT INTO record_event VALUES (1, 7, 9, 'local:me', 'made', '');
SQL
schema() {
	sqlite3 "$1" .schema | sed "s/IF NOT EXISTS //" | sort
}
test_expect_success 'a database of the first schema is brought forward, with what it holds' '
	first="$HINOMI_SOURCE/sql/0001-record.sql" && sqlite3 older.db <"$first" && sqlite3 older.db <older.sql &&
	echo "INSERT INTO db_migration VALUES (1, \"0001-record.sql\", \"$(sha256sum <"$first" | cut -d " " -f 1)\", 5)" |
		tr "\"" "\047" | sqlite3 older.db &&
	test_expect_code 3 hinomi filter list --db older.db 2>err && grep "older than this program" err && grep "^hint:" err &&
	hinomi filter save --db older.db vnc dport 5900 && hinomi filter list --db older.db --csv | grep "^vnc," &&
	hinomi filter save --db fresh.db vnc dport 5900 &&
	schema older.db >actual && schema fresh.db >expected && test -s expected && cmp expected actual &&
	test "$(sqlite3 older.db "SELECT ref, at FROM record JOIN record_event ON record_id = record.id WHERE record.id = 7")" = "S2005-0001|9" &&
	test "$(sqlite3 older.db "SELECT count(*) FROM db_migration")" = "$(ls "$HINOMI_SOURCE"/sql/0*.sql | wc -l)" &&
	test "$(sqlite3 older.db "PRAGMA integrity_check; PRAGMA foreign_key_check")" = ok
'

test_expect_success 'the database is whole, and nobody else may read it' '
	test "$(sqlite3 cases.db "PRAGMA integrity_check; PRAGMA foreign_key_check; PRAGMA journal_mode")" = "ok
wal" &&
	test $(stat -c %a cases.db) = 600 &&
	test $(sqlite3 cases.db "SELECT count(*) FROM record r WHERE NOT EXISTS (SELECT 1 FROM record_event e WHERE e.record_id = r.id)") -eq 0
'

test_done
