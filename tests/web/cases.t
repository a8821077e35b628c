#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
test_description='What the analyst pages write through the desk: reviews, saved filters, public notes.'
. "$HINOMI_SOURCE/tests/lib.sh"
. "$HINOMI_SOURCE/tests/web/serve.sh"

test_expect_success 'a store, a case database and a server' '
	make_store &&
	start staff "$program/hinomi-staff" --listen 127.0.0.1:0 --data store --db "$db" &&
	test -n "$(sql "SELECT hash FROM db_migration")" && account suzuki analyst
'
url=$(cat staff.address)
host=${url#http://}
english="Accept-Language: en"
jar=suzuki.jar

test_expect_success 'an analyst logs in' '
	test "$(login $url suzuki)" = 303
'

token() {
	status $url/ >/dev/null
	sed -n 's/.*name="csrf" value="\([0-9a-f]*\)".*/\1/p' body | head -n 1
}

# The version that a form of the page in body was made from, and that of a row's button.
form_version() {
	sed -n '/<form class="desk"/,/<\/form>/s/.*name="version" value="\([0-9]*\)".*/\1/p' body | head -n 1
}
row_version() { # field, value
	sed -n "s/.*name=\"$1\" value=\"$2\"><input type=\"hidden\" name=\"version\" value=\"\([0-9]*\)\".*/\1/p" body
}

# post PATH FIELD=VALUE...: the status; the body is in body. The version is that of the page as it is now, where none is given.
post() {
	path=$1
	shift
	given=$(token)
	case " $* " in
	*" version="*) ;;
	*)
		status $url$path >/dev/null
		set -- "$@" "version=$(form_version)"
		;;
	esac
	for field in "$@"; do
		set -- "$@" --data-urlencode "$field"
		shift
	done
	status -H "$english" --data-urlencode "csrf=$given" "$@" "$url$path"
}

test_expect_success 'each rise leads to its page' '
	status -H "$english" "$url/observe/surges?period=2013Q2" &&
	sed -n "s/.*href=\"\(\/observe\/surge\/5900-tcp\/[^\"]*\)\".*/\1/p" body | head -n 1 >surge && test -s surge &&
	test "$(status -H "$english" $url$(cat surge))" = 200 &&
	grep "undecided" body && grep "more sources" body && ! grep "sources not known" body && grep "<svg" body && grep "name=\"cause_ja\"" body
'
surge=$(cat surge)

test_expect_success 'what is no rise is not found' '
	test "$(status $url/observe/surge/445-tcp/2013-05-01T00:00:00Z)" = 404 &&
	test "$(status $url/observe/surge/nothing/soon)" = 404 &&
	test "$(post /observe/surge/445-tcp/2013-05-01T00:00:00Z act=confirm)" = 404
'

for page in $surge /observe/filters /observe/notes; do
	test_expect_success "$page wants its token and its own origin" '
		test "$(status -d "act=save&name=a&filter=dport+22" $url$page)" = 403 &&
		test "$(status -d "csrf=00&act=save&name=a&filter=dport+22" $url$page)" = 403 &&
		t=$(token) &&
		test "$(status -H "Origin: http://attacker.example" -d "csrf=$t&act=confirm" $url$page)" = 403 &&
		test "$(status -H "Host: attacker.example" -d "csrf=$t&act=confirm" $url$page)" = 421 &&
		test "$(status -H "Sec-Fetch-Site: cross-site" -d "csrf=$t&act=confirm" $url$page)" = 403
	'
done

test_expect_success 'nothing was written by those' '
	status "$url/observe/surges?period=2013Q2&format=json" && ! grep confirmed body &&
	"$program/hinomi" filter list -q --db "$db" --csv >list && test $(wc -l <list) -le 1
'

test_expect_success 'a wrong date is said beside its field, and nothing typed is lost' '
	test "$(post $surge act=confirm "cause_en=a worm" "note_ja=一行目" alert_date=2001-01-01 reference_date=soon)" = 400 &&
	grep "id=\"fault-alert_date\"" body && grep "href=\"#field-reference_date\"" body &&
	grep "value=\"a worm\"" body && grep "一行目" body && grep "value=\"2001-01-01\"" body && grep "value=\"soon\"" body &&
	status "$url/observe/surges?period=2013Q2&format=json" && ! grep confirmed body
'

test_expect_success 'a rise is confirmed' '
	test "$(post $surge act=confirm "cause_en=a worm" "cause_ja=ワーム" reference_date=2013-05-20 alert_date=2013-05-25 \
		alert=AT-2013-0025 "note_en=<script>alert(1)</script>" "note_ja=一行目
二行目")" = 303 &&
	grep -i "^location: $surge" headers &&
	status -H "$english" $url$surge &&
	grep "class=\"state good\">confirmed" body && grep "value=\"a worm\"" body && grep "二行目" body &&
	grep "suzuki" body && grep "value=\"reopen\"" body
