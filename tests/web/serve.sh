# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
# For tests of the faces: a store, a released tree and servers of their own on loopback.

program="$HINOMI_BUILD/src/process"

make_store() {
	python3 "$HINOMI_SOURCE/tests/browser/make_rows.py" >rows.csv &&
	"$program/hinomi" observe import -q -d store rows.csv
}

# start NAME ARGUMENTS...: runs a server; its address is in $NAME.address, its process in $NAME.pid.
start() {
	name=$1
	: >"$1.log" # what an earlier server of that name said is not this one's
	shift
	"$@" >"$name.log" 2>&1 &
	echo $! >"$name.pid"
	tries=0
	until address=$(sed -n 's/.*address=\(http:[^ ]*\)\/$/\1/p' "$name.log") && test -n "$address"; do
		tries=$((tries + 1))
		test $tries -lt 100 && kill -0 "$(cat "$name.pid")" || return 1
		sleep 0.1
	done
	echo "$address" >"$name.address"
}

stop_all() {
	for file in *.pid; do
		test -f "$file" && kill "$(cat "$file")" 2>/dev/null
	done
	true
}

# status ARGUMENTS...: the status code that curl sees; the body is in body, the headers in headers. Cookies are kept in the file
# $jar, where one is named.
jar=
status() {
	rm -f body
	curl -s -m 20 -o body -D headers -w '%{http_code}' ${jar:+-b "$jar" -c "$jar"} "$@"
}

# The token of the page in body, for its forms.
form_token() {
	sed -n 's/.*name="csrf" value="\([0-9a-f]*\)".*/\1/p' body | head -n 1
}

# account NAME ROLES: makes one in cases.db, with a password of its name.
account() {
	echo "the password of $1" | "$program/hinomi" account add -q --db "$db" --role "$2" "$1"
}

# login ADDRESS NAME [PASSWORD] [FIELD=VALUE...]: the status of logging in anew; the browser's cookies are in $jar.
login() {
	site=$1 name=$2 word=${3:-the password of $2}
	shift $(($# > 3 ? 3 : $#))
	for field in "$@"; do
		set -- "$@" --data-urlencode "$field"
		shift
	done
	test ! -f "$jar" || sed -i '/	hinomi	/d' "$jar"
	status "$site/login" >/dev/null
	status --data-urlencode "csrf=$(form_token)" --data-urlencode "login=$name" --data-urlencode "password=$word" "$@" "$site/login"
	sed -i '/	lang	/d' "$jar" # tests ask for a language with each request
}
