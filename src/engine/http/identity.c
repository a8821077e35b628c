/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The server's key and certificate. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "engine/http/http.h"
#include "engine/proc/file.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#define PEM_MAX 65536
#define KEY_FILE "tls.key"
#define CERTIFICATE_FILE "tls.crt"
#define YEARS 30 /* clients pin the key; the date says nothing to them */

static int tls_error(int code, const char *what, struct error *err)
{
	return error_set(err, -EIO, "%s: %s", what, gnutls_strerror(code));
}

static int sign_itself(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key)
{
	static const char name[] = "hinomi collect";
	const uint8_t serial[] = { 1 };
	time_t now = (time_t)(clock_now() / SECOND_US);
	int r = gnutls_x509_crt_set_version(crt, 3);

	if (r >= 0)
		r = gnutls_x509_crt_set_serial(crt, serial, sizeof serial);
	if (r >= 0)
		r = gnutls_x509_crt_set_activation_time(crt, now - 86400);
	if (r >= 0)
		r = gnutls_x509_crt_set_expiration_time(crt, now + (time_t)YEARS * 365 * 86400);
	if (r >= 0)
		r = gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, name, sizeof name - 1);
	if (r >= 0)
		r = gnutls_x509_crt_set_key(crt, key);
	if (r >= 0)
		r = gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0);
	return r;
}

static int save_both(int folder, gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, struct error *err)
{
	gnutls_datum_t pem = { NULL, 0 };
	int r = gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem);

	if (r < 0)
		return tls_error(r, "cannot write a certificate", err);
	r = file_replace(folder, CERTIFICATE_FILE, BYTES(pem.data, pem.size), 0644, err);
	gnutls_free(pem.data);
	if (r < 0)
		return r;
	r = gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem);
	if (r < 0)
		return tls_error(r, "cannot write a key", err);
	/* The key comes last: where it stands, both stand. */
	r = file_replace(folder, KEY_FILE, BYTES(pem.data, pem.size), 0600, err);
	gnutls_memset(pem.data, 0, pem.size);
	gnutls_free(pem.data);
	return r;
}

static int make(int folder, struct error *err)
{
	gnutls_x509_privkey_t key = NULL;
	gnutls_x509_crt_t crt = NULL;
	int r = gnutls_x509_privkey_init(&key);

	if (r >= 0)
		r = gnutls_x509_crt_init(&crt);
	if (r >= 0)
		r = gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
	if (r >= 0)
		r = sign_itself(crt, key);
	r = r < 0 ? tls_error(r, "cannot make a certificate", err) : save_both(folder, crt, key, err);
	if (crt)
		gnutls_x509_crt_deinit(crt);
	if (key)
		gnutls_x509_privkey_deinit(key);
	return r;
}

static int find_pin(const struct buf *pem, uint8_t ret[32], struct error *err)
{
	gnutls_datum_t text = { (unsigned char *)pem->p, (unsigned)pem->n };
	gnutls_x509_crt_t crt = NULL;
	size_t n = 32;
	int r = gnutls_x509_crt_init(&crt);

	if (r >= 0)
		r = gnutls_x509_crt_import(crt, &text, GNUTLS_X509_FMT_PEM);
	if (r >= 0)
		r = gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA256, ret, &n);
	if (crt)
		gnutls_x509_crt_deinit(crt);
	return r < 0 ? tls_error(r, "cannot read '" CERTIFICATE_FILE "'", err) : 0;
}

int http_identity(int folder, struct buf *ret_key, struct buf *ret_certificate, uint8_t ret_pin[32], struct error *err)
{
	int r = faccessat(folder, KEY_FILE, F_OK, 0) < 0 ? make(folder, err) : 0;

	buf_init(ret_key, PEM_MAX);
	buf_init(ret_certificate, PEM_MAX);
	if (r == 0)
		r = file_read(folder, KEY_FILE, PEM_MAX, ret_key, err);
	if (r == 0)
		r = file_read(folder, CERTIFICATE_FILE, PEM_MAX, ret_certificate, err);
	return r < 0 ? r : find_pin(ret_certificate, ret_pin, err);
}