'

test_expect_success 'stored script is text' '
	grep "&lt;script&gt;" body && ! grep "<script" body
'

test_expect_success 'the commands see it, and the table of confirmed rises' '
	"$program/hinomi" surge table -q --db "$db" --csv >command.csv &&
	status -H "$english" "$url/observe/confirmed?format=csv" &&
	test_cmp command.csv body && grep "5900/TCP,a worm,2013-05-20,2013-05-25," body &&
	status "$url/observe/confirmed" && grep "ワーム" body &&
	status "$url/observe/surges?period=2013Q2&format=json" && grep "\"review\":\"confirmed\"" body
'

test_expect_success 'words are changed without deciding again, and the decision is undone' '
	test "$(post $surge act=keep "cause_en=another worm")" = 303 &&
	status -H "$english" $url$surge && grep "class=\"state good\">confirmed" body && grep "value=\"another worm\"" body &&
	test "$(post $surge act=reopen "cause_en=another worm")" = 303 &&
	status -H "$english" $url$surge && grep "class=\"state warn\">undecided" body && grep "set back to undecided" body &&
	test "$(post $surge act=reject "cause_en=a test")" = 303 &&
	status -H "$english" $url$surge && grep "class=\"state bad\">rejected" body
'

test_expect_success 'of two at one rise the second is told what the first wrote, and nothing typed is lost' '
	status $url$surge && old=$(form_version) && test "$old" -gt 0 &&
	test "$(post $surge act=confirm "cause_en=the first says" "note_en=a <b>note</b>" version=$old)" = 303 &&
	test "$(post $surge act=reject "cause_en=the second says" version=$old)" = 409 &&
	grep "suzuki wrote here at 20" body && grep "What was written meanwhile" body &&
	grep "<td class=\"long\" lang=\"en\">the first says" body && grep "a &lt;b&gt;note" body &&
	grep "name=\"cause_en\" value=\"the second says\"" body && grep "class=\"state good\">confirmed" body &&
	new=$(form_version) && test "$new" -gt "$old" &&
	test "$(post $surge act=keep "cause_en=third" alert_date=2001-01-01 version=$old)" = 400 && test "$(form_version)" = "$old" &&
	"$program/hinomi" surge list -q -d store --db "$db" --json | grep "\"state\":\"confirmed\".*the first says" &&
	test "$(post $surge act=reject "cause_en=the second says" version=$new)" = 303 &&
	status $url$surge && test "$(form_version)" -gt "$new" &&
	test "$(status -H "Accept-Language: ja" --data-urlencode "csrf=$(token)" -d "act=keep&cause_en=x&version=$old" $url$surge)" = 409 &&
	grep "書き換えました" body
'

test_expect_success 'what the store says of a rise makes no form too old' '
	status $url$surge && old=$(form_version) &&
	"$program/hinomi" surge refresh -q -d store --db "$db" && status $url$surge && test "$(form_version)" = "$old"
'

test_expect_success 'a rise found with a filter has a page, can be reviewed there, and says how it was found' '
	status -H "$english" "$url/observe/surges?period=2013Q2&filter=sensor+tokyo*" &&
	sed -n "s/.*href=\"\(\/observe\/surge\/[^\"]*filter=sensor[^\"]*\)\".*/\1/p" body | head -n 1 >narrow && test -s narrow &&
	test "$(status -H "$english" "$url$(cat narrow)")" = 200 && grep "sensor tokyo\*" body && grep "<svg" body &&
	grep "type=\"hidden\" name=\"filter\" value=\"sensor tokyo\*\"" body &&
	start other "$program/hinomi-staff" --listen 127.0.0.1:0 --data store --db other.db && kept=$url && url=$(cat other.address) &&
	test "$(post "${surge}" act=confirm "filter=sensor tokyo*" "cause_en=seen in Tokyo" version=0)" = 303 &&
	grep -i "^location: $surge?filter=sensor%20tokyo" headers &&
	status -H "$english" $url$surge && url=$kept &&
	grep "found with a filter" body && grep "sensor tokyo\*" body && grep "class=\"state good\">confirmed" body &&
	"$program/hinomi" surge list -q -d store --db other.db --json | grep "seen in Tokyo" && kill $(cat other.pid)
'

test_expect_success 'a filter is saved, used and removed' '
	test "$(post /observe/filters act=save name=remote "filter=dport 5900 and proto tcp")" = 303 &&
	status -H "$english" $url/observe/filters && grep "<td>remote" body &&
	grep "href=\"/observe/top?filter=dport%205900%20and%20proto%20tcp\"" body &&
	"$program/hinomi" filter list -q --db "$db" --csv remote >list && grep "^remote,dport 5900" list &&
	status -H "$english" "$url/observe/top?filter=dport+22" && grep "href=\"/observe/filters?filter=dport%2022\"" body &&
	status -H "$english" "$url/observe/filters?filter=dport+22" && grep "value=\"dport 22\"" body &&
	status $url/observe/filters && row=$(row_version name remote) && test -n "$row" &&
	test "$(post /observe/filters act=remove name=remote version=$row)" = 303 &&
	status -H "$english" $url/observe/filters && ! grep "<td>remote" body &&
	test "$(post /observe/filters act=remove name=remote version=$row)" = 303
