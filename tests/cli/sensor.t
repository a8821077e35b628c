#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
test_description='sensors are invited, enrolled and revoked; a collector on loopback'
. "$HINOMI_SOURCE/tests/lib.sh"

url=
start_collector() {
	rm -f collect.log
	: >collect.log
	hinomi-collect -d store --listen 127.0.0.1:${port:-0} --folder collect >>collect.log 2>&1 &
	collector=$!
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
		port=$(sed -n 's/.*ready for sensors port=//p' collect.log)
		[ -n "$port" ] && break
		sleep 0.1
	done
	url=https://127.0.0.1:$port
	[ -n "$port" ]
}
stop_collector() {
	kill $collector && wait $collector
}

test_expect_success 'before the collector has a key there is no code' '
	test_expect_code 3 hinomi sensor add tokyo-1 --folder collect 2>err &&
	grep "has no certificate" err && grep "^hint: start hinomi-collect once" err
'

test_expect_success 'the collector makes its keys and serves' '
	start_collector &&
	curl -sk "$url/time" >time && grep "^[0-9]*$" time &&
	test "$(curl -sk -o /dev/null -w "%{http_code}" "$url/")" = 404 &&
	test "$(curl -sk -o /dev/null -w "%{http_code}" "$url/batch")" = 405 &&
	test "$(stat -c %a collect/tls.key collect/receipt.key | uniq)" = 600
'

test_expect_success 'nonsense, and what is too large' '
	test "$(curl -sk -o /dev/null -w "%{http_code}" --data-binary hello "$url/batch")" = 400 &&
	test "$(curl -sk -o /dev/null -w "%{http_code}" --data-binary hello "$url/enrol")" = 400 &&
	head -c 200000 /dev/zero >large &&
	test "$(curl -sk -o /dev/null -w "%{http_code}" -H "Expect: 100-continue" --data-binary @large "$url/batch")" = 413
'

test_expect_success 'wrong invitations' '
	test_expect_code 2 hinomi sensor add "a b" --folder collect --url $url &&
	test_expect_code 2 hinomi sensor add a --prefix 192.0.2.1/24 --folder collect --url $url &&
	test_expect_code 3 hinomi sensor add a --url http://127.0.0.1 --folder collect &&
	test_expect_code 3 hinomi sensor revoke a --folder collect &&
	hinomi sensor list --folder collect --csv >list && test $(wc -l <list) -le 1
'

test_expect_success 'a code is good once' '
	hinomi sensor add tokyo-1 --prefix 192.0.2.0/28,2001:db8::/127 --folder collect --url $url -q >code &&
	hinomi sensor list --folder collect --json >list && grep "\"state\":\"invited\"" list && grep "\"addresses\":18" list &&
	hinomi sense enrol --folder sensor $(cat code) &&
	hinomi sensor list --folder collect --json >list && grep "\"state\":\"enrolled\"" list &&
	grep "^prefixes=192.0.2.0/28,2001:db8::/127$" sensor/centre &&
	test "$(stat -c %a sensor/key)" = 600 &&
	hinomi sense enrol --folder sensor $(cat code) &&
	test_expect_code 3 hinomi sense enrol --folder another $(cat code) 2>err && grep "wrong, too old or used" err &&
	test ! -e another/centre
'

test_expect_success 'an enrolled name is not given twice' '
	test_expect_code 3 hinomi sensor add tokyo-1 --folder collect --url $url 2>err && grep "is enrolled" err
'

test_expect_success 'the code is checked, and so is the key that it pins' '
	test_expect_code 3 hinomi sense enrol --folder another nonsense 2>err && grep "not an enrolment code" err &&
	mkdir other && cp -r collect other/collect && tr 0-9a-f f0-9a-e <collect/tls.pin >other/collect/tls.pin &&
	hinomi sensor add osaka-1 --folder other/collect --url $url -q >code &&
	test_expect_code 3 hinomi sense enrol --folder another $(cat code) 2>err && grep "its key is another" err
