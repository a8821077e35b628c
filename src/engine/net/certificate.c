/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Certificates, by GnuTLS. */
#include "engine/net/certificate.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>

/* Loaded once, for every question. */
static gnutls_x509_trust_list_t trusted;

int certificate_init(struct error *err)
{
	if (gnutls_x509_trust_list_init(&trusted, 0) < 0)
		return error_set(err, -ENOMEM, "cannot make a list of certificates");
	gnutls_x509_trust_list_add_system_trust(trusted, 0, 0);
	return 0;
}

static bool read_hash(gnutls_x509_crt_t own, char into[65])
{
	uint8_t hash[32];
	size_t n = sizeof hash;

	if (gnutls_x509_crt_get_fingerprint(own, GNUTLS_DIG_SHA256, hash, &n) < 0 || n != sizeof hash)
		return false;
	for (size_t i = 0; i < n; i++)
		snprintf(into + 2 * i, 3, "%02x", hash[i]);
	return true;
}

static void add_name(char into[CERTIFICATE_NAMES_MAX], const char *name, size_t n)
{
	size_t have = strlen(into);

	if (n == 0 || have + n + 2 > CERTIFICATE_NAMES_MAX)
		return;
	if (have)
		into[have++] = ' ';
	for (size_t i = 0; i < n; i++)
		into[have++] = '!' <= name[i] && name[i] <= '~' ? name[i] : '?';
	into[have] = '\0';
}

static void read_names(gnutls_x509_crt_t own, char into[CERTIFICATE_NAMES_MAX])
{
	char name[256];
	size_t n = sizeof name;
	int kind = 0;

	into[0] = '\0';
	for (unsigned i = 0; kind != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE && i < 100; i++) {
		n = sizeof name;
		kind = gnutls_x509_crt_get_subject_alt_name(own, i, name, &n, NULL);
		if (kind == GNUTLS_SAN_DNSNAME)
			add_name(into, name, strnlen(name, n));
	}
	n = sizeof name;
	if (!into[0] && gnutls_x509_crt_get_dn_by_oid(own, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &n) == 0)
		add_name(into, name, strnlen(name, n));
}

static const char *judge(gnutls_x509_crt_t *chain, unsigned count, const char *host)
{
	gnutls_typed_vdata_st name = { .type = GNUTLS_DT_DNS_HOSTNAME, .data = (uint8_t *)(uintptr_t)host };
	unsigned status = ~0u;

	if (gnutls_x509_trust_list_verify_crt2(trusted, chain, count, &name, 1, 0, &status, NULL) < 0)
		return "not trusted";
	if (status & GNUTLS_CERT_EXPIRED)
		return "expired";
	if (status & GNUTLS_CERT_UNEXPECTED_OWNER)
		return "other name";
	return status ? "not trusted" : "right";
}

bool certificate_read(const char *const *pems, size_t count, const char *host, struct certificate *ret)
{
	gnutls_x509_crt_t chain[CERTIFICATE_CHAIN_MAX];
	unsigned n = 0;
	bool is_right;

	while (n < count && n < CERTIFICATE_CHAIN_MAX && gnutls_x509_crt_init(&chain[n]) == 0) {
		gnutls_datum_t pem = { (uint8_t *)(uintptr_t)pems[n], (unsigned)strlen(pems[n]) };
		n++;
		if (gnutls_x509_crt_import(chain[n - 1], &pem, GNUTLS_X509_FMT_PEM) < 0) {
			gnutls_x509_crt_deinit(chain[--n]);
			break;
		}
	}
	is_right = n > 0 && read_hash(chain[0], ret->sha256);
	if (is_right) {
		read_names(chain[0], ret->names);
		ret->state = judge(chain, n, host);
	}
	for (unsigned i = 0; i < n; i++)
		gnutls_x509_crt_deinit(chain[i]);
	return is_right;
}
