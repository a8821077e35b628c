/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A small HTTPS server for programs that post bodies: one thread, one loop, and answers that may come later, so that
 * several requests can wait for the disk together.
 *
 *	https_open(&config, fd, &server, err);
 *	while (!stop) {
 *		https_turn(server, 1000);
 *		for each request that `take` kept: https_answer(rq, 200, type, bytes);
 *	}
 *
 * Bodies are limited before they are read. */
#ifndef ENGINE_HTTPS_HTTPS_H
#define ENGINE_HTTPS_HTTPS_H

#include "base/buf.h"
#include "base/error.h"

struct https_server;

struct https_request {
	const char *method, *path; /* valid until `take` returns */
	struct bytes body;         /* valid until it is answered */
	void *of_server;
};

struct https_config {
	const char *key, *certificate; /* PEM */
	size_t body_max;
	unsigned connections;
	void *context;
	/* Is told each whole request and answers it, now or later; until then the connection rests. */
	void (*take)(void *context, struct https_request *rq);
};

/* Serves the listening socket, which it closes in the end. */
int https_open(const struct https_config *config, int fd, struct https_server **ret, struct error *err);
struct https_server *https_close(struct https_server *s);

/* Waits for at most so long and does what there is to do. */
void https_turn(struct https_server *s, int wait_ms);

/* Answers; the request is no more afterwards. The bytes are copied. */
void https_answer(struct https_request *rq, unsigned status, const char *type, struct bytes body);

/* A listening socket on "127.0.0.1:8443" or "[::1]:8443"; the port that it has. */
int https_listen(const char *text, int *ret_fd, uint16_t *ret_port, struct error *err);

/* Makes a key (ECDSA, P-256) and a certificate signed by itself in `folder` (tls.key, tls.crt) where there is none, reads
 * both, and says the SHA-256 of the public key, which clients pin. */
int https_identity(int folder, struct buf *ret_key, struct buf *ret_certificate, uint8_t ret_pin[32], struct error *err);

#endif