'

test_expect_success 'a name or a period that is taken is not taken over unseen' '
	test "$(post /observe/filters act=save name=taken "filter=dport 22")" = 303 &&
	test "$(post /observe/filters act=save name=taken "filter=dport 23" version=0)" = 409 &&
	grep "already wrote one" body && grep "lang=\"en\">dport 22" body && grep "value=\"dport 23\"" body &&
	test "$(post /observe/filters act=save name=taken "filter=dport 23" version=$(form_version))" = 303 &&
	status $url/observe/filters && row=$(row_version name taken) &&
	test "$(post /observe/filters act=save name=taken "filter=dport 24" version=$row)" = 303 &&
	test "$(post /observe/filters act=remove name=taken version=$row)" = 409 &&
	test "$(post /observe/notes act=save about=2013Q1 "note_ja=一" note_en=one)" = 303 &&
	test "$(post /observe/notes act=save about=2013Q1 "note_ja=二" note_en=two version=0)" = 409 &&
	grep -A1 "<textarea id=\"field-note_ja\"" body | grep "二" && grep "<td class=\"long\" lang=\"ja\">一" body &&
	test "$(post /observe/notes act=save about=2013Q1 "note_ja=二" note_en=two version=$(form_version))" = 303 &&
	status "$url/observe/notes?about=2013Q1" && test "$(post /observe/notes act=save about=2013Q1 "note_ja=三" note_en=three version=$(form_version))" = 303 &&
	status $url/observe/notes && grep "三" body && test "$(post /observe/notes act=remove about=2013Q1 version=$(row_version about 2013Q1))" = 303
'

test_expect_success 'what is no filter, or no name, is not saved' '
	test "$(post /observe/filters act=save "name=<script>" "filter=dport 22")" = 400 &&
	grep "id=\"fault-name\"" body && grep "value=\"dport 22\"" body && ! grep "<script" body &&
	test "$(post /observe/filters act=save name=a "filter=dprt <22>")" = 400 &&
	grep "id=\"fault-filter\"" body && grep "value=\"dprt &lt;22&gt;\"" body &&
	test "$(post /observe/filters act=save)" = 400 && grep "id=\"fault-name\"" body && grep "id=\"fault-filter\"" body
'

test_expect_success 'a note for the public pages is written, changed and removed' '
	test "$(post /observe/notes act=save about=2013Q2 "note_ja=急増がありました。" "note_en=<script>rise</script>")" = 303 &&
	status -H "$english" $url/observe/notes && grep "&lt;script&gt;rise" body && ! grep "<script" body &&
	status -H "$english" "$url/observe/notes?about=2013Q2" && grep -A1 "<textarea id=\"field-note_ja\"" body | grep "急増がありました。" &&
	"$program/hinomi" observe note -q --db "$db" --csv 2013Q2 >list && grep "^2013Q2,急増がありました。" list &&
	test "$(post /observe/notes act=save about=soon "note_ja=あ" note_en=a)" = 400 && grep "id=\"fault-about\"" body &&
	test "$(post /observe/notes act=save about=2013Q2 "note_ja=あ")" = 400 && grep "id=\"fault-note_en\"" body && grep "あ" body &&
	status $url/observe/notes && test "$(post /observe/notes act=remove about=2013Q2 version=$(row_version about 2013Q2))" = 303 &&
	status -H "$english" $url/observe/notes && ! grep "<td>.*2013Q2" body
'

test_expect_success 'without a case database the pages read, and say what they lack' '
	start other "$program/hinomi-staff" --listen 127.0.0.1:0 --data store --db nowhere/cases.db &&
	other=$(cat other.address) &&
	test "$(status -H "$english" $other$surge)" = 200 && grep "case database cannot be opened" body && ! grep "value=\"confirm\"" body &&
	status $other/ && t=$(sed -n "s/.*name=\"csrf\" value=\"\([0-9a-f]*\)\".*/\1/p" body | head -n 1) &&
	test "$(status -d "csrf=$t&act=save&name=a&filter=dport+22" $other/observe/filters)" = 503
'

test_expect_success 'they still run after all that' '
	kill -0 $(cat staff.pid) && kill -0 $(cat other.pid)
'

test_expect_success 'asked to stop, they end well: no call is one that the wall forbids' '
	kill $(cat staff.pid) $(cat other.pid) && wait $(cat staff.pid) && wait $(cat other.pid)
'

stop_all
test_done
