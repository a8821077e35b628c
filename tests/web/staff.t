#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
test_description='The analyst listener: this machine alone, names and origins, forms.'
. "$HINOMI_SOURCE/tests/lib.sh"
. "$HINOMI_SOURCE/tests/web/serve.sh"

test_expect_success 'a store and a server' '
	make_store &&
	echo "198.51.100.0/25 a survey" >scanners &&
	printf "prefix,country,as\n203.0.113.0/24,US,64496\n198.51.100.0/24,JP,64497\n" >places.csv &&
	start staff "$program/hinomi-staff" --listen 127.0.0.1:0 --data store --scanners scanners --place places.csv --db "$db"
'
url=$(cat staff.address)
host=${url#http://}

test_expect_success 'it refuses to listen for other machines' '
	test_expect_code 2 "$program/hinomi-staff" --listen 0.0.0.0:0 --data store 2>err &&
	grep "can be reached from other machines" err &&
	test_expect_code 2 "$program/hinomi-staff" --listen "[::]:0" --data store
'

test_expect_success 'a wrong list of scanners is named with its line' '
	printf "# x\n203.0.113.0/40\n" >wrong &&
	test_expect_code 2 "$program/hinomi-staff" --listen 127.0.0.1:0 --data store --scanners wrong 2>err &&
	grep "wrong: line 2" err
'

test_expect_success 'each page answers' '
	"$program/hinomi-staff" --list-paths >paths &&
	for path in $(grep -v "language\|logout\|{" paths); do
		test "$(status $url$path)" = 200 || { echo $path; return 1; }
	done
'

test_expect_success 'nothing is kept by browsers' '
	status $url/observe/top &&
	grep -i "^cache-control: no-store" headers &&
	grep -i "^cross-origin-resource-policy: same-origin" headers
'

test_expect_success 'a rebound name is refused' '
	test "$(status -H "Host: attacker.example" $url/)" = 421 &&
	test "$(status -H "Host: 127.0.0.1.attacker.example" $url/)" = 421 &&
	test "$(status -H "Host: localhost:1234" $url/)" = 200
'

test_expect_success 'a foreign origin is refused' '
	test "$(status -H "Origin: http://attacker.example" $url/)" = 403 &&
	test "$(status -H "Origin: null" $url/)" = 403 &&
	test "$(status -H "Origin: http://$host" $url/)" = 200
'

token() {
	status $url/ >/dev/null
	sed -n 's/.*name="csrf" value="\([0-9a-f]*\)".*/\1/p' body
}

test_expect_success 'a form needs its token' '
	test "$(status -d "lang=en&back=/" $url/language)" = 403 &&
	test "$(status -d "csrf=00&lang=en&back=/" $url/language)" = 403 &&
	t=$(token) && test -n "$t" &&
	test "$(status -d "csrf=$t&lang=en&back=/observe/top" $url/language)" = 303 &&
	grep -i "^location: /observe/top" headers &&
	grep -i "^set-cookie: lang=en;.*HttpOnly; SameSite=Strict" headers &&
	test "$(status -H "Sec-Fetch-Site: cross-site" -d "csrf=$t&lang=en&back=/" $url/language)" = 403 &&
	test "$(status -H "Origin: http://attacker.example" -d "csrf=$t&lang=en&back=/" $url/language)" = 403
'

test_expect_success 'a form leads nowhere else' '
	t=$(token) &&
	for back in http://attacker.example/ //attacker.example/ "/%5Cattacker.example"; do
		test "$(status -d "csrf=$t&lang=en&back=$back" $url/language)" = 303 &&
		grep -i "^location: /.$" headers || { echo $back; cat headers; return 1; }
	done
'

test_expect_success 'the cookie chooses the language' '
	status -H "Cookie: lang=en" $url/ && grep "<html lang=\"en\">" body &&
	status -H "Accept-Language: en-GB,ja;q=0.5" $url/ && grep "<html lang=\"en\">" body &&
	status -H "Accept-Language: fr" $url/ && grep "<html lang=\"ja\">" body
'

test_expect_success 'a body that is too long is refused, by length and by count' '
	head -c 100000 /dev/zero | tr "\0" a >large &&
	test "$(status --data-binary @large $url/language)" = 413 &&
	test "$(status -H "Transfer-Encoding: chunked" --data-binary @large $url/language)" = 413 &&
	test "$(status -H "Content-Type: text/plain" -d x $url/language)" = 415
'

test_expect_success 'methods' '
	test "$(status -d x $url/observe/top)" = 405 &&
	grep -i "^allow: GET, HEAD" headers &&
	test "$(status $url/language)" = 405 &&
	grep -i "^allow: POST" headers &&
	status -I $url/observe/sensors && grep -i "^content-length: [1-9]" headers
'

test_expect_success 'what is wrong in a form is said beside the field, and what was typed is kept' '
	test "$(status "$url/observe/top?filter=dprt+22&period=soon&n=9999" -H "Cookie: lang=en")" = 400 &&
	grep "value=\"dprt 22\"" body &&
	grep "value=\"soon\"" body &&
	grep "value=\"9999\"" body &&
	grep "id=\"fault-filter\"" body && grep "id=\"fault-period\"" body && grep "id=\"fault-n\"" body &&
	test "$(status "$url/observe/top?filter=%3Cscript%3E")" = 400 &&
	! grep "<script" body
'

test_expect_success 'the figures are those of the command' '
	"$program/hinomi" observe top -q -d store --period 2013Q2 -N 5 --csv >command.csv &&
	status "$url/observe/top?period=2013Q2&n=5&format=csv" &&
	cut -d, -f2,3 command.csv >a && cut -d, -f2,3 body | sed "s/^ICMP/icmp/; s/^その他/other/; s/^合計/total/" >b &&
	test_cmp a b
'

test_expect_success 'a column orders the rows, in files too, and sums stay at the end' '
	status "$url/observe/top?period=2013Q2&n=5&sort=port&format=csv" &&
	cut -d, -f2 body >ports && printf "port\n22/tcp\n445/tcp\n1433/tcp\n3389/tcp\n5900/tcp\nICMP\nその他\n合計\n" >expected &&
	test_cmp expected ports &&
	status "$url/observe/top?period=2013Q2&n=5&sort=-rank&format=json" && sed -n 1p body | grep "\"rank\":5," &&
	sed -n 6p body | grep "\"rank\":null,\"port\":\"ICMP\"" &&
	status -H "Cookie: lang=en" "$url/observe/top?period=2013Q2&n=5&kind=all&sort=-packets" &&
	grep "aria-sort=\"descending\"><a href=\"/observe/top?period=2013Q2&amp;kind=all&amp;n=5&amp;sort=packets\"" body &&
	grep "<input type=\"hidden\" name=\"sort\" value=\"-packets\">" body &&
	grep "href=\"/observe/top?period=2013Q2&amp;kind=all&amp;n=5&amp;sort=-packets&amp;format=csv\"" body &&
	grep "href=\"/observe/series?[^\"]*" body && ! grep "href=\"/observe/series?[^\"]*sort=" body
'

test_expect_success 'what is no column, or no table, is said' '
	test "$(status "$url/observe/top?sort=nothing" -H "Cookie: lang=en")" = 400 && grep "no such column" body &&
	test "$(status "$url/observe/top?sort=events")" = 400 &&
	test "$(status "$url/observe/top?format=csv&sort=-")" = 400 &&
	test "$(status "$url/observe/top?format=csv&table=nothing")" = 400
'

test_expect_success 'sources say their region, by name and by code' '
	status "$url/observe/sources?period=2013Q2&filter=proto+icmp&n=500" && grep "<td>日本</td>" body &&
	status "$url/observe/sources?period=2013Q2&filter=proto+icmp&n=500&format=csv&sort=region" &&
	sed -n 2p body | grep "^198.51.100.[0-9]*,JP,"
'

test_expect_success 'known scanners are hidden when asked' '
	status "$url/observe/sources?period=2013Q2&filter=proto+icmp&format=csv&n=500" && grep "^198.51.100.1," body &&
	status "$url/observe/sources?period=2013Q2&filter=proto+icmp&format=csv&n=500&hide=1" && ! grep "^198.51.100.1," body &&
	grep "^198.51.100.200," body
'

test_expect_success 'surges and bursts stand apart' '
	status "$url/observe/surges?period=2013Q2&format=json" &&
	grep "\"port\":\"5900/tcp\",\"state\":\"proposed\"" body &&
	! grep 1469 body &&
	status "$url/observe/surges?period=2013Q2" && grep 1469/udp body &&
	status "$url/observe/surges?period=2013Q2&format=json&table=bursts" && grep 1469/udp body && ! grep 5900 body
'

test_expect_success 'a rise leads to its events' '
	status "$url/observe/surges?period=2013Q2&format=json" && jq -r "select(.port == \"5900/tcp\").events, .packets" body >way &&
	status "$url$(sed -n 1p way)" && grep "5900" body && status "$url$(sed -n 1p way)&n=500&format=csv&kind=probe" &&
	test "$(wc -l <body)" = 501 && ! grep -v ",5900,\|^time" body
'

test_expect_success 'ports never seen before' '
	status "$url/observe/new?period=2013-06&format=csv" &&
	grep "^7547/tcp," body && ! grep "^445/tcp" body
'

test_expect_success 'a silent sensor stands first' '
	status "$url/observe/sensors?format=csv" &&
	sed -n 2p body | grep "^osaka-3,silent"
'

# Sensors that deliver, as the collector writes of them.
instant() {
	date -u -d "$1" +%Y-%m-%dT%H:%M:%S.000000Z
}
key=$(printf %064d 1)
write_sensors() {
	mkdir -p collect && echo "secret" >collect/tls.key &&
	{
		echo "hinomi sensors 1"
		for name in kyoto-1 nara-1 tokyo-1 tokyo-2; do
			echo "sensor $name key=$key code=- until=- revoked=no prefixes=192.0.2.0/28"
		done
		echo "sensor sapporo-1 key=- code=$key until=$(instant "1 day") revoked=no prefixes=192.0.2.0/28"
	} >collect/sensors &&
	cat >collect/status.new <<-EOF &&
	hinomi status 1
	collector since=$(instant "-1 day") now=$(instant now) refused=7
	sensor tokyo-1 batch_us=$(instant "-1 min") heartbeat_us=$(instant "-1 min") sent_us=$(instant "-1 min") clock_error_us=-12000 events=5 kernel_dropped=3
	sensor tokyo-2 batch_us=$(instant "-1 day") heartbeat_us=$(instant "-1 day") sent_us=$(instant "-1 day") oldest_us=$(instant "-2 days") backlog_batches=1200
	sensor nara-1 batch_us=$(instant "-1 min") heartbeat_us=$(instant "-1 min") sent_us=$(instant "-1 min") clock_error_us=90000000
	EOF
	mv collect/status.new collect/status
}

test_expect_success 'sensors that deliver are told of by their heartbeats, with the fields of the command' '
	start sensing "$program/hinomi-staff" --listen 127.0.0.1:0 --data store --db "$db" --collect collect &&
	sensing=$(cat sensing.address) &&
	status "$sensing/observe/sensors?format=csv" && sed -n 2p body | grep "^osaka-3,silent" &&
	write_sensors &&
	status "$sensing/observe/sensors?format=csv&sort=sensor" && tr -d "\r" <body >page.csv &&
	"$program/hinomi" observe sensors -q -d store --folder collect --csv | sort >command.csv &&
	sort page.csv >sorted && test_cmp command.csv sorted &&
	status "$sensing/observe/sensors?format=json" && jq -c "[.sensor, .state]" body >states &&
	{ echo "[\"kyoto-1\",[\"silent\"]]" && echo "[\"nara-1\",[\"clock\"]]" && echo "[\"tokyo-2\",[\"silent\",\"backlog\"]]" &&
	  echo "[\"tokyo-1\",[\"up\"]]" && echo "[\"sapporo-1\",[\"invited\"]]"; } >expected && test_cmp expected states &&
	test_expect_code 1 "$program/hinomi" observe sensors -q -d store --folder collect --check &&
	status "$sensing/observe/sensors?format=csv&table=sensors" && grep "^osaka-3,silent" body
'

test_expect_success 'what is wrong stands out in words, on the start page too' '
	status -H "Cookie: lang=en" "$sensing/observe/sensors" &&
	grep "<span class=\"state bad\">silent, backlog</span>" body && grep "<span class=\"state warn\">clock off</span>" body &&
	grep "Requests of nobody known that were refused: 7" body &&
	status -H "Cookie: lang=en" "$sensing/" && grep "tokyo-2 (silent, backlog)" body && grep "nara-1 (clock off)" body &&
	grep "osaka-3" body && ! grep "tokyo-1" body &&
	status -H "Accept-Language: ja" "$sensing/" && grep "nara-1（時計のずれ）" body
'

test_expect_success 'without any event the sensors are told of all the same' '
	echo "time,sensor,source,protocol,source_port,port" >none.csv && mkdir -p empty &&
	start early "$program/hinomi-staff" --listen 127.0.0.1:0 --data empty --db "$db" --collect collect &&
	status -H "Cookie: lang=en" "$(cat early.address)/observe/sensors" && grep "clock off" body &&
	status -H "Cookie: lang=en" "$(cat early.address)/" && grep "nara-1 (clock off)" body && kill $(cat early.pid)
'

test_expect_success 'damaged files of the collector are said, and the pages go on' '
	echo nonsense >collect/status &&
	test "$(status -H "Cookie: lang=en" "$sensing/observe/sensors")" = 200 && grep "how the sensors are now is not known" body &&
	test "$(status -H "Cookie: lang=en" "$sensing/")" = 200 && grep "is not known" body &&
	write_sensors && status -H "Cookie: lang=en" "$sensing/" && grep "nara-1 (clock off)" body
'

test_expect_success 'events are paged' '
	status "$url/observe/events?period=2013-05-12&n=10&format=csv" && test $(wc -l <body) -eq 11 &&
	status "$url/observe/events?period=2013-05-12&n=10&skip=10" && grep "rel=\"prev\"" body && grep "rel=\"next\"" body
'

test_expect_success 'a Unix socket is for its owner' '
	"$program/hinomi-staff" --socket here.sock --data store --db "$db" 2>socket.log & echo $! >socket.pid &&
	sleep 1 && test "$(stat -c %a here.sock)" = 600 &&
	test "$(status --unix-socket here.sock http://localhost/observe/sensors)" = 200
'

test_expect_success 'it still runs after all that' '
	kill -0 $(cat staff.pid)
'

stop_all
test_done
