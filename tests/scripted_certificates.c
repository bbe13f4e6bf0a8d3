/*
 * scripted_certificates: a throw-away authority and server certificates, made anew in each test
 * program.
 */
#include "scripted_certificates.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <gnutls/x509.h>

#define DAY 86400

static char ca_path[64];
static gnutls_certificate_credentials_t made[CERTIFICATE_KINDS];

static gnutls_x509_privkey_t
new_key(void)
{
	gnutls_x509_privkey_t key;

	assert_int_equal(gnutls_x509_privkey_init(&key), 0);
	assert_int_equal(
		gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
					     GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
		0);
	return key;
}

static gnutls_x509_crt_t
new_certificate(gnutls_x509_privkey_t key, const char *name, time_t from, time_t to, bool authority)
{
	static unsigned char serial = 1;
	gnutls_x509_crt_t crt;

	assert_int_equal(gnutls_x509_crt_init(&crt), 0);
	assert_int_equal(gnutls_x509_crt_set_version(crt, 3), 0);
	assert_int_equal(gnutls_x509_crt_set_serial(crt, &serial, 1), 0);
	serial++;
	gnutls_x509_crt_set_activation_time(crt, from);
	gnutls_x509_crt_set_expiration_time(crt, to);
	gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, name,
				      (unsigned)strlen(name));
	gnutls_x509_crt_set_ca_status(crt, authority);
	if (!authority)
		gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, name,
						     (unsigned)strlen(name), GNUTLS_FSAN_SET);
	gnutls_x509_crt_set_key_usage(crt, authority ? GNUTLS_KEY_KEY_CERT_SIGN
						     : GNUTLS_KEY_DIGITAL_SIGNATURE);
	assert_int_equal(gnutls_x509_crt_set_key(crt, key), 0);
	return crt;
}

static void
write_authority(gnutls_x509_crt_t crt)
{
	gnutls_datum_t pem;
	FILE *file;
	int fd;

	snprintf(ca_path, sizeof(ca_path), "%s/ca-XXXXXX",
		 getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	fd = mkstemp(ca_path);
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	assert_int_equal(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem), 0);
	assert_int_equal(fwrite(pem.data, 1, pem.size, file), pem.size);
	fclose(file);
	gnutls_free(pem.data);
}

static void
make(enum script_certificate kind, gnutls_x509_crt_t ca, gnutls_x509_privkey_t ca_key)
{
	time_t now = time(NULL);
	gnutls_x509_privkey_t key = new_key();
	gnutls_x509_crt_t crt = new_certificate(
		key, kind == CERTIFICATE_OTHER_HOST ? "other.example" : "localhost", now - 3 * DAY,
		kind == CERTIFICATE_EXPIRED ? now - DAY : now + DAY, false);
	bool own = kind == CERTIFICATE_SELF_SIGNED;

	assert_int_equal(gnutls_x509_crt_sign2(crt, own ? crt : ca, own ? key : ca_key,
					       GNUTLS_DIG_SHA256, 0),
			 0);
	assert_int_equal(gnutls_certificate_allocate_credentials(&made[kind]), 0);
	assert_int_equal(gnutls_certificate_set_x509_key(made[kind], &crt, 1, key), 0);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(key);
}

void
scripted_certificates(void)
{
	gnutls_x509_privkey_t ca_key = new_key();
	time_t now = time(NULL);
	gnutls_x509_crt_t ca =
		new_certificate(ca_key, "test authority", now - 4 * DAY, now + DAY, true);

	assert_int_equal(gnutls_x509_crt_sign2(ca, ca, ca_key, GNUTLS_DIG_SHA256, 0), 0);
	write_authority(ca);
	for (int kind = 0; kind < CERTIFICATE_KINDS; kind++)
		make(kind, ca, ca_key);
	gnutls_x509_crt_deinit(ca);
	gnutls_x509_privkey_deinit(ca_key);
}

gnutls_certificate_credentials_t
scripted_credentials(enum script_certificate kind)
{
	return made[kind];
}

const char *
scripted_ca_file(void)
{
	return ca_path;
}

void
scripted_certificates_free(void)
{
	unlink(ca_path);
	for (int kind = 0; kind < CERTIFICATE_KINDS; kind++)
		gnutls_certificate_free_credentials(made[kind]);
}
