/*
 * stream_tls: TLS 1.2 or later by GnuTLS, with the chain, the host name and the validity verified
 * before a byte of data is believed. There is no way to switch the verification off; an own CA is
 * named as ca_file.
 */
#include "stream_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <gnutls/x509.h>

#include "clock.h"

#define TLS_PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct stream_trust {
	_Atomic unsigned references;
	gnutls_certificate_credentials_t credentials;
	gnutls_priority_t priority;
};

static void
trust_free(struct stream_trust *trust)
{
	if (trust->priority != NULL)
		gnutls_priority_deinit(trust->priority);
	if (trust->credentials != NULL)
		gnutls_certificate_free_credentials(trust->credentials);
	free(trust);
}

static int
load_authorities(struct stream_trust *trust, const char *ca_file, struct err *err)
{
	int count;

	if (ca_file == NULL) {
		count = gnutls_certificate_set_x509_system_trust(trust->credentials);
		if (count <= 0)
			return err_set(
				err, -ENOENT,
				"loading the system's certificate authorities: none found; install "
				"ca-certificates or name a ca_file");
		return 0;
	}
	if (access(ca_file, R_OK) < 0) {
		int r = -errno;

		return err_set(err, r, "reading ca_file %s: %s", ca_file, strerror(-r));
	}
	count = gnutls_certificate_set_x509_trust_file(trust->credentials, ca_file,
						       GNUTLS_X509_FMT_PEM);
	if (count <= 0)
		return err_set(err, -EINVAL,
			       "reading ca_file %s: no certificate in it%s%s; it must hold PEM",
			       ca_file, count < 0 ? ": " : "",
			       count < 0 ? gnutls_strerror(count) : "");
	return 0;
}

int
stream_trust_new(const char *ca_file, struct err *err, struct stream_trust **ret)
{
	struct stream_trust *trust = calloc(1, sizeof(*trust));
	int r;

	if (trust == NULL)
		return err_set(err, -ENOMEM, "loading certificate authorities: out of memory");
	trust->references = 1;
	if (gnutls_certificate_allocate_credentials(&trust->credentials) < 0 ||
	    gnutls_priority_init(&trust->priority, TLS_PRIORITY, NULL) < 0) {
		trust_free(trust);
		return err_set(err, -ENOMEM,
			       "loading certificate authorities: GnuTLS is out of memory");
	}
	r = load_authorities(trust, ca_file, err);
	if (r < 0) {
		trust_free(trust);
		return r;
	}
	*ret = trust;
	return 0;
}

struct stream_trust *
stream_trust_ref(struct stream_trust *trust)
{
	atomic_fetch_add(&trust->references, 1);
	return trust;
}

void
stream_trust_unref(struct stream_trust *trust)
{
	if (trust != NULL && atomic_fetch_sub(&trust->references, 1) == 1)
		trust_free(trust);
}

static void
forget_session(struct stream *s)
{
	gnutls_deinit(s->tls);
	s->tls = NULL;
	stream_trust_unref(s->trust);
	s->trust = NULL;
}

void
stream_tls_close(struct stream *s)
{
	if (s->tls == NULL)
		return;
	/* One try: the socket never blocks, and nobody waits for the answer. */
	if (s->error == 0)
		gnutls_bye(s->tls, GNUTLS_SHUT_WR);
	forget_session(s);
}

const char *
stream_tls_name(const struct stream *s)
{
	if (s->tls == NULL)
		return "no TLS";
	return gnutls_protocol_get_version(s->tls) == GNUTLS_TLS1_3 ? "TLS 1.3" : "TLS 1.2";
}

/*
 * What GnuTLS says about a read or write: 0 try again later, 1 try again now, or the noted error.
 */
static int
tls_error(struct stream *s, ssize_t n)
{
	switch (n) {
	case GNUTLS_E_AGAIN:
		return 0;
	case GNUTLS_E_INTERRUPTED:
		return 1;
	case GNUTLS_E_REHANDSHAKE:
	case GNUTLS_E_WARNING_ALERT_RECEIVED:
		return 0;
	case 0:
	case GNUTLS_E_PREMATURE_TERMINATION:
	case GNUTLS_E_PUSH_ERROR:
	case GNUTLS_E_PULL_ERROR:
		return stream_fail(s, -EPIPE, "the server closed the connection");
	default:
		return stream_fail(s, -EPROTO, "TLS broke: %s", gnutls_strerror((int)n));
	}
}

ssize_t
stream_tls_read(struct stream *s, void *bytes, size_t size)
{
	int r;

	do {
		ssize_t n = gnutls_record_recv(s->tls, bytes, size);

		if (n > 0)
			return n;
		r = tls_error(s, n);
	} while (r > 0);
	return r;
}

ssize_t
stream_tls_write(struct stream *s, const void *bytes, size_t len)
{
	int r;

	do {
		ssize_t n = gnutls_record_send(s->tls, bytes, len);

		if (n > 0)
			return n;
		r = tls_error(s, n);
	} while (r > 0);
	return r;
}

static bool
is_address(const char *host)
{
	struct in6_addr binary;

	return inet_pton(AF_INET, host, &binary) == 1 || inet_pton(AF_INET6, host, &binary) == 1;
}

