/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The series on real packets: nine honeypots, March to June 2013. Reads the CSV (gzip) named by HINOMI_HONEYPOT or the
 * first argument, and speaks TAP; without the file it skips. `--list` prints what was found, `--permute SEED` and
 * `--threshold H` look at the control in which each sensor's days are dealt anew. */
#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "observe/packet/event.h"
#include "observe/series/series.h"
#include "observe/series/weigh.h"

#include <zlib.h>

#define SENSORS_MOST 16
#define ICMP_KEY ((uint32_t)PROTOCOL_ICMP << 16)
#define PORTS_LOOKED_AT 50

struct packet {
	int64_t time_s;
	uint32_t key, source;
	uint16_t sensor;
};

struct file {
	struct packet *packets;
	size_t count, room;
	char sensors[SENSORS_MOST][40];
	uint32_t sensor_count;
	int64_t first_s[SENSORS_MOST], last_s[SENSORS_MOST];
	int64_t first_hour, last_hour;
	uint16_t *up_s;
};

static int tests_run, tests_failed;

static void check(bool is_good, const char *name)
{
	printf("%s %d - %s\n", is_good ? "ok" : "not ok", ++tests_run, name);
	tests_failed += !is_good;
}

static uint32_t field_number(struct bytes field)
{
	uint64_t number = 0;

	return bytes_number(field, UINT32_MAX, &number) ? (uint32_t)number : 0;
}

static uint16_t sensor_number(struct file *f, struct bytes name)
{
	uint32_t i = 0;

	for (; i < f->sensor_count; i++)
		if (bytes_is(name, f->sensors[i]))
			return (uint16_t)i;
	if (f->sensor_count == SENSORS_MOST)
		abort();
	snprintf(f->sensors[f->sensor_count++], sizeof f->sensors[0], "%.*s", (int)name.n, (const char *)name.p);
	return (uint16_t)i;
}

/* datetime,host,src,proto,type,spt,dpt; no TCP flags: kinds unknown, which count with probes. */
static void take_line(struct file *f, struct bytes line)
{
	struct bytes field[7];
	struct packet p = { .key = ICMP_KEY };
	int64_t time_us;
	uint8_t protocol;

	for (size_t i = 0; i < COUNT(field); i++)
		if (!take_until(&line, ',', &field[i]))
			field[i] = BYTES("", 0);
	if (!time_parse(field[0], true, &time_us) || !protocol_parse(field[3], &protocol))
		return;
	p.time_s = time_us / SECOND_US;
	p.source = field_number(field[2]);
	if (protocol != PROTOCOL_ICMP)
		p.key = (uint32_t)protocol << 16 | field_number(bytes_trim(field[6]));
	p.sensor = sensor_number(f, field[1]);
	f->packets = memory_grow(f->packets, &f->room, f->count + 1, sizeof *f->packets);
	f->packets[f->count++] = p;
}

static bool file_read(struct file *f, const char *path)
{
	gzFile in = gzopen(path, "rb");
	char line[512];

	if (!in)
		return false;
	while (gzgets(in, line, sizeof line))
		take_line(f, bytes_trim(BYTES_TEXT(line)));
	gzclose(in);
	return f->count > 0;
}

/* Up-time from each sensor's first to its last packet. */
static void find_up_time(struct file *f)
{
	int64_t first_s = INT64_MAX, last_s = 0, hours;

	for (uint32_t i = 0; i < f->sensor_count; i++)
		f->first_s[i] = INT64_MAX, f->last_s[i] = 0;
	for (size_t i = 0; i < f->count; i++) {
		const struct packet *p = &f->packets[i];

		f->first_s[p->sensor] = MIN(f->first_s[p->sensor], p->time_s);
		f->last_s[p->sensor] = MAX(f->last_s[p->sensor], p->time_s + 1);
		first_s = MIN(first_s, p->time_s);
		last_s = MAX(last_s, p->time_s + 1);
	}
	f->first_hour = floor_div(first_s, 3600);
	f->last_hour = (last_s + 3599) / 3600;
	hours = f->last_hour - f->first_hour;
	free(f->up_s);
	f->up_s = memory_new((size_t)(hours * f->sensor_count), sizeof *f->up_s);
	for (uint32_t i = 0; i < f->sensor_count; i++)
		for (int64_t hour = 0; hour < hours; hour++) {
			int64_t from = MAX(f->first_s[i], (f->first_hour + hour) * 3600);
			int64_t to = MIN(f->last_s[i], (f->first_hour + hour + 1) * 3600);

			f->up_s[i * hours + hour] = (uint16_t)(to > from ? to - from : 0);
		}
}

