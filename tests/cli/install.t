#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
test_description='what is installed: programs, pages, units, settings, completion'
. "$HINOMI_SOURCE/tests/lib.sh"

systemd-analyze --version >/dev/null 2>&1 && test_set_prereq SYSTEMD

test_expect_success 'it installs' '
	meson install -C "$HINOMI_BUILD" --no-rebuild --quiet --destdir "$PWD/root" >log 2>&1 || { cat log; return 1; }
'
find root -name hinomi-main -printf '%h\n' >where
libexec=$(cat where) prefix=$(dirname "$(find root -name hinomi -path '*/bin/hinomi' -printf '%h\n')")

test_expect_success 'programs, pages and files are there' '
	for name in main collect jobs public staff sense draw desk; do
		test -x "$libexec/hinomi-$name" || return 1
	done &&
	for file in lib/systemd/system/hinomi.service lib/systemd/system/hinomi-sense@.service \
		lib/sysusers.d/hinomi.conf lib/tmpfiles.d/hinomi.conf share/hinomi/hinomi.conf \
		share/bash-completion/completions/hinomi share/man/man1/hinomi.1 share/man/man5/hinomi.conf.5; do
		test -s "$prefix/$file" || { echo "no $file"; return 1; }
	done
'

test_expect_success 'the units start programs that are there' '
	for unit in hinomi hinomi-sense@; do
		program=$(sed -n "s/^ExecStart=\([^ ]*\) .*/\1/p" "$prefix/lib/systemd/system/$unit.service") &&
		test -x "root$program" || return 1
	done
'

test_expect_success SYSTEMD 'systemd understands the units' '
	mkdir units &&
	for unit in hinomi.service hinomi-sense@eth0.service; do
		file=$(echo $unit | sed "s/@.*\./@./") &&
		sed "s#^ExecStart=#&$PWD/root#" "$prefix/lib/systemd/system/$file" >units/$unit || return 1
	done &&
	systemd-analyze verify --man=no units/*.service >said 2>&1 ; grep -i "units/.*:[0-9]*:\|unknown\|invalid\|failed to parse" said
	test $? -eq 1 || { cat said; return 1; }
'

test_expect_success 'the installed settings are the defaults' '
	hinomi config show -c /dev/null >shown &&
	cmp shown "$prefix/share/hinomi/hinomi.conf" &&
	hinomi config check -q -c "$prefix/share/hinomi/hinomi.conf"
'

complete_words() { # the words typed so far, the last one unfinished
	bash -c 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _hinomi; printf "%s\n" "${COMPREPLY[@]}"' \
		bash "$prefix/share/bash-completion/completions/hinomi" "$@"
}

test_expect_success 'the shell completes nouns, verbs, options and files' '
	complete_words hinomi obs >out && test "$(cat out)" = observe &&
	complete_words hinomi observe so >out && test "$(cat out)" = sources &&
	complete_words hinomi observe top --pe >out && test "$(cat out)" = --period &&
	! complete_words hinomi observe top --seed | grep . &&
	: >capture.pcap && complete_words hinomi observe import capt >out && test "$(cat out)" = capture.pcap &&
	complete_words hinomi observe top --data uni >out && grep -x units out || ! test -d units
'

test_expect_success 'every command and option that is listed completes' '
	hinomi --list-commands | while IFS="	" read -r noun verb help options; do
		complete_words hinomi $noun "$verb" | grep -qx -- "$verb" || { echo $noun $verb; exit 1; }
		complete_words hinomi $noun "$verb" -- | sort >out
		echo "$options" | tr "\t" "\n" | tr -d = | sort | cmp - out || { echo $noun $verb; exit 1; }
	done
'

test_done
