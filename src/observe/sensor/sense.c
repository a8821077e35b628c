/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A sensor's parent process. */
#include "observe/sensor/sense.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "engine/proc/child.h"
#include "engine/proc/file.h"
#include "engine/proc/user.h"
#include "observe/delivery/client.h"
#include "observe/delivery/link.h"
#include "observe/delivery/send.h"
#include "observe/sensor/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <inttypes.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define RESTART_LEAST_MS 1000
#define GRACE_MS 5000
#define ADDRESSES_MAX 16
#define KEY_FILE "key"

struct sense {
	const struct sense_options *o;
	struct centre centre;
	struct rules *rules; /* shared with the capture */
	char resolve[SEND_RESOLVE_MAX];
	char host[CODE_URL_MAX + 1]; /* the centre's */
	uint16_t port;
	int lookup, lookup_end; /* ours, the delivery's */
	struct child looking;   /* while is_looking */
	bool is_looking;
	int folder, lock, spool;
	uid_t uid;
	gid_t gid;
	int capture_end, delivery_end;
	pid_t capture, delivery;
	uint8_t secret[WIRE_SECRET_BYTES];
};

static volatile sig_atomic_t is_stopped;

static void stop(int signal)
{
	(void)signal;
	is_stopped = 1;
}

/* --- rules --- */

/* The interface's own addresses: what goes out has them as source, and without prefixes they are what is watched. */
static int own_addresses(struct sense *s, bool are_watched, struct error *err)
{
	struct ifaddrs *all, *i;
	struct address a;
	int r = 0;

	if (getifaddrs(&all) < 0)
		return error_errno(err, -errno, "cannot list the addresses of '%s'", s->o->interface);
	for (i = all; i && r == 0; i = i->ifa_next) {
		if (strcmp(i->ifa_name, s->o->interface) != 0 || !address_of_socket(i->ifa_addr, &a))
			continue;
		r = rules_add_address(s->rules, RULE_OUTGOING, &a, 0, err);
		if (r == 0 && are_watched)
			r = rules_add_address(s->rules, RULE_NOT_WATCHED, &a, 0, err);
	}
	freeifaddrs(all);
	return r;
}

static void name_servers(struct sense *s)
{
	_cleanup_(buf_clear) struct buf text;
	struct bytes rest, line, word;
	struct address a;

	if (file_read(AT_FDCWD, "/etc/resolv.conf", 65536, &text, NULL) < 0)
		return;
	rest = buf_bytes(&text);
	while (take_until(&rest, '\n', &line)) {
		line = bytes_trim(line);
		if (take_until(&line, ' ', &word) && bytes_is(word, "nameserver") && address_parse(bytes_trim(line), &a))
			rules_add_address(s->rules, RULE_DNS, &a, 53, NULL);
	}
}

/* --- the centre's addresses --- */

struct addresses {
	struct address list[ADDRESSES_MAX];
	size_t count;
};

static int look_up(const char *host, struct addresses *ret, struct error *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found, *i;
	int r = getaddrinfo(host, NULL, &hints, &found);

	ret->count = 0;
	if (r != 0)
		return error_set(err, -EHOSTUNREACH, "cannot find the centre '%s': %s", host, gai_strerror(r));
	for (i = found; i && ret->count < ADDRESSES_MAX; i = i->ai_next)
		ret->count += address_of_socket(i->ai_addr, &ret->list[ret->count]);
	freeaddrinfo(found);
	return ret->count ? 0 : error_set(err, -EHOSTUNREACH, "the centre '%s' has no address", host);
}

/* For the rule, and for the delivery, which asks no name server. Addresses of before stay in the rule. */
static int use_addresses(struct sense *s, const struct addresses *a, struct error *err)
{
	char text[ADDRESS_TEXT_MAX];
	size_t n = (size_t)snprintf(s->resolve, sizeof s->resolve, "%s:%u:", s->host, s->port);
	int r = 0;

	for (size_t i = 0; i < a->count && r == 0; i++) {
		n += (size_t)snprintf(s->resolve + n, sizeof s->resolve - n, "%s%s", i ? "," : "",
				      address_format(&a->list[i], text));
		if (!rules_have_address(s->rules, RULE_CENTRE, &a->list[i], s->port))
			r = rules_add_address(s->rules, RULE_CENTRE, &a->list[i], s->port, err);
	}
	return r;
}

