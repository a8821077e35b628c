#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
test_description='the honeypot file: one source at one sensor is not a rise, what many sensors saw is'
. "$HINOMI_SOURCE/tests/lib.sh"
need_shared data/honeypot-2013-03-06.csv.gz

# The same packets with other port numbers (a permutation of 0..65535) and $2 weeks later.
renumbered() { # shift of ports, weeks
	cat >renumber.sql <<-EOF &&
	.mode csv
	.import all.csv packet
	.headers on
	SELECT datetime(datetime, '+$(($2 * 7)) days') AS datetime, host, src, proto, type, spt,
	       CASE WHEN proto = 'ICMP' OR dpt = '' THEN dpt ELSE (dpt * 3 + $1) % 65536 END AS dpt
	FROM packet;
	EOF
	sqlite3 :memory: <renumber.sql | tr -d '\r"'
}

port_now() { # port, shift: its number after renumbering; shift 0: as it is
	if [ "$2" -eq 0 ]; then echo "$1"; else echo $((($1 * 3 + $2) % 65536)); fi
}

hour_now() { # hour in UTC, weeks
	date -u -d "$1 UTC + $(($2 * 7)) days" +%Y-%m-%dT%H:%M:%SZ
}

test_expect_success 'the file' '
	zcat "$SHARED/data/honeypot-2013-03-06.csv.gz" >all.csv
'

check_all() { # store, shift, weeks
	store=$1 shift_by=$2 weeks=$3
	burst=$(port_now 1469 $shift_by)/udp
	rise=$(port_now 5900 $shift_by)/tcp
	hour=$(hour_now "2013-05-18 19:00" $weeks)
	after=$(hour_now "2013-05-18 20:00" $weeks)
	day=$(echo $(hour_now "2013-05-18 19:00" $weeks) | cut -c 1-10)

	test_expect_success "$store: one hour of UDP 1469 is a burst of one source at one sensor" '
		hinomi observe surges -q -d $store --json >$store.surges &&
		jq -c "select(.port == \"$burst\" and .start == \"$hour\") |
			[.kind, .end, .packets, .sensors, .evidence, .sensor, .proposed]" $store.surges >actual &&
		echo "[\"burst\",\"$after\",2605,1,\"more packets; one source at one sensor\",\"groucho-tokyo\",false]" >expected &&
		cmp expected actual &&
		test -z "$(jq -c "select(.kind == \"surge\" and .port == \"$burst\")" $store.surges)"
	'

	test_expect_success "$store: damped in the ranks, with both figures" '
		hinomi observe top -q -d $store -z UTC --period $day -P $burst --json >top &&
		jq -c "select(.port == \"$burst\") | [.rank, .packets, .damped_cells, .average < 0.5, .average_raw > 12]" top >actual &&
		echo "[null,2605,1,true,true]" >expected && cmp expected actual &&
		hinomi observe top -q -d $store -z UTC --period $day --raw --json |
			jq -c "select(.rank == 1) | [.port, .packets]" >actual &&
		echo "[\"$burst\",2605]" >expected && cmp expected actual
	'

	test_expect_success "$store: 5900/tcp rises, with more sources and more sensors" '
		jq -r "select(.kind == \"surge\" and .port == \"$rise\") |
			[.start, .end, .evidence, .proposed, .sensors] | @tsv" $store.surges >actual &&
		test $(wc -l <actual) -eq 1 &&
		awk -F"\t" -v from="$(hour_now "2013-05-23 12:00" $weeks)" -v by="$(hour_now "2013-05-24 12:00" $weeks)" \
			-v last="$(hour_now "2013-05-25 12:00" $weeks)" -v over="$(hour_now "2013-05-28 00:00" $weeks)" \
			"{ exit !(\$1 >= from && \$1 <= by && \$2 > last && \$2 < over && \$3 ~ /more sources/ &&
				\$3 ~ /more sensors/ && \$4 == \"true\" && \$5 == 9) }" actual
	'
}

test_expect_success 'as it came' '
	hinomi observe import -q -d real "$SHARED/data/honeypot-2013-03-06.csv.gz"
'
check_all real 0 0

for change in "12345 13" "777 104"; do
	by=${change% *} later=${change#* }
	test_expect_success "renumbered, $later weeks later" '
		renumbered $by $later >changed.csv && test $(wc -l <changed.csv) -eq $(wc -l <all.csv) &&
		hinomi observe import -q -d shifted-$later changed.csv
	'
	check_all shifted-$later $by $later
done

test_expect_success 'port numbers and weeks change nothing else: as many rises and bursts' '
	jq -r .kind real.surges | sort | uniq -c >expected &&
	for weeks in 13 104; do
		jq -r .kind shifted-$weeks.surges | sort | uniq -c >actual && cmp expected actual || return 1
	done
'

test_expect_success 'the stated rate of false alarms stands beside the list' '
	hinomi observe surges -d real >/dev/null 2>note && grep "surges, .* bursts of one sensor; threshold 20: false alarms" note
'

echo "# the real list: $(jq -r 'select(.kind == "surge").kind' real.surges | wc -l) surges, of these" \
	"$(jq -r 'select(.proposed).kind' real.surges | wc -l) proposed for an alert;" \
	"$(jq -r 'select(.kind == "burst").kind' real.surges | wc -l) bursts of one sensor"
jq -r 'select(.kind == "surge") | [.start[0:13], (.end // "open")[0:13], .port, .packets, .sensors, .sources, .evidence] | @tsv' \
	real.surges | sort | sed 's/^/# /'

test_done
