#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
test_description='three sensors, one of them wild: its figures do not bend the whole, and the parts make the total'
. "$HINOMI_SOURCE/tests/lib.sh"

# Three days over a new year, three sensors. Ports 22..3389 and some others at rates of their own, ICMP, and from the second day's
# noon two hours in which sensor "wild" counts hundreds of 5900/tcp. With `$1` = without, what is wild is left out.
# No two sensors see the same, so that an average over the wrong ones would show.
make_rows() {
	awk -v without="$1" 'BEGIN {
		print "time,sensor,source,protocol,source_port,port,icmp_type,icmp_code"
		split("2012-12-30 2012-12-31 2013-01-01", day, " ")
		split("alpha beta wild", sensors, " ")
		ports = split("22 23 80 445 1433 3389 5900 8080 10000", port, " ")
		for (hour = 0; hour < 72; hour++)
			for (s = 1; s <= 3; s++) {
				for (p = 1; p <= ports; p++) {
					n = (hour * 7 + p * 3 + s) % (12 - p)
					for (i = 0; i < n; i++) row(hour, s, 4 * p + i, "tcp", port[p])
				}
				for (i = 0; i < 1 + (hour + s) % 4; i++) row(hour, s, 50 + i, "icmp", "")
				if (s == 3 && hour >= 36 && hour < 38 && !without)
					for (i = 0; i < 700; i++) row(hour, s, i, "tcp", 5900)
			}
	}
	function row(hour, s, i, protocol, port) {
		printf "%sT%02d:%02d:%02dZ,%s,192.0.2.%d,%s,%s,%s,%s\n", day[1 + int(hour / 24)], hour % 24,
			i % 60, int(i / 60) % 60, sensors[s], 1 + i % 9, protocol, protocol == "tcp" ? 4000 : "", port,
			protocol == "icmp" ? "8,0" : ","
	}'
}

test_expect_success 'three sensors, one wild' '
	make_rows >all.csv && make_rows without >quiet.csv &&
	grep -v ,wild, all.csv >two.csv &&
	hinomi observe import -q -d all all.csv &&
	hinomi observe import -q -d two two.csv &&
	hinomi observe import -q -d quiet quiet.csv
'

series() { # store, port, unit, then more
	store=$1 port=$2 unit=$3
	shift 3
	hinomi observe series -q -d $store -P $port -u $unit --json "$@" | jq -c "select(.port == \"$port\")"
}

test_expect_success 'in the wild hours the average is that of the other two, exactly' '
	series all 5900/tcp hour -z UTC --from 2012-12-31T12:00 --to 2012-12-31T14:00 | jq -c "[.start, .average]" >three &&
	series two 5900/tcp hour -z UTC --from 2012-12-31T12:00 --to 2012-12-31T14:00 | jq -c "[.start, .average]" >other-two &&
	test $(wc -l <three) -eq 2 && cmp other-two three
'

test_expect_success 'the raw average stands beside it' '
	series all 5900/tcp hour -z UTC --from 2012-12-31T12:00 --to 2012-12-31T14:00 | jq .average_raw >raw &&
	hinomi observe cells -q -d all -z UTC --from 2012-12-31T12:00 --to 2012-12-31T14:00 --csv dport 5900 |
		awk -F, "NR > 1 { sum[\$1] += \$8 } END { for (h in sum) printf \"%s %d\n\", h, int(sum[h] * 1000000 / 3) }" |
		sort | cut -d" " -f2 >expected &&
	awk "{ printf \"%d\n\", \$1 * 1000000 + 0.5 }" raw >actual &&
	cmp expected actual && awk "\$1 < 230 { exit 1 }" raw &&
	series all 5900/tcp hour --raw -z UTC --from 2012-12-31T12:00 --to 2012-12-31T14:00 | jq .average >as-it-came &&
	cmp raw as-it-came
'

test_expect_success 'no other cell was touched' '
	for port in 22/tcp 23/tcp 80/tcp 445/tcp 1433/tcp 3389/tcp 5900/tcp 8080/tcp 10000/tcp icmp; do
		for store in all quiet; do
			series $store $port hour -z UTC |
				jq -c "select((.start < \"2012-12-31 12\" or .start >= \"2012-12-31 14\") or .port != \"5900/tcp\")" |
				jq -c "[.start, .port, .average]" >$store.values || return 1
		done
		test -s all.values && cmp quiet.values all.values || return 1
	done &&
	hinomi observe top -q -d all --json -N 20 | jq -s "map(select(.port != \"total\") | .damped_cells) | add" >damped &&
	test "$(cat damped)" -eq 2
'

test_expect_success 'the burst is named, and proposed to nobody' '
	hinomi observe surges -q -d all --json | jq -c "select(.kind == \"burst\") | [.port, .sensor, .packets > 1400, .proposed]" >bursts &&
	echo "[\"5900/tcp\",\"wild\",true,false]" >expected && cmp expected bursts
'

# Sums in whole micro-packets: what JSON prints has six digits, so nothing is lost.
add_up() { # reads JSON rows; fails unless ranked + icmp + other = total in each period, and prints how many there were
	jq -r "[.start // \"all\", .port, (.rank // 0), .average, .average_raw] | @tsv" | awk -F"\t" "
		function micro(x) { return int(x * 1000000 + 0.5) }
		\$2 == \"total\" { total[\$1] = micro(\$4); raw[\$1] = micro(\$5); next }
		{ parts[\$1] += micro(\$4); raw_parts[\$1] += micro(\$5); rows[\$1]++ }
		END {
			for (t in total) {
				count++
				if (parts[t] != total[t] || raw_parts[t] != raw[t] || rows[t] != 7) {
					print t, parts[t], total[t], raw_parts[t], raw[t], rows[t]; bad = 1
				}
			}
			print count
			exit bad
		}"
}

for unit in "hour 72" "day 4" "week 2" "month 2" "quarter 2" "year 2"; do
	test_expect_success "top five + ICMP + other = total: each ${unit% *}" "
		hinomi observe series -q -d all -N 5 -u ${unit% *} --json | add_up >count && test \$(cat count) -eq ${unit#* }
	"
done

test_expect_success 'and over the whole period, in the ranks' '
	hinomi observe top -q -d all -N 5 --json | add_up >count && test $(cat count) -eq 1 &&
	hinomi observe top -q -d all -N 5 --json >all.top && hinomi observe top -q -d quiet -N 5 --json >quiet.top &&
	jq -r .port all.top >all.ports && jq -r .port quiet.top >quiet.ports && cmp quiet.ports all.ports
'

test_done
