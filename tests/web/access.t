#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
test_description='Accounts: logging in and out, sessions, rights, and what is tried against them.'
. "$HINOMI_SOURCE/tests/lib.sh"
. "$HINOMI_SOURCE/tests/web/serve.sh"

english="Accept-Language: en"
serve_staff() { # further arguments
	start staff "$program/hinomi-staff" -c "$PWD/hinomi.conf" --listen 127.0.0.1:0 --data store --db "$db" "$@"
}
again() {
	kill $(cat staff.pid) && wait $(cat staff.pid)
	serve_staff "$@" && url=$(cat staff.address)
}
# Without its cookies: a stranger.
stranger() {
	kept=$jar && jar= && status "$@"
	jar=$kept
}

test_expect_success 'a store and a server' '
	make_store && : >hinomi.conf && serve_staff && "$program/hinomi-staff" --list-paths | sort -u >paths
'
url=$(cat staff.address)

test_expect_success 'as long as there is no account the pages are open, and say how to make one' '
	test "$(status -H "$english" $url/)" = 200 && grep "hinomi account add NAME --role all" body &&
	status -H "Accept-Language: ja" $url/login && grep "hinomi account add 名前 --role all" body &&
	test "$(status -H "$english" $url/account)" = 200 && ! grep "type=\"password\"" body &&
	t=$(form_token) && test "$(status -d "csrf=$t&act=password&password=x" $url/account)" = 403
'

test_expect_success 'with the first account they close at once' '
	account suzuki analyst && test "$(status $url/)" = 303 && grep -i "^location: /login.$" headers
'

test_expect_success 'every page refuses who has no session' '
	jar=guest.jar && status $url/login >/dev/null && t=$(form_token) && test -n "$t" &&
	for path in $(grep -v "login\|logout\|language\|hinomi.css\|icon.svg" paths | sed "s/{port}/5900-tcp/; s/{start}/2013-05-24T00:00:00Z/"); do
		test "$(status "$url$path?format=csv")" = 303 && grep -i "^location: /login" headers && test ! -s body &&
		test "$(stranger "$url$path?format=json")" = 303 &&
		case "$(status -d "csrf=$t&act=save&name=a&filter=dport+1" "$url$path")" in 403 | 405) ;; *) false ;; esac ||
			{ echo "$path"; cat headers; return 1; }
	done &&
	test "$(status -H "Cookie: hinomi=$(printf %064d 0)" $url/)" = 303 &&
	test "$(status -H "Cookie: hinomi=x" $url/observe/top)" = 303
'

test_expect_success 'the way back leads to what was asked for, and nowhere else' '
	stranger "$url/observe/top?period=2013Q2&n=5" && grep -i "^location: /login?next=%2Fobserve%2Ftop%3Fperiod%3D2013Q2%26n%3D5.$" headers &&
	status "$url/login?next=%2Fobserve%2Ftop%3Fperiod%3D2013Q2" && grep "name=\"next\" value=\"/observe/top?period=2013Q2\"" body &&
	for next in http://attacker.example/ //attacker.example/ "/%5Cattacker.example" "%2F%2Fattacker.example" "javascript:alert(1)" \
		"/a%0d%0aSet-Cookie:%20x=1" "%0d%0aLocation:%20http://attacker.example" "/%09/attacker.example"; do
		status "$url/login?next=$next" && ! grep "attacker" body && ! grep -i "^set-cookie: x" headers &&
		grep "name=\"next\" value=\"/" body || { echo "$next"; return 1; }
	done
'

test_expect_success 'what is wrong is not said, and the name stays' '
	test "$(login $url suzuki wrong)" = 400 && cp body one && test "$(login $url suzuk1 wrong)" = 400 &&
	grep "name=\"login\" value=\"suzuk1\"" body && ! grep "wrong" body &&
	sed "s/suzuki/NAME/; s/name=\"csrf.*//" one >a && sed "s/suzuk1/NAME/; s/name=\"csrf.*//" body >b && test_cmp a b &&
	test "$(login $url "<script>alert(1)</script>" x)" = 400 && ! grep "<script" body