static int compare_packets(const void *a, const void *b)
{
	const struct packet *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (floor_div(x->time_s, 3600) != floor_div(y->time_s, 3600))
		return x->time_s < y->time_s ? -1 : 1;
	return (x->sensor > y->sensor) - (x->sensor < y->sensor);
}

static struct series_cell *cells_of(struct file *f, size_t *ret_count)
{
	struct series_cell *cells = memory_new(f->count, sizeof *cells);
	size_t n = 0;

	qsort(f->packets, f->count, sizeof *f->packets, compare_packets);
	for (size_t i = 0; i < f->count; i++) {
		const struct packet *p = &f->packets[i];
		struct series_cell cell = { .key = p->key, .packets = 1, .sensor = p->sensor,
					    .hour = (int32_t)(floor_div(p->time_s, 3600) - f->first_hour),
					    .flags = p->key >> 16 == PROTOCOL_TCP ? SERIES_CELL_UNKNOWN : 0 };

		if (n && cells[n - 1].key == cell.key && cells[n - 1].hour == cell.hour &&
		    cells[n - 1].sensor == cell.sensor)
			cells[n - 1].packets++;
		else
			cells[n++] = cell;
	}
	*ret_count = n;
	return cells;
}

static struct series *series_of(struct file *f, double threshold, uint32_t rank_count)
{
	struct series_input in = { .first_hour = f->first_hour, .last_hour = f->last_hour,
				   .sensor_count = f->sensor_count, .up_s = f->up_s };
	struct series_scope scope = SERIES_SCOPE(f->first_hour, f->last_hour);
	size_t count;
	struct series_cell *cells = cells_of(f, &count);
	struct series *s;

	scope.has_icmp = true;
	scope.icmp_key = ICMP_KEY;
	scope.rank_count = rank_count;
	scope.surge.threshold = threshold;
	s = series_make(&in, cells, count, &scope);
	free(cells);
	return s;
}

