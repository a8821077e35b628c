#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
test_description='countries and autonomous systems by the operator'\''s table, with its date'
. "$HINOMI_SOURCE/tests/lib.sh"

test_expect_success 'a store and two tables' '
	cat >rows.csv <<-\EOF &&
	time,sensor,source,protocol,source_port,port
	2013-05-18T19:00:00Z,tokyo,1.0.16.1,tcp,1000,1433
	2013-05-18T19:10:00Z,tokyo,1.0.16.2,tcp,1000,22
	2013-05-18T19:20:00Z,osaka,192.0.2.200,tcp,1000,22
	2013-05-18T19:30:00Z,osaka,203.0.113.5,tcp,1000,22
	EOF
	cat >delegated <<-\EOF &&
	2|apnic|20130518|2|19830613|20130517|+1000
	apnic|*|ipv4|*|2|summary
	apnic|JP|ipv4|1.0.16.0|4096|20110412|allocated|A92D9378
	apnic|DE|ipv4|192.0.2.0|256|20110412|allocated|A92D9378
	EOF
	printf "prefix,country,as\n192.0.2.0/24,DE,64500\n192.0.2.128/25,FR,64501\n" >table.csv &&
	TZ=UTC touch -d 2013-06-01 table.csv &&
	hinomi observe import -q -d store rows.csv
'

test_expect_success 'regions are ranked, with the date of the table on every row' '
	hinomi observe top -q -d store --by region --place delegated --json |
		jq -c "[.region, .packets, .places]" >top &&
	cat >expected <<-\EOF &&
	["JP",2,"2013-05-17"]
	["unknown",1,"2013-05-17"]
	["DE",1,"2013-05-17"]
	["other",0,"2013-05-17"]
	["total",4,"2013-05-17"]
	EOF
	sort top >a && sort expected >b && cmp a b &&
	hinomi observe series -q -d store --by region --place table.csv --csv | grep ",FR,.*,2013-06-01$" &&
	hinomi observe top -d store --by region --place delegated 2>note | grep 2013-05-17 &&
	grep "a table of 2013-05-17 (delegated statistics" note
'

test_expect_success 'the longest prefix wins' '
	hinomi observe events -q -d store --place table.csv --json as 64501 | jq -r .source >out && echo 192.0.2.200 >expected &&
	cmp expected out &&
	test -z "$(hinomi observe events -q -d store --place table.csv --json country DE)"
'

test_expect_success 'a filter by country, with the date' '
	hinomi observe top -d store --place delegated --json country JP 2>note | jq -c "select(.rank) | [.port, .packets]" | sort >out &&
	printf "%s\n" "[\"1433/tcp\",1]" "[\"22/tcp\",1]" >expected && cmp expected out && grep 2013-05-17 note &&
	hinomi observe sources -q -d store --place delegated --csv country JP or country DE | grep -c ",1,1,1" >count &&
	test $(cat count) -eq 3
'

test_expect_success 'from the configuration' '
	printf "observe { places = delegated }\n" >hinomi.conf &&
	hinomi observe top -c hinomi.conf -q -d store --by region --json | grep "\"JP\""
'

test_expect_success 'no table, a wrong one' '
	test_expect_code 2 hinomi observe top -d store country JP 2>err && grep "need a table of places" err &&
	test_expect_code 2 hinomi observe top -d store --by region --place table.csv -P 22/tcp 2>err &&
	test_expect_code 2 hinomi observe top -d store --by planet --place table.csv 2>err &&
	test_expect_code 3 hinomi observe top -d store --by region --place rows.csv 2>err && grep "not a table of places" err &&
	test_expect_code 3 hinomi observe top -d store --by region --place nowhere 2>err &&
	printf "prefix,country,as\n192.0.2.1/24,DE,1\n" >bad.csv &&
	test_expect_code 3 hinomi observe top -d store --by region --place bad.csv 2>err && grep "bad.csv.*line 2" err
'

test_done