'

test_expect_success 'the login form needs the token of its own browser' '
	test "$(stranger -d "login=suzuki&password=the+password+of+suzuki" $url/login)" = 403 &&
	jar=other.jar && status $url/login && t=$(form_token) && jar=guest.jar &&
	test "$(status -d "csrf=$t&login=suzuki&password=the+password+of+suzuki" $url/login)" = 403 &&
	test "$(stranger -d "csrf=$t&login=suzuki&password=the+password+of+suzuki" $url/login)" = 403 &&
	t=$(status $url/login >/dev/null; form_token) &&
	test "$(status -H "Origin: http://attacker.example" -d "csrf=$t&login=suzuki&password=the+password+of+suzuki" $url/login)" = 403 &&
	test "$(status -H "Sec-Fetch-Site: cross-site" -d "csrf=$t&login=suzuki&password=the+password+of+suzuki" $url/login)" = 403 &&
	! "$program/hinomi" account sessions --db "$db" suzuki
'

session() {
	sed -n "s/.*\thinomi\t//p" "$jar"
}

test_expect_success 'in: another token than before, in a cookie that no script and no other site gets' '
	jar=suzuki.jar && status $url/login && before=$(session) && test -n "$before" &&
	test "$(login $url suzuki "" "next=/observe/top?period=2013Q2")" = 303 && after=$(session) &&
	grep -i "^location: /observe/top?period=2013Q2.$" headers &&
	test -n "$after" && test "$before" != "$after" && test ${#after} -eq 64 &&
	grep -i "^set-cookie: hinomi=$after; Path=/; HttpOnly; SameSite=Strict.$" headers &&
	grep -i "^set-cookie: hinomi-known=[0-9a-f]*; Path=/; Max-Age=[0-9]*; HttpOnly; SameSite=Strict.$" headers &&
	test "$(status -H "$english" $url/)" = 200 && grep "href=\"/account\"[^>]*>suzuki" body && ! grep "no account yet" body &&
	test "$(curl -s -o /dev/null -w "%{http_code}" -H "Cookie: hinomi=$before" $url/)" = 303 &&
	! database | grep -a "$after"
'

test_expect_success 'who is in is led nowhere else either' '
	jar=led.jar && for next in //attacker.example/ http://attacker.example/ "/\\attacker.example" "/a
Set-Cookie: x=1"; do
		test "$(login $url suzuki "" "next=$next")" = 303 && grep -i "^location: /.$" headers && ! grep -i "attacker\|x=1" headers &&
		test "$(status "$url/login?next=//attacker.example/")" = 303 && grep -i "^location: /.$" headers || { cat headers; return 1; }
	done && jar=suzuki.jar
'

test_expect_success 'a token that somebody else chose is not taken over' '
	jar=fixed.jar && fixed=$(printf %064d 7) && t=$(curl -s -H "Cookie: hinomi=$fixed" $url/login | sed -n "s/.*name=\"csrf\" value=\"\([0-9a-f]*\)\".*/\1/p" | head -n 1) &&
	test "$(curl -s -o /dev/null -D headers -w "%{http_code}" -H "Cookie: hinomi=$fixed" -d "csrf=$t&login=suzuki&password=the+password+of+suzuki" $url/login)" = 303 &&
	grep -i "^set-cookie: hinomi=" headers && ! grep "$fixed" headers &&
	test "$(curl -s -o /dev/null -w "%{http_code}" -H "Cookie: hinomi=$fixed" $url/)" = 303 && jar=suzuki.jar
'

test_expect_success 'a form of one session is not good in another' '
	account tanaka analyst && status $url/observe/filters && t=$(form_token) && jar=tanaka.jar && test "$(login $url tanaka)" = 303 &&
	test "$(status -d "csrf=$t&act=save&name=mine&filter=dport+22" $url/observe/filters)" = 403 &&
	status $url/observe/filters && t=$(form_token) &&
	test "$(status -d "csrf=$t&act=save&name=mine&filter=dport+22" $url/observe/filters)" = 303 &&
	jar=suzuki.jar && test "$(status -d "csrf=$t&act=save&name=other&filter=dport+22" $url/observe/filters)" = 403 &&
	test "$(sql "SELECT DISTINCT actor FROM record_event")" = tanaka
'

post_account() { # FIELD=VALUE...
	status -H "$english" $url/account >/dev/null
	for field in "$@"; do
		set -- "$@" --data-urlencode "$field"
		shift
	done
	status -H "$english" --data-urlencode "csrf=$(form_token)" "$@" $url/account
}

test_expect_success 'rights: an editor sees and may not change, an auditor sees no figures, both are told' '
	account sato editor && account kato auditor && account goto "" &&
	jar=sato.jar && test "$(login $url sato)" = 303 && test "$(status $url/observe/top?period=2013Q2)" = 200 &&
	status -H "$english" "$url/observe/surges?period=2013Q2" &&
	surge=$(sed -n "s/.*href=\"\(\/observe\/surge\/5900-tcp\/[^\"]*\)\".*/\1/p" body | head -n 1) && test -n "$surge" &&
	test "$(status $url$surge)" = 200 && ! grep "value=\"confirm\"" body && t=$(form_token) &&
	test "$(status -d "csrf=$t&act=confirm&version=0" $url$surge)" = 403 &&
	for name in kato goto; do
		jar=$name.jar && test "$(login $url $name)" = 303 && test "$(status $url/)" = 303 && grep -i "^location: /account" headers &&
		for path in $(grep "^/observe" paths | grep -v "{"); do
			test "$(status -H "$english" "$url$path?format=csv")" = 403 && ! grep "5900" body || { echo $name $path; return 1; }
		done && test "$(status -H "$english" $url/account)" = 200 && ! grep "href=\"/observe" body || return 1
	done
'

test_expect_success 'the auditor sees the log and the accounts, the administrator too, nobody else' '
	account ando admin && for name in kato ando; do
		jar=$name.jar && test "$(login $url $name)" = 303 && status "$url/audit?format=csv" && grep ",tanaka,logged in,tanaka,," body &&
		grep ",tanaka,made\|,local:[a-z]*,made account,suzuki,," body && status "$url/accounts?format=json" &&
		jq -r "[.name, .roles, .state] | join(\" \")" body | grep "^sato editor active$" && ! grep "argon2" body || return 1
	done && for name in suzuki sato goto; do
		jar=$name.jar && test "$(login $url $name)" = 303 && test "$(status $url/audit)" = 403 && test "$(status $url/accounts)" = 403 || return 1
	done
'

test_expect_success 'a locked account is out, and comes no more in' '
	jar=sato.jar && test "$(status $url/observe/top)" = 200 && "$program/hinomi" account lock --db "$db" sato &&
	test "$(status $url/observe/top)" = 303 && test "$(login $url sato)" = 400 &&
	"$program/hinomi" account unlock --db "$db" sato && test "$(status $url/observe/top)" = 303 && test "$(login $url sato)" = 303
'

test_expect_success 'out: the session is over, not the cookie alone' '
	token=$(session) && status $url/account && t=$(form_token) && test "$(status -d "csrf=00" $url/logout)" = 403 &&
	test "$(status $url/account)" = 200 && test "$(status -d "csrf=$t" $url/logout)" = 303 && grep -i "^set-cookie: hinomi=; Path=/; Max-Age=0" headers &&
	test "$(curl -s -o /dev/null -w "%{http_code}" -H "Cookie: hinomi=$token" $url/)" = 303
'

test_expect_success 'another password: what is wrong is said beside the field' '
	jar=sato.jar && test "$(login $url sato)" = 303 &&
	test "$(post_account act=password "old_password=wrong" "password=a quite new password" "again=a quite new password")" = 400 &&
	grep "id=\"fault-old_password\"" body && ! grep "quite new" body &&
	test "$(post_account act=password "old_password=the password of sato" "password=a quite new password" "again=another password")" = 400 &&
	grep "id=\"fault-again\"" body &&
	test "$(post_account act=password "old_password=the password of sato" password=short again=short)" = 400 && grep "fewer than twelve" body &&
	test "$(post_account act=password "old_password=the password of sato" "password=the password of sato" "again=the password of sato")" = 400 &&
	grep "that you have now" body
'

test_expect_success 'it ends every other session, and this one goes on with another token' '
	jar=sato2.jar && test "$(login $url sato)" = 303 && jar=sato.jar && token=$(session) &&
	test "$(post_account act=password "old_password=the password of sato" "password=a quite new password " "again=a quite new password ")" = 303 &&
	test "$(session)" != "$token" && test "$(status $url/account)" = 200 && jar=sato2.jar && test "$(status $url/account)" = 303 &&
	test "$(curl -s -o /dev/null -w "%{http_code}" -H "Cookie: hinomi=$token" $url/)" = 303 &&
	test "$(login $url sato)" = 400 && test "$(login $url sato "a quite new password")" = 400 && test "$(login $url sato "a quite new password ")" = 303
'

test_expect_success 'sessions are listed and ended by hand' '
	status -H "$english" -A "a <b>browser</b>" $url/account && grep "this one" body && grep "this machine" body &&
	id=$(sed -n "s/.*name=\"session\" value=\"\([0-9]*\)\".*/\1/p" body | head -n 1) && test -n "$id" &&
	jar=kato.jar && test "$(post_account act=remove session=$id)" = 303 &&
	jar=sato2.jar && status $url/account && grep "name=\"session\" value=\"$id\"" body &&
	test "$(post_account act=remove session=$id)" = 303 && status $url/account && ! grep "name=\"session\" value=\"$id\"" body &&
	jar=sato.jar && test "$(status $url/account)" = 303 && jar=sato2.jar && test "$(status $url/account)" = 200
'

# The code of a secret now, N steps on.
code() {
	python3 - "$1" "${2:-0}" <<-EOF
	import base64, hashlib, hmac, struct, sys, time
	mac = hmac.new(base64.b32decode(sys.argv[1]), struct.pack(">Q", int(time.time()) // 30 + int(sys.argv[2])), hashlib.sha1).digest()
	at = mac[-1] & 15
	print("%06d" % ((struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff) % 1000000))
	EOF
}

test_expect_success 'a second factor is set up, asked for, and taken once' '
	jar=kato.jar && test "$(post_account act=totp-begin old_password=wrong)" = 400 &&
	test "$(post_account act=totp-begin "old_password=the password of kato")" = 303 && status -H "$english" $url/account &&
	grep "otpauth://totp/hinomi:kato?secret=" body &&
	secret=$(sed -n "s/.*secret=\([A-Z2-7]*\)&amp;issuer.*/\1/p" body) && test ${#secret} -eq 32 &&
	recovery=$(grep -A1 "Recovery code 4" body | grep -o "[0-9a-z]\{4\}-[0-9a-z]\{4\}-[0-9a-z]\{4\}-[0-9a-z]\{4\}") && test -n "$recovery" &&
	test "$(post_account act=totp-confirm code=000)" = 400 && grep "id=\"fault-code\"" body &&
	used=$(code $secret) && test "$(post_account act=totp-confirm code=$used)" = 303 &&
	status -H "$english" $url/account && ! grep "$secret\|$recovery" body && grep "10 recovery codes left" body &&
	jar=kato2.jar && test "$(login $url kato)" = 400 && test "$(login $url kato "" code=$used)" = 400 &&
	next=$(code $secret 1) && test "$(login $url kato wrong code=$next)" = 400 && test "$(login $url kato "" code=$next)" = 303 &&
	jar=kato3.jar && "$program/hinomi" account unlock --db "$db" kato && test "$(login $url kato "" code=$next)" = 400 &&
	test "$(login $url kato "" code=$recovery)" = 303 && jar=kato4.jar && test "$(login $url kato "" code=$recovery)" = 400 &&
	"$program/hinomi" account totp -q --db "$db" remove kato && test "$(login $url kato)" = 303
'

test_expect_success 'a one-time password opens nothing but the page to change it' '
	"$program/hinomi" account add -q --db "$db" --role all --one-time mori | sed "s/^mori //" >word && jar=mori.jar &&
	test "$(login $url mori "$(cat word)")" = 303 && test "$(status $url/)" = 303 && grep -i "^location: /account" headers &&
	test "$(status $url/observe/top?format=csv)" = 303 && test "$(status -H "$english" $url/account)" = 200 && grep "choose your own" body &&
	test "$(post_account act=totp-begin "old_password=$(cat word)")" = 403 &&
	test "$(post_account act=password "old_password=$(cat word)" "password=a password of mine" "again=a password of mine")" = 303 &&
	test "$(status $url/)" = 200
'

test_expect_success 'an idle session ends, and a long one' '
	jar=suzuki.jar && test "$(login $url suzuki)" = 303 && test "$(status $url/)" = 200 &&
	HINOMI_CLOCK_SHIFT_S=3500 && export HINOMI_CLOCK_SHIFT_S && again && test "$(status $url/)" = 200 &&
	HINOMI_CLOCK_SHIFT_S=7200 && again && test "$(status $url/)" = 303 &&
	test "$(login $url suzuki)" = 303 && test "$(status $url/)" = 200 &&
	echo "staff { idle = 1440 session = 2 }" >hinomi.conf && HINOMI_CLOCK_SHIFT_S=14000 && again && test "$(status $url/)" = 200 &&
	HINOMI_CLOCK_SHIFT_S=14500 && again && test "$(status $url/)" = 303 && unset HINOMI_CLOCK_SHIFT_S && : >hinomi.conf &&
	sql "DELETE FROM access_failure" && again
'

test_expect_success 'who guesses waits, who is known here does not' '
	jar=suzuki.jar && test "$(login $url suzuki)" = 303 && jar=guess.jar &&
	for n in 1 2 3 4 5; do test "$(login $url suzuki guess$n)" = 400 || return 1; done &&
	test "$(login $url suzuki guess6)" = 429 && test "$(login $url suzuki)" = 429 && grep "秒待って" body &&
	jar=suzuki.jar && test "$(login $url suzuki)" = 303 &&
	jar=guess.jar && sleep 1.2 && test "$(login $url suzuki guess7)" = 400 && test "$(login $url suzuki)" = 429 && sleep 2.2 &&
	test "$(login $url suzuki)" = 303
'

test_expect_success 'the log tells of all that, and of no password' '
	jar= && "$program/hinomi" audit list --db "$db" --csv -N 1000 >log && grep ",sato,changed password,sato," log && grep ",kato,set second factor," log &&
	grep ",local,login failed,suzuki," log && grep ",local,login failed,nobody," log && ! grep "guess\|wrong,\|script" log &&
	"$program/hinomi" audit seal --db "$db" >seal && "$program/hinomi" audit verify --db "$db" "$(cat seal)" &&
	! database | grep -a "the password of\|guess1\|a password of mine"
'

test_expect_success 'for other machines only with TLS or a proxy' '
	test_expect_code 2 "$program/hinomi-staff" -c hinomi.conf --listen 0.0.0.0:0 --data store --db "$db" 2>err && grep "staff.tls_certificate or staff.proxy" err &&
	echo "staff { proxy = \"127.0.0.1\" names = \"desk.example.org\" }" >hinomi.conf && kill $(cat staff.pid) && wait $(cat staff.pid) &&
	start staff "$program/hinomi-staff" -c "$PWD/hinomi.conf" --listen 0.0.0.0:0 --data store --db "$db" &&
	url=http://127.0.0.1:$(sed "s/.*://" staff.address) && test "$(status -H "Host: attacker.example" $url/login)" = 421 &&
	test "$(status -H "Host: desk.example.org" -H "X-Forwarded-For: 198.51.100.9, 203.0.113.7" $url/login)" = 200 &&
	grep -i "^set-cookie: __Host-hinomi=[0-9a-f]*; Path=/; HttpOnly; SameSite=Strict; Secure.$" headers &&
	held=$(sed -n "s/^[Ss]et-[Cc]ookie: \(__Host-hinomi=[0-9a-f]*\);.*/\1/p" headers) && t=$(form_token) &&
	test "$(status -H "Host: desk.example.org" -H "Origin: https://desk.example.org" -H "X-Forwarded-For: 198.51.100.9, 203.0.113.7" -H "Cookie: $held" \
		--data-urlencode "csrf=$t" -d "login=suzuki&password=the+password+of+suzuki" $url/login)" = 303 &&
	"$program/hinomi" account sessions --db "$db" suzuki --csv | grep ",203.0.113.7,"
'

test_expect_success 'over TLS by itself' '
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.crt -days 2 -subj /CN=localhost 2>/dev/null &&
	kill $(cat staff.pid) && wait $(cat staff.pid) && echo "staff { tls_certificate = \"tls.crt\" }" >hinomi.conf &&
	test_expect_code 2 "$program/hinomi-staff" -c hinomi.conf --listen 127.0.0.1:0 --data store --db "$db" 2>err && grep "go together" err &&
	echo "staff { tls_certificate = \"tls.crt\" tls_key = \"tls.key\" }" >hinomi.conf &&
	start staff "$program/hinomi-staff" -c "$PWD/hinomi.conf" --listen 0.0.0.0:0 --data store --db "$db" &&
	url=https://127.0.0.1:$(sed "s/.*://" staff.address) && jar=tls.jar && echo "--insecure" >.curlrc && CURL_HOME=$PWD && export CURL_HOME &&
	test "$(login $url suzuki)" = 303 && grep -i "^set-cookie: __Host-hinomi=[0-9a-f]*; Path=/; HttpOnly; SameSite=Strict; Secure.$" headers &&
	test "$(status $url/)" = 200 && grep ">suzuki<" body && unset CURL_HOME
'

test_expect_success 'a database that cannot be opened opens no page' '
	kill $(cat staff.pid) && wait $(cat staff.pid) && : >hinomi.conf && echo nonsense >bad.db && mkdir folder.db &&
	test_expect_code 3 "$program/hinomi-staff" -c hinomi.conf --listen 127.0.0.1:0 --data store --db bad.db &&
	test_expect_code 3 "$program/hinomi-staff" -c hinomi.conf --listen 127.0.0.1:0 --data store --db folder.db
'

test -z "$HINOMI_TEST_POSTGRES" || test_set_prereq POSTGRES

test_expect_success POSTGRES 'a connection that is lost ends the process, which its parent starts anew; no password stands in what it says' '
	: >hinomi.conf && start staff "$program/hinomi-staff" -c hinomi.conf --listen 127.0.0.1:0 --data store --db "$db" &&
	jar= && test "$(status $(cat staff.address)/login)" = 200 &&
	sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '\''hinomi'\''" &&
	status $(cat staff.address)/ >/dev/null &&
	for i in $(seq 100); do kill -0 $(cat staff.pid) 2>/dev/null || break; sleep 0.1; done &&
	! kill -0 $(cat staff.pid) 2>/dev/null && test_expect_code 3 wait $(cat staff.pid) && grep "was lost" staff.log &&
	test_expect_code 3 "$program/hinomi" account list --db "postgresql://a:secretword@127.0.0.1:1/b" 2>err && ! grep secretword err
'

stop_all
test_done