/* The packets of a key lie together, by hour. */
static size_t key_begin(const struct file *f, uint32_t key)
{
	size_t low = 0, high = f->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (f->packets[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int compare_sources(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static uint32_t *sources_in(const struct file *f, uint32_t key, uint32_t sensor, int64_t first_hour,
			    int64_t last_hour, size_t *ret_count)
{
	uint32_t *sources = memory_new(f->count, sizeof *sources);
	size_t n = 0;

	for (size_t i = key_begin(f, key); i < f->count && f->packets[i].key == key; i++) {
		const struct packet *p = &f->packets[i];

		if (p->time_s >= first_hour * 3600 && p->time_s < last_hour * 3600 &&
		    (sensor == WEIGH_ALL_SENSORS || p->sensor == sensor))
			sources[n++] = p->source;
	}
	qsort(sources, n, sizeof *sources, compare_sources);
	*ret_count = n;
	return sources;
}

static int64_t count_sources(void *context, uint32_t key, uint32_t sensor, int64_t first_hour, int64_t last_hour)
{
	size_t n;
	_cleanup_free_ uint32_t *sources = sources_in(context, key, sensor, first_hour, last_hour, &n);
	int64_t distinct = 0;

	for (size_t i = 0; i < n; i++)
		distinct += i == 0 || sources[i] != sources[i - 1];
	return distinct;
}

static int64_t busiest_packets(void *context, uint32_t key, uint32_t sensor, int64_t first_hour, int64_t last_hour)
{
	size_t n;
	_cleanup_free_ uint32_t *sources = sources_in(context, key, sensor, first_hour, last_hour, &n);
	int64_t most = 0, same = 0;

	for (size_t i = 0; i < n; i++) {
		same = i && sources[i] == sources[i - 1] ? same + 1 : 1;
		most = MAX(most, same);
	}
	return most;
}

static void weigh_all(struct file *f, struct series *s)
{
	struct weigh_sources sources = { .context = f, .count = count_sources, .busiest_packets = busiest_packets };

	for (size_t i = 0; i < s->surge_count; i++)
		weigh_surge(&s->surges[i], f->first_hour, &sources);
}

static char *key_text(uint32_t key, char into[24])
{
	char number[4];

	if (key == ICMP_KEY)
		snprintf(into, 24, "icmp");
	else
		snprintf(into, 24, "%s/%u", protocol_name((uint8_t)(key >> 16), number), key & 0xffff);
	return into;
}

static void print_surge(const struct surge *s)
{
	char key[24], first[CALENDAR_TEXT_MAX], last[CALENDAR_TEXT_MAX], words[WEIGH_TEXT_MAX];

	printf("# surge %-9s %.13s .. %.13s%s %s packets=%llu level=%.2f usual=%.2f peak=%.2f sensors=%u/%u usual=%u"
	       " risen=%u loudest=%d sources=%lld usual=%lld  %s\n",
	       key_text(s->key, key), time_format_utc(s->first_hour * HOUR_US, first),
	       time_format_utc(s->last_hour * HOUR_US, last), s->is_open ? " open" : "",
	       s->is_proposed ? "PROPOSED" : "-", (unsigned long long)s->packets, (double)s->mean / SERIES_MICRO,
	       (double)s->baseline / SERIES_MICRO, (double)s->peak / SERIES_MICRO, s->sensors_seen, s->sensors_up,
	       s->sensors_usual, s->sensors_risen, s->loudest_permille, (long long)s->sources,
	       (long long)s->sources_usual, surge_evidence_format(s->evidence, words));
}

static void print_burst(struct file *f, const struct odd_burst *b)
{
	struct weigh_sources sources = { .context = f, .count = count_sources, .busiest_packets = busiest_packets };
	char key[24], first[CALENDAR_TEXT_MAX], words[WEIGH_TEXT_MAX];

	printf("# burst %-9s %.13s %3lld h at %-18s packets=%llu replaced by %.1f, %s  %s\n",
	       key_text(b->key, key), time_format_utc(b->first_hour * HOUR_US, first),
	       (long long)b->hours, f->sensors[b->sensor], (unsigned long long)b->packets,
	       (double)b->replaced_by / SERIES_MICRO, odd_reason_text(b->reason),
	       surge_evidence_format(weigh_burst(b, &sources), words));
}

static double damped_share(const struct series *s)
{
	return (double)s->total.mean / (double)s->total.raw_mean;
}

/* Of the (port, day) of the leading ports with packets, the share whose mean fell by 15 % or more. */
static double named_share(const struct series *s)
{
	size_t named = 0, all = 0;

	for (size_t row = 0; row < s->ranked_count; row++)
		for (int32_t day = 0; day + 24 <= s->hours; day += 24) {
			double value = 0, raw = 0;

			for (int32_t hour = day; hour < day + 24; hour++) {
				value += (double)s->rows[row].value[hour];
				raw += (double)s->rows[row].raw[hour];
			}
			all += raw > 0;
			named += raw > 0 && value < 0.85 * raw;
		}
	return all ? (double)named / (double)all : 0;
}

static const struct surge *surge_at(const struct series *s, uint32_t key, int64_t first_hour, int64_t last_hour)
{
	for (size_t i = 0; i < s->surge_count; i++)
		if (s->surges[i].key == key && s->surges[i].first_hour < last_hour &&
		    s->surges[i].last_hour > first_hour)
			return &s->surges[i];
	return NULL;
}

static const struct odd_burst *burst_at(const struct series *s, uint32_t key, int64_t hour)
{
	for (size_t i = 0; i < s->burst_count; i++)
		if (s->bursts[i].key == key && s->bursts[i].first_hour <= hour && s->bursts[i].last_hour > hour)
			return &s->bursts[i];
	return NULL;
}

static size_t damped_between(const struct series *s, uint32_t key, int64_t first_hour, int64_t last_hour)
{
	size_t n = 0;

	for (size_t i = 0; i < s->damped_count; i++)
		n += s->damped[i].key == key && s->damped[i].hour >= first_hour && s->damped[i].hour < last_hour;
	return n;
}

static size_t proposed(const struct series *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->surge_count; i++)
		n += s->surges[i].is_proposed;
	return n;
}

static int64_t hour_at(int year, int month, int day, int hour)
{
	return date_to_days((struct date){ year, month, day }) * 24 + hour;
}

/* xorshift64*, Vigna 2016: the same deal everywhere. */
static uint64_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

/* Deals each sensor's whole UTC days anew, each sensor for itself: what is common to sensors is gone. */
static void permute_days(struct file *f, uint64_t seed)
{
	int64_t first = floor_div(f->first_hour, 24) + 1, last = floor_div(f->last_hour, 24);
	int64_t days = last - first;
	_cleanup_free_ int64_t *deal = memory_new((size_t)(days * f->sensor_count), sizeof *deal);

	for (uint32_t sensor = 0; sensor < f->sensor_count; sensor++) {
		int64_t *mine = deal + sensor * days;

		for (int64_t i = 0; i < days; i++)
			mine[i] = i;
		for (int64_t i = days - 1; i > 0; i--) {
			int64_t k = (int64_t)(random_next(&seed) % (uint64_t)(i + 1)), other = mine[k];

			mine[k] = mine[i];
			mine[i] = other;
		}
	}
	for (size_t i = 0; i < f->count; i++) {
		int64_t day = floor_div(f->packets[i].time_s, 86400);

		if (day >= first && day < last)
			f->packets[i].time_s += (deal[f->packets[i].sensor * days + day - first] + first - day) * 86400;
	}
}

static uint32_t renumber(uint32_t key)
{
	return key == ICMP_KEY ? key : (key & 0xffff0000) | (65535 - (key & 0xffff));
}

/* Acceptance: the burst, the rise, the shares; `shift` in hours and ports turned round where asked. */
static void check_findings(struct file *f, int64_t shift, bool is_renumbered, const char *name)
{
	struct series *s = series_of(f, SURGE_THRESHOLD_DEFAULT, PORTS_LOOKED_AT);
	uint32_t udp1469 = PROTOCOL_UDP << 16 | 1469, vnc = PROTOCOL_TCP << 16 | 5900;
	int64_t hour = hour_at(2013, 5, 18, 19) + shift;
	int64_t rise = hour_at(2013, 5, 24, 0) + shift;
	const struct odd_burst *burst;
	const struct surge *surge;
	char line[160];

	weigh_all(f, s);
	burst = burst_at(s, is_renumbered ? renumber(udp1469) : udp1469, hour);
	snprintf(line, sizeof line, "%s: udp/1469 is a burst at groucho-tokyo", name);
	check(burst && burst->packets == 2605 && burst->last_hour - burst->first_hour == 1 &&
		      strcmp(f->sensors[burst->sensor], "groucho-tokyo") == 0, line);
	snprintf(line, sizeof line, "%s: and no surge", name);
	check(!surge_at(s, is_renumbered ? renumber(udp1469) : udp1469, hour, hour + 1), line);
	surge = surge_at(s, is_renumbered ? renumber(vnc) : vnc, rise, rise + 48);
	snprintf(line, sizeof line, "%s: tcp/5900 rises with more sources and more sensors", name);
	check(surge && surge->is_proposed && (surge->evidence & SURGE_MORE_SOURCES) &&
		      (surge->evidence & SURGE_MORE_SENSORS), line);
	printf("# %s: damped/plain %.4f, (port, day) named %.4f, %zu bursts, %zu surges, %zu proposed\n", name,
	       damped_share(s), named_share(s), s->burst_count, s->surge_count, proposed(s));
	snprintf(line, sizeof line, "%s: the damped total is 0.9 of the plain one or more", name);
	check(damped_share(s) >= 0.9, line);
	snprintf(line, sizeof line, "%s: not more than 2.5 %% of (port, day) are named", name);
	check(named_share(s) <= 0.025, line);
	snprintf(line, sizeof line, "%s: and nothing of its two days is damped", name);
	check(damped_between(s, is_renumbered ? renumber(vnc) : vnc, rise, rise + 48) == 0, line);
	s = series_free(s);
}

static double port_years(const struct file *f)
{
	return PORTS_LOOKED_AT * (double)(f->last_hour - f->first_hour) / 8766;
}

static void list(struct file *f, double threshold)
{
	struct series *s = series_of(f, threshold, PORTS_LOOKED_AT);

	weigh_all(f, s);
	for (size_t i = 0; i < s->burst_count; i++)
		print_burst(f, &s->bursts[i]);
	for (size_t i = 0; i < s->surge_count; i++)
		print_surge(&s->surges[i]);
	printf("# h=%.0f: %zu bursts; %zu surges, %zu proposed; damped/plain %.4f; named %.4f; %.2f port-years\n",
	       threshold, s->burst_count, s->surge_count, proposed(s), damped_share(s), named_share(s),
	       port_years(f));
	s = series_free(s);
}

/* All sensors' packets of a key tenfold for three days: what is counted, and damped, in them. */
static void check_whole(struct file *f, uint32_t key, int64_t first_hour, const char *name)
{
	struct file more = *f;
	size_t damped = 0;
	struct series *s;
	char line[160];

	more.packets = NULL;
	more.count = more.room = 0;
	for (size_t i = 0; i < f->count; i++) {
		const struct packet *p = &f->packets[i];
		bool is_tenfold = p->key == key && p->time_s >= first_hour * 3600 &&
				  p->time_s < (first_hour + 72) * 3600;

		for (int times = 0; times < (is_tenfold ? 10 : 1); times++) {
			more.packets = memory_grow(more.packets, &more.room, more.count + 1, sizeof *more.packets);
			more.packets[more.count++] = *p;
		}
	}
	s = series_of(&more, SURGE_THRESHOLD_DEFAULT, PORTS_LOOKED_AT);
	for (size_t i = 0; i < s->damped_count; i++)
		damped += s->damped[i].key == key && s->damped[i].hour >= first_hour &&
			  s->damped[i].hour < first_hour + 72;
	snprintf(line, sizeof line, "a tenfold rise of %s at all sensors stays whole", name);
	check(damped == 0, line);
	snprintf(line, sizeof line, "and is found");
	check(surge_at(s, key, first_hour, first_hour + 72), line);
	s = series_free(s);
	free(more.packets);
}

static void check_sums(struct file *f)
{
	struct series *s = series_of(f, 0, 10);
	bool is_exact = true;

	for (int32_t hour = 0; hour < s->hours; hour++) {
		int64_t sum = s->icmp.value[hour] + s->other.value[hour];

		for (size_t i = 0; i < s->row_count; i++)
			sum += s->rows[i].value[hour];
		is_exact = is_exact && sum == s->total.value[hour] && s->other.value[hour] >= 0;
	}
	check(is_exact, "top ten + icmp + other = total in every hour");
	check(s->total.packets + s->packets_without_up == f->count, "every packet is in the total");
	s = series_free(s);
}

/* The control: nothing common is left when each sensor's days are dealt anew, so each alarm is a false one. */
static void check_control(const struct file *f)
{
	const int deals = 5;

	for (size_t i = 0; i < COUNT(surge_steps); i++) {
		size_t alarms = 0;
		double rate;
		char line[160];

		for (int deal = 1; deal <= deals; deal++) {
			struct file dealt = *f;
			struct series *s;

			dealt.packets = memory_new(f->count, sizeof *f->packets);
			memcpy(dealt.packets, f->packets, f->count * sizeof *f->packets);
			dealt.up_s = NULL;
			permute_days(&dealt, (uint64_t)deal * 1000003);
			find_up_time(&dealt);
			s = series_of(&dealt, surge_steps[i].threshold, PORTS_LOOKED_AT);
			alarms += s->surge_count;
			s = series_free(s);
			free(dealt.packets);
			free(dealt.up_s);
		}
		rate = (double)alarms / deals / port_years(f);
		snprintf(line, sizeof line, "control, h = %.0f: %zu alarms in %d deals of %.1f port-years, %.3f per "
			 "port-year (stated %s)", surge_steps[i].threshold, alarms, deals, port_years(f), rate,
			 surge_steps[i].words);
		check(rate * 1000 <= surge_steps[i].false_per_1000_years, line);
	}
}

int main(int count, char **words)
{
	const char *path = getenv("HINOMI_HONEYPOT");
	double threshold = SURGE_THRESHOLD_DEFAULT;
	bool is_listed = false;
	struct file f = { .count = 0 };

	if (count > 1 && words[1][0] != '-')
		path = words[1];
	if (!path || !file_read(&f, path)) {
		printf("1..0 # SKIP no honeypot file\n");
		return 0;
	}
	find_up_time(&f);
	for (int i = 2; i < count; i++) {
		if (strcmp(words[i], "--list") == 0)
			is_listed = true;
		else if (strcmp(words[i], "--permute") == 0 && i + 1 < count)
			permute_days(&f, strtoull(words[++i], NULL, 10));
		else if (strcmp(words[i], "--threshold") == 0 && i + 1 < count)
			threshold = strtod(words[++i], NULL);
	}
	find_up_time(&f);
	if (is_listed) {
		list(&f, threshold);
		return 0;
	}
	check_findings(&f, 0, false, "as it is");
	check_sums(&f);
	check_whole(&f, PROTOCOL_TCP << 16 | 1433, hour_at(2013, 5, 7, 0), "tcp/1433");
	check_whole(&f, PROTOCOL_TCP << 16 | 5900, hour_at(2013, 4, 30, 0), "tcp/5900");
	check_whole(&f, PROTOCOL_TCP << 16 | 22, hour_at(2013, 5, 7, 0), "tcp/22");
	check_control(&f);
	list(&f, SURGE_THRESHOLD_DEFAULT);
	for (size_t i = 0; i < f.count; i++) {
		f.packets[i].key = renumber(f.packets[i].key);
		f.packets[i].time_s += 3 * 7 * 86400;
	}
	find_up_time(&f);
	check_findings(&f, 3 * 7 * 24, true, "renumbered and shifted");
	printf("1..%d\n", tests_run);
	free(f.packets);
	free(f.up_s);
	return tests_failed > 0;
}
