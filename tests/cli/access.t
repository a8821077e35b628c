#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
test_description='accounts and the audit log on the command line'
. "$HINOMI_SOURCE/tests/lib.sh"

word="a password of mine"

test_expect_success 'accounts are made and listed' '
	echo "$word" | hinomi account add --db c.db suzuki --role handler,analyst --name-ja 鈴木 --name-en SUZUKI --lang en &&
	hinomi account list --db c.db --json | jq -c "[.name,.name_ja,.lang,.roles,.state,.second_factor]" >actual &&
	echo "[\"suzuki\",\"鈴木\",\"en\",[\"handler\",\"analyst\"],\"active\",false]" >expected && test_cmp expected actual &&
	hinomi account list --db c.db suzuki && test_expect_code 1 hinomi account list --db c.db tanaka &&
	hinomi account list --db none.db --csv >list && test $(wc -l <list) -eq 1 && test ! -e none.db
'

test_expect_success 'what is wrong is refused' '
	echo "$word" | test_expect_code 3 hinomi account add --db c.db suzuki 2>err && grep "there is an account .suzuki. already" err &&
	test_expect_code 2 hinomi account add --db c.db Suzuki </dev/null 2>err && grep "not a login name" err &&
	test_expect_code 2 hinomi account add --db c.db tanaka --role king </dev/null 2>err && grep "not a list of roles" err && grep "^hint:" err &&
	echo short | test_expect_code 2 hinomi account add --db c.db tanaka 2>err && grep "shorter than 12" err &&
	test_expect_code 2 hinomi account add --db c.db tanaka </dev/null 2>err && grep "no password" err &&
	test_expect_code 2 hinomi account add --db c.db tanaka "$word" </dev/null 2>err && grep "too many" err &&
	head -c 1000 /dev/zero | tr "\0" a | test_expect_code 2 hinomi account add --db c.db tanaka 2>err && grep "longer than" err &&
	test_expect_code 3 hinomi account lock --db c.db nobody 2>err && grep "no account .nobody." err &&
	test_expect_code 2 hinomi account change --db c.db suzuki 2>err && test_expect_code 2 hinomi account totp --db c.db add suzuki 2>err &&
	test_expect_code 2 hinomi account compartment --db c.db join kite 2>err
'

test_expect_success 'and changed, locked, unlocked' '
	hinomi account change --db c.db suzuki --role "" && hinomi account lock --db c.db suzuki &&
	hinomi account list --db c.db --csv suzuki | grep "^suzuki,鈴木,SUZUKI,en,,locked,false," &&
	hinomi account unlock --db c.db suzuki && hinomi account password --db c.db suzuki --one-time >word &&
	grep "^suzuki [0-9a-z]\{4\}-[0-9a-z]\{4\}-[0-9a-z]\{4\}-[0-9a-z]\{4\}$" word && hinomi account list --db c.db --csv suzuki | grep ",one-time," &&
	hinomi account compartment --db c.db add kite && hinomi account compartment --db c.db add kite &&
	hinomi account compartment --db c.db join kite suzuki && hinomi account list --db c.db --csv suzuki | grep ",kite," &&
	test_expect_code 3 hinomi account compartment --db c.db join dove suzuki && hinomi account compartment --db c.db leave kite suzuki &&
	test_expect_code 1 hinomi account sessions --db c.db suzuki && test_expect_code 3 hinomi account remove-session --db c.db suzuki
'

# On a terminal: typed twice, and not shown.
on_terminal() { # first, second
	python3 - "$@" <<-EOF
	import os, pty, signal, sys
	signal.alarm(60)
	pid, fd = pty.fork()
	if pid == 0:
	    os.execvp("hinomi", ["hinomi", "account", "password", "--db", "c.db", "suzuki"])
	shown = b""
	for typed, after in zip(sys.argv[1:], (b"New password: ", b"Again: ")):
	    while not shown.endswith(after):
	        shown += os.read(fd, 1000)
	    os.write(fd, typed.encode() + b"\n")
	try:
	    while piece := os.read(fd, 1000):
	        shown += piece
	except OSError:
	    pass
	print(shown.decode())
	sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
	EOF
}

test_expect_success 'a terminal asks twice, and does not show what is typed' '
	on_terminal "another password" "another password" >shown && grep "New password:" shown && ! grep "another" shown &&
	test_expect_code 2 on_terminal "another password" "yet another one" >shown && grep "not the same" shown && ! grep "another" shown
'

test_expect_success 'the first account: again until somebody has used it, never where there is another' '
	hinomi account first --db f.db >one && grep "^log in as  *admin$" one && hinomi account first --db f.db >two &&
	test $(wc -l <two) -eq 2 && ! cmp one two && echo "$word" | hinomi account password --db f.db admin &&
	hinomi account first --db f.db >three && test ! -s three && hinomi account first --db c.db >four && test ! -s four
'

test_expect_success 'the log tells of it, and is sealed' '
	hinomi filter save --db c.db web dport 80 && hinomi audit verify --db c.db >said && grep "^0 rows" said && grep "not sealed yet" said &&
	hinomi audit seal --db c.db >seal && grep "^[0-9]*:[0-9a-f]\{64\}$" seal && hinomi audit verify --db c.db "$(cat seal)" >said &&
	! grep "not sealed" said && hinomi audit list --db c.db --json | jq -c "[.actor[:6],.what,.about,.ref]" >log &&
	grep "\[\"local:\",\"made account\",\"suzuki\",\"\"\]" log && grep "\[\"local:\",\"made\",\"\",\"F-0001\"\]" log &&
	hinomi audit list --db c.db --ref F-0001 --csv | grep ",made,,F-0001,[0-9]" && hinomi audit list --db c.db --to 2001-01-01 --csv >none &&
	test $(wc -l <none) -eq 1 && hinomi audit list --db c.db --actor nobody -N 3 --csv >none && test $(wc -l <none) -eq 1 &&
	test_expect_code 2 hinomi audit verify --db c.db nonsense && test_expect_code 3 hinomi audit verify --db none.db
'

test_expect_success 'a row that was changed, one that is missing, a tail that was cut: exit 1, and the row is named' '
	cp c.db whole.db && sqlite3 c.db "UPDATE access_audit SET actor = \"other\" WHERE place = 3" &&
	test_expect_code 1 hinomi audit verify --db c.db >said && grep "^row 3: it is not what was sealed" said &&
	cp whole.db c.db && sqlite3 c.db "DELETE FROM access_audit WHERE place = 2" &&
	test_expect_code 1 hinomi audit verify --db c.db >said && grep "^row 2: it is missing" said &&
	cp whole.db c.db && sqlite3 c.db "DELETE FROM access_audit WHERE place > 4; DELETE FROM access_seal; INSERT INTO access_seal SELECT place, hash, 1 FROM access_audit WHERE place = 4" &&
	hinomi audit verify --db c.db && test_expect_code 1 hinomi audit verify --db c.db "$(cat seal)" >said && grep "^row 5: it and what followed are missing" said
'

test_done
