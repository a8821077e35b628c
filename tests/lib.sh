# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
# For sharness tests: sourced after $HINOMI_SOURCE and $HINOMI_BUILD are known. Gives `hinomi` (the shipped program of
# the build tree), a folder of its own, and the shared material where it is there.
: "${HINOMI_SOURCE:?}" "${HINOMI_BUILD:?}"
SHARNESS_TEST_DIRECTORY=$(mktemp -d "${TMPDIR:-/tmp}/hinomi-test.XXXXXX")
export SHARNESS_TEST_DIRECTORY
SHARNESS_BUILD_DIRECTORY=$SHARNESS_TEST_DIRECTORY
export SHARNESS_BUILD_DIRECTORY
trap 'rm -rf "$SHARNESS_TEST_DIRECTORY"' EXIT
PATH=$HINOMI_BUILD/src/process:$PATH
TZ=UTC
export PATH TZ
SHARED=${HINOMI_SHARED:-$HINOMI_SOURCE/../shared}
. /usr/share/sharness/sharness.sh

# The case database: a file, or one of the server that tests/db/postgres.py made.
db=cases.db
test -z "${HINOMI_TEST_POSTGRES:=}" || db=$(python3 "$HINOMI_SOURCE/tests/db/postgres.py" --database)

# sql STATEMENT: what it gives, columns between |.
sql() {
	case $db in
	*://*) psql -qAtX -v ON_ERROR_STOP=1 -d "$db" -c "$1" ;;
	*) sqlite3 "$db" "$1" ;;
	esac
}

# Whether nothing was written yet.
no_database() {
	case $db in
	*://*) ! sql "SELECT 1 FROM db_migration" 2>/dev/null ;;
	*) test ! -e "$db" ;;
	esac
}

# All that the database holds, bytes or words.
database() {
	case $db in
	*://*) pg_dump --data-only -d "$db" ;;
	*) cat "$db" "$db-wal" ;;
	esac
}

# Says SKIP with the reason where the path of the shared material is absent; where it is required, that is a failure.
need_shared() {
	[ -e "$SHARED/$1" ] && return 0
	if [ "${HINOMI_SUITES:-}" = required ]; then
		test_expect_success "$1 is there" false
		test_done
	fi
	skip_all="$SHARED/$1 is not there"
	test_done
}
