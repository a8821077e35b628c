#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
test_description='wrong input gets one clear line, a non-zero exit and no change'
. "$HINOMI_SOURCE/tests/lib.sh"

one_line() { # exit code, then the command
	code=$1
	shift
	"$@" >out 2>err
	got=$?
	test $got -eq $code || { echo "exit $got, expected $code" && cat err && return 1; }
	test $(grep -c "^hinomi: " err) -eq 1 && ! grep -v "^hinomi: \|^hint: " err && test ! -s out
}

test_expect_success 'a small store' '
	cat >rows.csv <<-\EOF &&
	time,sensor,source,protocol,source_port,port
	2013-05-18T19:00:00Z,tokyo,192.0.2.1,udp,1000,1469
	2013-05-18T20:10:00Z,osaka,192.0.2.2,tcp,1000,22
	2013-05-19T00:10:00Z,tokyo,192.0.2.2,tcp,1000,22
	EOF
	hinomi observe import -q -d store rows.csv &&
	cp store/MANIFEST before
'

test_expect_success 'help teaches by example' '
	hinomi --help >out && grep -A1 "An example" out | grep "hinomi observe import" &&
	hinomi observe import --help >out && grep -A1 "Example:" out | grep "capture.pcap"
'

test_expect_success 'no command, or a wrong one' '
	one_line 2 hinomi observ top &&
	grep "did you mean .hinomi observe." err &&
	one_line 2 hinomi observe tpo &&
	grep "did you mean .hinomi observe top." err &&
	one_line 2 hinomi observe
'

test_expect_success 'wrong options' '
	one_line 2 hinomi observe top --nonsense &&
	one_line 2 hinomi observe top -d &&
	one_line 2 hinomi observe top -d store --count many &&
	one_line 2 hinomi observe top -d store --period 2013Q5 &&
	one_line 2 hinomi observe top -d store --kind blue &&
	one_line 2 hinomi observe top -d store --from 2013-05-19 --to 2013-05-18 &&
	one_line 2 hinomi observe surges -d store --threshold 3 &&
	one_line 2 hinomi observe series -d store --unit minute &&
	one_line 2 hinomi observe import
'

test_expect_success 'bad filters' '
	one_line 2 hinomi observe top -d store dport http &&
	one_line 2 hinomi observe top -d store "dport 22 and (" &&
	one_line 2 hinomi observe top -d store src net 192.0.2.1/24 &&
	one_line 2 hinomi observe top -d store dprt 22 && grep "did you mean .dport." err
'

test_expect_success 'what is not there' '
	one_line 3 hinomi observe top -d nowhere &&
	one_line 3 hinomi observe import -d store nowhere.pcap &&
	one_line 3 hinomi observe top -c nowhere.conf
'

test_expect_success 'an unknown file' '
	printf "\001\002\003\004 this is no capture" >strange &&
	! hinomi observe import -q -d store strange >out 2>err &&
	test $(grep -c "^hinomi: " err) -eq 1
'

test_expect_success 'nothing of this changed the store' '
	cmp before store/MANIFEST && hinomi store verify -d store
'

test_expect_success 'a damaged store is seen' '
	cp -r store damaged &&
	printf "x" | dd of=damaged/segment-000001 bs=1 seek=200 conv=notrunc 2>/dev/null &&
	test_expect_code 1 hinomi store verify -d damaged 2>err &&
	grep "damaged" err
'

test_expect_success 'one writer at a time' '
	(flock 9 && ! hinomi observe import -q -d store strange 2>err) 9>store/LOCK &&
	grep "another process writes" err
'

test_expect_success 'configuration: what is shown can be read back' '
	hinomi config show >shown && hinomi config show -c shown >again && cmp shown again && hinomi config check -q -c shown
'

test_expect_success 'a simulated store refuses real events' '
	hinomi store simulate -q -d simulated --days 3 -N 2000 --to 2026-01-01 &&
	! hinomi observe import -q -d simulated rows.csv 2>err && grep "simulated" err &&
	! hinomi store simulate -q -d store 2>err && grep "real events" err
'

test_expect_success 'the same seed gives the same year' '
	hinomi store simulate -q -d simulated2 --days 3 -N 2000 --to 2026-01-01 &&
	cmp simulated/segment-000001 simulated2/segment-000001
'

test_done
