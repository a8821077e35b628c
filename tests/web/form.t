#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
test_description='The pages with forms: headers, languages, what is not there.'
. "$HINOMI_SOURCE/tests/lib.sh"
. "$HINOMI_SOURCE/tests/web/serve.sh"

test_expect_success 'a server with forms, and one without' '
	mkdir out &&
	start forms "$program/hinomi-public" --listen 127.0.0.1:0 --spool spool --states states --zone Asia/Tokyo out &&
	start plain "$program/hinomi-public" --listen 127.0.0.1:0 out
'
url=$(cat forms.address)

test_expect_success 'the pages, in both languages' '
	for page in /report /report/ /report/general /report/ics; do
		test "$(status $url$page)" = 200 && grep "<html lang=\"ja\">" body &&
		test "$(status $url/en$page)" = 200 && grep "<html lang=\"en\">" body || return 1
	done &&
	grep "hreflang=\"ja\" href=\"/report/ics\"" body
'

test_expect_success 'headers lock the pages down, nothing is stored, no cookie is set, no script is there' '
	for page in /report/ /report/general /en/report/ics; do
		status $url$page &&
		grep -i "^content-security-policy: default-src .none.; style-src .self.; img-src .self. data:; form-action .self.; frame-ancestors .none.; base-uri .none." headers &&
		grep -i "^cache-control: no-store" headers &&
		grep -i "^x-content-type-options: nosniff" headers &&
		grep -i "^referrer-policy:" headers &&
		! grep -i "^set-cookie" headers &&
		! grep -i "<script" body || return 1
	done
'

test_expect_success 'what is not there' '
	for page in /report/other /report/receipt/ /report/receipt/x /report/status/x \
		/en/report/status/00000000000000000000000000000000 /report/status/x/y; do
		test "$(status $url$page)" = 404 || { echo $page; return 1; }
	done
'

test_expect_success 'other methods are refused, with what is allowed' '
	test "$(status -X PUT $url/report/general)" = 405 &&
	test "$(status -X POST $url/report/)" = 405 &&
	test "$(status -X POST -F what=x $url/report/other)" = 404
'

test_expect_success 'a place in Host goes nowhere but into text' '
	test "$(status -H "Host: evil.example\"><b>" $url/report/)" = 200 &&
	! grep "<b>" body
'

test_expect_success 'without a spool there are no forms' '
	for page in /report/ /report/general /en/report/ics /report/status/x; do
		test "$(status "$(cat plain.address)$page")" = 404 || return 1
	done &&
	test "$(status -F what=x "$(cat plain.address)/report/general")" = 404
'

test_expect_success 'a spool needs a folder of states' '
	test_expect_code 2 "$program/hinomi-public" --spool spool out
'

stop_all
test_done
