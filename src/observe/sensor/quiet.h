/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Would this machine answer those who knock? A sensor that answers is no passive sensor: it invites more. Looks at what
 * the kernel shows in /proc, and at the firewall's base chains; changes nothing, sends nothing. */
#ifndef OBSERVE_SENSOR_QUIET_H
#define OBSERVE_SENSOR_QUIET_H

#include "observe/sensor/rules.h"

enum quiet_level {
	QUIET_GOOD,
	QUIET_UNKNOWN, /* it cannot be seen */
	QUIET_WRONG,
};

struct quiet_finding {
	enum quiet_level level;
	const char *what;  /* "listening", "echo", "firewall", "arp", "addresses" */
	char line[160];    /* what was found */
	const char *todo;  /* what to do, NULL when nothing */
};

/* Calls `each` for every finding. `watched` holds RULE_NOT_WATCHED rows; none: all addresses of the interface. */
typedef void quiet_fn(void *context, const struct quiet_finding *finding);
int quiet_check(const char *interface, const struct rules *watched, quiet_fn *each, void *context, struct error *err);

/* One line of /proc/net/tcp, tcp6, udp or udp6: the local address and port of a socket that takes what comes from
 * anybody; false when it does not. Pure. */
bool quiet_parse_socket(struct bytes line, bool is_tcp, struct address *ret_address, uint16_t *ret_port);

#endif
