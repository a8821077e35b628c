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

# status ARGUMENTS...: the status code that curl sees; the body is in body, the headers in headers.
status() {
	rm -f body
	curl -s -m 20 -o body -D headers -w '%{http_code}' "$@"
}
