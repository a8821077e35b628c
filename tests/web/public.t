#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
test_description='The public listener serves the released tree and nothing else.'
. "$HINOMI_SOURCE/tests/lib.sh"
. "$HINOMI_SOURCE/tests/web/serve.sh"

NOW='--now 2013-07-01T12:00'

test_expect_success 'a store, a release, a server' '
	make_store &&
	"$program/hinomi" publish graphs -q -d store -o out $NOW &&
	echo secret >out/secret.txt &&
	ln -s ../../secret.txt out/current/isdas/link.txt &&
	start public "$program/hinomi-public" --listen 127.0.0.1:0 out
'
url=$(cat public.address)

test_expect_success 'the start leads to the graphs' '
	test "$(status $url/)" = 302 &&
	grep -i "^location: /isdas/index.html" headers
'

test_expect_success 'pages in both languages' '
	test "$(status $url/isdas/index.html)" = 200 &&
	grep "<html lang=\"ja\">" body &&
	test "$(status $url/en/isdas/index.html)" = 200 &&
	grep "<html lang=\"en\">" body &&
	test "$(status $url/isdas/readme.html)" = 200
'

test_expect_success 'regions have names for people, and codes for programs' '
	printf "prefix,country,as\n203.0.113.0/24,US,64496\n198.51.100.0/24,JP,64497\n203.0.0.0/16,QZ,64498\n" >places.csv &&
	"$program/hinomi" publish graphs -q -d store -o named --place places.csv $NOW &&
	grep "<th scope=\"row\">日本</th>" named/current/isdas/index.html &&
	grep "<th scope=\"row\">アメリカ合衆国</th>" named/current/isdas/index.html &&
	grep "<th scope=\"row\">United States</th>" named/current/en/isdas/index.html &&
	grep "<th scope=\"row\">QZ</th>" named/current/en/isdas/index.html &&
	sed -n 1p named/current/isdas/data/2013q2-regions.csv | grep "^start,.*JP.*,total" && ! grep Japan named/current/isdas/data/2013q2-regions.csv &&
	grep "\"name\":\"JP\",\"region_ja\":\"日本\",\"region_en\":\"Japan\"" named/current/isdas/data/2013q2-regions.json &&
	! grep "region_ja" named/current/isdas/data/2013q2-top.json
'

test_expect_success 'headers lock the page down, and no cookie is set' '
	status $url/isdas/index.html &&
	grep -i "^content-security-policy: default-src .none.; style-src .self.; img-src .self. data:; form-action .self.; frame-ancestors .none.; base-uri .none." headers &&
	grep -i "^x-content-type-options: nosniff" headers &&
	grep -i "^referrer-policy:" headers &&
	! grep -i "^set-cookie" headers
'

test_expect_success 'types' '
	for pair in html:text/html csv:text/csv json:application/json svg:image/svg png:image/png; do
		file=$(cd out/current && find isdas -name "*.${pair%%:*}" | head -n 1) &&
		test "$(status $url/$file)" = 200 &&
		grep -i "^content-type: ${pair#*:}" headers || return 1
	done
'

test_expect_success 'HEAD has the headers and no body' '
	status -I $url/isdas/index.html &&
	grep -i "^content-length: [1-9]" headers &&
	! grep "<html" body
'

test_expect_success 'an unchanged page is not sent again' '
	status $url/isdas/index.html &&
	tag=$(tr -d "\r" <headers | grep -i "^etag: " | cut -d" " -f2) &&
	test -n "$tag" &&
	test "$(status -H "If-None-Match: \"x\", W/$tag" $url/isdas/index.html)" = 304 &&
	test ! -s body &&
	test "$(status -H "If-None-Match: \"x\"" $url/isdas/index.html)" = 200
'

test_expect_success 'what was not released is not there, in both languages' '
	for path in /isdas/nothing.html /isdas/data /secret.txt /lock /trees/1/isdas/index.html /isdas/link.txt; do
		test "$(status $url$path)" = 404 || return 1
	done &&
	test "$(status $url/isdas/nothing.html)" = 404 &&
	grep "<html lang=\"ja\">" body && grep "This page is not here" body &&
	test "$(status $url/en/isdas/nothing.html)" = 404 &&
	grep "<html lang=\"en\">" body
'

test_expect_success 'no way out of the tree' '
	for path in "/isdas/../../secret.txt" "/../../../etc/passwd" "/isdas/..%2f..%2fsecret.txt" "/%2e%2e/secret.txt" \
		"//etc/passwd" "/isdas/%2fetc%2fhosts.txt" "/./../secret.txt"; do
		code=$(status --path-as-is "$url$path") &&
		test "$code" = 404 || { echo "$path: $code"; return 1; }
	done &&
	test "$(status --path-as-is "$url/isdas/index.html%00.txt")" = 400
'

test_expect_success 'other methods are refused, with what is allowed' '
	for method in POST PUT DELETE OPTIONS; do
		test "$(status -X $method $url/isdas/index.html)" = 405 || return 1
	done &&
	grep -i "^allow: GET, HEAD" headers
'

test_expect_success 'a body is refused early, by what it says and by what it is' '
	head -c 300000 /dev/zero >large &&
	test "$(status -X GET -H "Content-Type: text/plain" --data-binary @large $url/isdas/index.html)" = 413
'

test_expect_success 'none of the staff pages is here' '
	"$program/hinomi-staff" --list-paths >paths &&
	test $(wc -l <paths) -ge 9 &&
	for path in $(grep -v -e "^/$" -e "^/hinomi.css$" -e "^/icon.svg$" paths); do
		test "$(status $url$path)" = 404 || { echo $path; return 1; }
	done
'

test_expect_success 'a release shows at once, without a restart' '
	rm out/current/isdas/link.txt &&
	"$program/hinomi" publish graphs -q -d store -o out --now 2013-06-20T12:00 &&
	test "$(readlink out/current)" = trees/2 &&
	status $url/isdas/index.html &&
	grep "6月20日" body
'

test_expect_success 'a byte now and then does not hold a connection for ever' '
	python3 - "${url#http://}" <<-\EOF
	import socket, sys, time
	host, port = sys.argv[1].split(":")
	s = socket.create_connection((host, int(port)))
	began = time.time()
	s.send(b"GET /isdas/index.html HTTP/1.1\r\nHost: x\r\n")
	try:
	    while time.time() - began < 40:
	        s.send(b"X-A: b\r\n")
	        s.settimeout(1)
	        try:
	            if s.recv(100) == b"":
	                break
	        except socket.timeout:
	            pass
	except OSError:
	    pass
	assert time.time() - began < 35, "still open"
	EOF
'

test_expect_success 'it ends when told to' '
	pid=$(cat public.pid) && kill $pid && wait $pid; test $? -eq 0
'

stop_all
test_done