'

test_expect_success 'a code that is too old is refused' '
	HINOMI_CLOCK_SHIFT_S=-90000 hinomi sensor add nagoya-1 --folder collect --url $url -q >code &&
	test_expect_code 3 hinomi sense enrol --folder another $(cat code) 2>err && grep "wrong, too old or used" err
'

test_expect_success 'a silent sensor is seen' '
	test_expect_code 1 hinomi observe sensors -d store --folder collect --check --json >out &&
	grep "\"sensor\":\"tokyo-1\",\"state\":\[\"silent\"\]" out &&
	hinomi observe sensors -d store --folder collect &&
	hinomi sensor revoke tokyo-1 --folder collect &&
	hinomi observe sensors -d store --folder collect --check
'

test_expect_success 'a record says where the sensor stands, what it watches, from when to when' '
	hinomi sensor add kyoto-1 --place-ja "京都 北" --prefix 192.0.2.16/28 --folder collect --url $url -q >code &&
	hinomi sense enrol --folder kyoto $(cat code) &&
	hinomi sensor change kyoto-1 --place-en "Kyoto, 100% north" --folder collect &&
	hinomi sensor list --folder collect --json >list && grep "kyoto-1.*\"place_ja\":\"京都 北\",\"place_en\":\"Kyoto, 100% north\",\"addresses\":16" list &&
	grep "kyoto-1.*\"from\":\"20[^\"]*Z\",\"to\":null" list && grep "tokyo-1.*\"to\":\"20[^\"]*Z\"" list &&
	hinomi sensor list --folder collect >list && grep "kyoto-1 .*Kyoto, 100% north" list &&
	hinomi observe sensors -d store --folder collect --json >out &&
	grep "kyoto-1.*\"place_ja\":\"京都 北\",\"place_en\":\"Kyoto, 100% north\",\"addresses\":16" out &&
	hinomi sensor change kyoto-1 --place-en "" --folder collect &&
	hinomi observe sensors -d store --folder collect >out && grep "kyoto-1 .*京都 北" out &&
	hinomi sensor revoke kyoto-1 --folder collect
'

test_expect_success 'wrong changes of a record' '
	test_expect_code 2 hinomi sensor change kyoto-1 --folder collect 2>err && grep "nothing is to be changed" err &&
	test_expect_code 2 hinomi sensor change kyoto-1 --place-en "$(printf "a\\nb")" --folder collect 2>err && grep "one line" err &&
	test_expect_code 3 hinomi sensor change nobody --place-en x --folder collect 2>err && grep "no sensor .nobody" err
'

test_expect_success 'an import meanwhile is taken' '
	printf "time,sensor,source,protocol,source_port,port\\n2013-05-18T00:00:00Z,a,240.0.0.1,tcp,1024,22\\n" >rows.csv &&
	hinomi observe import -d store --csv rows.csv >report && grep ",1,1,0,.*yes" report
'

test_expect_success 'the collector stops when told, and its keys stay' '
	stop_collector && cp collect/tls.pin before && start_collector && stop_collector && cmp before collect/tls.pin &&
	hinomi store verify -d store
'

test_expect_success 'a collector does not write to a simulated store' '
	hinomi store simulate -q -d simulated --days 3 -N 2000 --to 2026-01-01 &&
	cp simulated/MANIFEST before &&
	{ hinomi-collect -d simulated --listen 127.0.0.1:0 --folder collect 2>err & } &&
	collector=$! && sleep 1 && stop_collector && grep "simulated: no sensor is served" err && cmp before simulated/MANIFEST
'

test_expect_success 'a sensor that is not enrolled, or watches nothing' '
	test_expect_code 3 hinomi sense run -i lo --folder nowhere 2>err && grep "not enrolled" err &&
	test_expect_code 3 hinomi sense run --folder nowhere 2>err && grep "no interface" err &&
	test_expect_code 3 hinomi sense check -i nothing0 2>err && grep "no interface .nothing0" err
'

test_done