static int
new_session(struct stream *s, struct stream_trust *trust, const char *host)
{
	/* Tickets are of no use to a connection that lives for hours, and are kept in memory. */
	int r = gnutls_init(&s->tls,
			    GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS);

	if (r < 0)
		return r;
	s->trust = stream_trust_ref(trust);
	r = gnutls_priority_set(s->tls, trust->priority);
	if (r >= 0)
		r = gnutls_credentials_set(s->tls, GNUTLS_CRD_CERTIFICATE, trust->credentials);
	/* RFC 6066 section 3: no literal addresses in SNI. */
	if (r >= 0 && !is_address(host))
		r = gnutls_server_name_set(s->tls, GNUTLS_NAME_DNS, host, strlen(host));
	if (r < 0)
		return r;
	gnutls_session_set_verify_cert(s->tls, host, 0);
	gnutls_transport_set_int(s->tls, s->fd);
	return 0;
}

/* Why the certificate was refused, and what may be done about it. */
static int
certificate_error(struct stream *s, const char *host, struct err *err)
{
	unsigned status = gnutls_session_get_verify_cert_status(s->tls);
	const char *advice = "ask the server's operator";
	gnutls_datum_t text = { NULL, 0 };

	if (status & (GNUTLS_CERT_EXPIRED | GNUTLS_CERT_NOT_ACTIVATED))
		advice = "the operator of the server must renew it; check this machine's clock too";
	else if (status & GNUTLS_CERT_UNEXPECTED_OWNER)
		advice = "set host to the name that the certificate carries";
	else if (status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA))
		advice = "if the authority is your own, name its certificate as ca_file";
	if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) < 0)
		text.data = NULL;
	while (text.data != NULL && text.size > 0 &&
	       (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == 0))
		text.size--;
	err_set(err, -EKEYREJECTED, "verifying the certificate of %s: %.*s %s", host,
		(int)text.size, text.data != NULL ? (const char *)text.data : "", advice);
	gnutls_free(text.data);
	return -EKEYREJECTED;
}

static int
handshake_error(struct stream *s, const char *host, int r, struct err *err)
{
	switch (r) {
	case GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR:
	case GNUTLS_E_CERTIFICATE_ERROR:
		return certificate_error(s, host, err);
	case GNUTLS_E_PREMATURE_TERMINATION:
	case GNUTLS_E_PUSH_ERROR:
	case GNUTLS_E_PULL_ERROR:
		return err_set(err, -EPIPE,
			       "starting TLS with %s: the server closed the connection", host);
	case GNUTLS_E_UNSUPPORTED_VERSION_PACKET:
		return err_set(
			err, -EKEYREJECTED,
			"starting TLS with %s: it offers nothing newer than TLS 1.1; the server "
			"must be updated",
			host);
	case GNUTLS_E_FATAL_ALERT_RECEIVED:
		return err_set(err, -EKEYREJECTED,
			       "starting TLS with %s: the server refused: %s; TLS 1.2 or later is "
			       "needed",
			       host, gnutls_alert_get_name(gnutls_alert_get(s->tls)));
	case GNUTLS_E_UNEXPECTED_PACKET:
	case GNUTLS_E_UNEXPECTED_PACKET_LENGTH:
	case GNUTLS_E_RECORD_OVERFLOW:
		return err_set(err, -EPROTO,
			       "starting TLS with %s: it does not speak TLS on this port; check "
			       "port and tls",
			       host);
	default:
		return err_set(err, -EKEYREJECTED, "starting TLS with %s: %s", host,
			       gnutls_strerror(r));
	}
}

static int
handshake(struct stream *s, const char *host, int64_t deadline, struct err *err)
{
	for (;;) {
		int r = gnutls_handshake(s->tls);

		if (r == GNUTLS_E_SUCCESS)
			return 0;
		if (gnutls_error_is_fatal(r))
			return handshake_error(s, host, r, err);
		r = stream_poll(s, gnutls_record_get_direction(s->tls) == 1 ? POLLOUT : POLLIN,
				deadline);
		if (r < 0)
			return err_set(err, r, "starting TLS with %s: %s", host, s->error_text);
	}
}

int
stream_start_tls(struct stream *s, struct stream_trust *trust, const char *host, size_t pending,
		 int64_t timeout_ms, struct err *err)
{
	int64_t deadline = clock_monotonic_ms() + timeout_ms;
	int waiting = 0;
	int r;

	if (s->fd < 0)
		return err_set(err, -EPIPE, "starting TLS with %s: not connected", host);
	/*
	 * In TLS the client speaks first: whatever is there already came from somebody in between.
	 */
	if (pending > 0 || s->peeked || (ioctl(s->fd, FIONREAD, &waiting) == 0 && waiting > 0))
		return err_set(err, -EPROTO,
			       "starting TLS with %s: bytes came before TLS began: the server does "
			       "not begin with "
			       "TLS on this port (check port and tls), or somebody is tampering "
			       "with the connection",
			       host);
	r = new_session(s, trust, host);
	if (r < 0)
		r = err_set(err, -ENOMEM, "starting TLS with %s: %s", host, gnutls_strerror(r));
	else
		r = handshake(s, host, deadline, err);
	if (r < 0 && s->tls != NULL)
		forget_session(s);
	return r;
}