static int centre_addresses(struct sense *s, struct error *err)
{
	struct addresses a;
	int r = url_split(s->centre.url, s->host, &s->port, err);

	if (r == 0)
		r = look_up(s->host, &a, err);
	return r < 0 ? r : use_addresses(s, &a, err);
}

/* A name server that does not answer must not stop the parent: a child asks. */
static int lookup_work(void *context, int in, int out)
{
	const struct sense *s = context;
	struct addresses a;
	struct error err = ERROR_NONE;

	(void)in;
	if (look_up(s->host, &a, &err) < 0) {
		log_warn("the centre is not found", "why", err.line);
		return 0;
	}
	return child_send(out, 1, BYTES(a.list, a.count * sizeof *a.list)) < 0 ? 3 : 0;
}

static void take_lookup(struct sense *s)
{
	struct error err = ERROR_NONE;
	struct addresses a;
	struct bytes frame;
	uint32_t kind;

	s->looking.until_us = clock_steady() + SECOND_US;
	if (child_receive(&s->looking, &kind, &frame, &err) == 1 && frame.n && frame.n <= sizeof a.list &&
	    frame.n % sizeof *a.list == 0) {
		a.count = frame.n / sizeof *a.list;
		memcpy(a.list, frame.p, frame.n);
		/* Its rule first: what the centre answers is our own conversation. */
		if (use_addresses(s, &a, &err) < 0)
			log_warn("the centre's address is not left out", "why", err.line);
		else if (send(s->lookup, s->resolve, strlen(s->resolve), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			log_debug("the delivery takes no address now");
	}
	child_kill(&s->looking);
	s->is_looking = false;
}

/* The delivery asks when it has failed for a while: the centre may have moved. */
static void look_up_again(struct sense *s)
{
	struct pollfd p = { .fd = s->is_looking ? s->looking.from : s->lookup, .events = POLLIN };
	struct error err = ERROR_NONE;
	char question[8];

	if (poll(&p, 1, 0) <= 0)
		return;
	if (s->is_looking) {
		take_lookup(s);
	} else if (recv(s->lookup, question, sizeof question, MSG_DONTWAIT) > 0) {
		s->is_looking = child_start(&s->looking, lookup_work, s, -1, &err) == 0;
		if (!s->is_looking)
			log_warn("cannot look the centre up", "why", err.line);
	}
}

/* --- all rules --- */

static int make_rules(struct sense *s, struct error *err)
{
	const char *prefixes = s->o->prefixes[0] ? s->o->prefixes : s->centre.prefixes;
	int r = rules_add(s->rules, RULE_NOT_WATCHED, prefixes, 0, err);

	if (r == 0)
		r = rules_add(s->rules, RULE_OPERATOR, s->o->operators, 0, err);
	if (r == 0)
		r = rules_add(s->rules, RULE_DNS, s->o->dns, 53, err);
	if (r == 0)
		r = rules_add(s->rules, RULE_NTP, s->o->ntp, 123, err);
	if (r == 0)
		r = own_addresses(s, prefixes[0] == '\0', err);
	if (r == 0)
		r = centre_addresses(s, err);
	name_servers(s);
	return r;
}

/* --- folders --- */

/* The spool belongs to the user that the delivery becomes. */
static int open_spool(struct sense *s, struct error *err)
{
	int fd;

	if (mkdirat(s->folder, "spool", 0700) < 0 && errno != EEXIST)
		return error_errno(err, -errno, "cannot make the spool");
	fd = openat(s->folder, "spool", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return error_errno(err, -errno, "cannot open the spool");
	if (geteuid() == 0 && fchown(fd, s->uid, s->gid) < 0) {
		int code = -errno;
		close(fd);
		return error_errno(err, code, "cannot give the spool to its user");
	}
	s->spool = fd;
	return 0;
}

/* A sensor that was killed may still be delivering for a moment. */
static int take_lock(struct sense *s, struct error *err)
{
	int64_t end = clock_steady() + 10 * SECOND_US;

	s->lock = openat(s->folder, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock < 0)
		return error_errno(err, -errno, "cannot open the lock of '%s'", s->o->folder);
	while (flock(s->lock, LOCK_EX | LOCK_NB) < 0) {
		if (clock_steady() > end)
			return error_set(err, -EBUSY, "another sensor runs in '%s'", s->o->folder);
		usleep(100000);
	}
	return 0;
}

/* --- children --- */

static int capture_main(struct sense *s, struct capture *c, pid_t parent)
{
	struct error err = ERROR_NONE;

	log_init("hinomi-sense[capture]", LOG_LEVEL_INFO);
	if (user_become(s->uid, s->gid, &err) < 0) {
		log_error("capture failed", "why", err.line);
		return 3;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM); /* after the change of user, which would undo it */
	if (getppid() != parent)
		return 3;
	if (dup2(s->capture_end, 1) < 0 || dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0) < 0)
		return 3;
	close(s->capture_end);
	close(s->delivery_end);
	close(s->lookup);
	close(s->lookup_end);
	close(s->lock);
	close(s->folder);
	close(s->spool);
	if (capture_run(c, &err) < 0) {
		log_error("capture failed", "why", err.line);
		return 3;
	}
	return 0;
}

static int delivery_main(struct sense *s)
{
	struct send_options options = { .link = s->delivery_end, .centre = &s->centre, .secret = s->secret,
					.resolve = s->resolve, .lookup = s->lookup_end, .per_second = s->o->per_second, .grace_ms = GRACE_MS };
	struct sigaction ignoring = { .sa_handler = SIG_IGN };
	struct error err = ERROR_NONE;
	struct spool spool;
	int r;

	log_init("hinomi-sense[delivery]", LOG_LEVEL_INFO);
	/* It ends when the capture has: the last batches are to be put on disk. */
	sigaction(SIGTERM, &ignoring, NULL);
	sigaction(SIGINT, &ignoring, NULL);
	sigaction(SIGPIPE, &ignoring, NULL);
	close(s->folder);
	close(s->lookup);
	r = spool_open(s->spool, s->o->full, s->o->spool_bytes, &spool, &err);
	options.spool = &spool;
	if (r == 0)
		r = send_run(&options, &err);
	if (r < 0)
		log_error("delivery failed", "why", err.line);
	return r < 0 ? 3 : 0;
}

static int start_capture(struct sense *s, struct capture *c, struct error *err)
{
	pid_t parent = getpid();

	s->capture = fork();
	if (s->capture < 0)
		return error_errno(err, -errno, "cannot start a process");
	if (s->capture == 0)
		_exit(capture_main(s, c, parent));
	close(s->capture_end);
	return 0;
}

static int start_delivery(struct sense *s, struct error *err)
{
	s->delivery = fork();
	if (s->delivery < 0)
		return error_errno(err, -errno, "cannot start a process");
	if (s->delivery == 0)
		_exit(delivery_main(s));
	return 0;
}

static void log_end(const char *what, int status)
{
	char code[24];

	snprintf(code, sizeof code, "%d", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	log_error(what, WIFSIGNALED(status) ? "signal" : "status", code);
}

/* The capture's or the delivery's; one that looks the centre up is waited for where its answer is taken. */
static pid_t end_of_child(const struct sense *s, int *ret_status)
{
	const pid_t children[] = { s->capture, s->delivery };

	for (size_t i = 0; i < COUNT(children); i++)
		if (children[i] > 0 && waitpid(children[i], ret_status, WNOHANG) > 0)
			return children[i];
	return 0;
}

/* Until both have ended. */
static int watch(struct sense *s, struct error *err)
{
	int result = 0, status;
	int64_t started = clock_steady();
	pid_t pid;

	while (s->capture > 0 || s->delivery > 0) {
		if (is_stopped && s->capture > 0)
			kill(s->capture, SIGTERM);
		look_up_again(s);
		pid = end_of_child(s, &status);
		if (pid <= 0) {
			usleep(50000);
			continue;
		}
		if (pid == s->capture) {
			s->capture = 0;
			if (status != 0) {
				log_end("capture ended", status);
				result = error_set(err, -ECHILD, "the capture ended; what it had is in the spool");
			}
		} else if (pid == s->delivery) {
			s->delivery = 0;
			if (s->capture == 0)
				break;
			log_end("delivery ended, starting it again", status);
			if (clock_steady() - started < RESTART_LEAST_MS * INT64_C(1000))
				usleep(RESTART_LEAST_MS * 1000);
			started = clock_steady();
			if (start_delivery(s, err) < 0)
				result = -EAGAIN;
		}
	}
	return result;
}

static int lookup_open(struct sense *s, struct error *err)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return error_errno(err, -errno, "cannot make a pair of sockets");
	s->lookup = ends[0];
	s->lookup_end = ends[1];
	return 0;
}

static int prepare(struct sense *s, struct error *err)
{
	int r = 0;

	s->rules = mmap(NULL, sizeof *s->rules, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s->rules == MAP_FAILED)
		return error_errno(err, -errno, "cannot get memory");
	if (geteuid() == 0)
		r = user_find(s->o->user, &s->uid, &s->gid, err);
	if (r == 0)
		r = folder_open(s->o->folder, 0755, &s->folder, err);
	if (r == 0)
		r = take_lock(s, err);
	if (r == 0)
		r = centre_load(s->folder, &s->centre, err);
	if (r == 0)
		r = make_rules(s, err);
	if (r == 0)
		r = open_spool(s, err);
	if (r == 0)
		r = lookup_open(s, err);
	return r == 0 ? link_open(&s->capture_end, &s->delivery_end, err) : r;
}

int sense_run(const struct sense_options *o, struct error *err)
{
	struct sigaction stopping = { .sa_handler = stop };
	struct capture_options options = { .interface = o->interface, .batch_ms = o->batch_ms };
	struct sense s = { .o = o, .folder = -1, .lock = -1, .spool = -1 };
	struct capture *capture = NULL;
	int r;

	sigaction(SIGTERM, &stopping, NULL);
	sigaction(SIGINT, &stopping, NULL);
	r = prepare(&s, err);
	options.rules = s.rules;
	randombytes_buf(&options.boot, sizeof options.boot);
	if (r == 0)
		r = capture_open(&options, &capture, err);
	if (r == 0)
		r = start_capture(&s, capture, err);
	capture_close(capture);
	/* The capture has started without the key; now it is read, still as root, for the delivery. */
	if (r == 0)
		r = secret_load(s.folder, KEY_FILE, s.secret, err);
	if (r == 0)
		r = user_become(s.uid, s.gid, err);
	if (r == 0)
		r = start_delivery(&s, err);
	if (r == 0) {
		log_info("sensor runs", "sensor", s.centre.sensor, "interface", o->interface);
		r = watch(&s, err);
		log_info("sensor stopped", "sensor", s.centre.sensor);
	} else if (s.capture > 0) {
		kill(s.capture, SIGKILL);
	}
	sodium_memzero(s.secret, sizeof s.secret);
	return r;
}

/* --- enrolment --- */

static int ask_centre(const struct code *code, const uint8_t secret[WIRE_SECRET_BYTES], struct enrolled *ret,
		      struct error *err)
{
	_cleanup_(buf_clear) struct buf message;
	struct enrolment e;
	struct client client;
	long status;
	int r = client_open(code->url, code->pin, NULL, &client, err);

	buf_init(&message, 1024);
	if (r < 0)
		return r;
	text_copy(e.sensor, sizeof e.sensor, BYTES_TEXT(code->sensor));
	memcpy(e.key, secret_public(secret), sizeof e.key);
	memcpy(e.secret, code->secret, sizeof e.secret);
	enrolment_write(&e, secret, &message);
	client_post(&client, "/enrol", buf_bytes(&message));
	r = client_perform(&client, &status, err);
	if (r == 0 && status != 200)
		r = error_set(err, -EACCES, "the centre refused: %.*s", (int)strcspn(client.answer.p, "\n"), client.answer.p);
	if (r == 0)
		r = enrolled_read(buf_bytes(&client.answer), ret, err);
	if (r == 0 && strcmp(ret->sensor, code->sensor) != 0)
		r = error_set(err, -EBADMSG, "the centre enrolled another sensor");
	client_close(&client);
	return r;
}

int sense_enrol(const char *path, const char *text, struct error *err)
{
	_cleanup_close_ int folder = -1;
	uint8_t secret[WIRE_SECRET_BYTES];
	struct enrolled enrolled;
	struct centre centre = { .sensor = "" };
	struct code code;
	int r = code_parse(BYTES_TEXT(text), &code, err);

	if (r == 0)
		r = folder_open(path, 0755, &folder, err);
	if (r == 0)
		r = secret_make(folder, KEY_FILE, secret, err);
	if (r == 0)
		r = ask_centre(&code, secret, &enrolled, err);
	sodium_memzero(secret, sizeof secret);
	if (r < 0)
		return r;
	text_copy(centre.sensor, sizeof centre.sensor, BYTES_TEXT(code.sensor));
	text_copy(centre.url, sizeof centre.url, BYTES_TEXT(code.url));
	text_copy(centre.prefixes, sizeof centre.prefixes, BYTES_TEXT(enrolled.prefixes));
	memcpy(centre.pin, code.pin, sizeof centre.pin);
	memcpy(centre.receipts, enrolled.key, sizeof centre.receipts);
	return centre_save(folder, &centre, err);
}
