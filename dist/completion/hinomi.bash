# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
# Completion for bash: nouns, verbs and options, from `hinomi --list-commands`: noun, verb, a line of help, options;
# an option with a value ends in "=".

_hinomi()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} commands options
	COMPREPLY=()
	commands=$("${COMP_WORDS[0]}" --list-commands 2>/dev/null) || return
	case $COMP_CWORD in
	1)
		options="$(cut -f 1 <<<"$commands" | sort -u) --help --version"
		;;
	2)
		options=$(awk -F '\t' -v noun="${COMP_WORDS[1]}" '$1 == noun { print $2 }' <<<"$commands")
		;;
	*)
		options=$(awk -F '\t' -v noun="${COMP_WORDS[1]}" -v verb="${COMP_WORDS[2]}" \
			'$1 == noun && $2 == verb { for (i = 4; i <= NF; i++) print $i }' <<<"$commands")
		# The value of an option, or a word that is none: file names.
		if [[ $word != -* || $'\n'$options$'\n' == *$'\n'"$before="$'\n'* ]]; then
			mapfile -t COMPREPLY < <(compgen -f -- "$word")
			return
		fi
		options=${options//=/}
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
}
complete -o filenames -F _hinomi hinomi
