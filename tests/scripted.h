/*
 * scripted: a server that plays one script on a loopback socket, for what a real server will not
 * do. A thread of its own goes through the steps; nothing in it sleeps, and no step waits longer
 * than SCRIPT_TIMEOUT_MS.
 */
#ifndef TESTS_SCRIPTED_H
#define TESTS_SCRIPTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCRIPT_TIMEOUT_MS 20000

enum script_kind {
	SCRIPT_EXPECT,  /* read one line that fits the pattern (fnmatch); the first of several words
			   is the tag */
	SCRIPT_LITERAL, /* read as many bytes as the last line announced with {n}, and the line end
			   after them */
	SCRIPT_SEND,    /* send in one segment; %T stands for the tag */
	SCRIPT_SLOWLY,  /* send byte by byte */
	SCRIPT_REPEAT,  /* send the text `count` times */
	SCRIPT_TLS,     /* become a TLS server */
	SCRIPT_BARRIER, /* wait for scripted_pass() */
	SCRIPT_CLOSE,   /* close the connection */
	SCRIPT_CLOSED,  /* wait until the peer closes; what it still sends is dropped */
	SCRIPT_ACCEPT,  /* wait for the next connection */
};

struct script_step {
	enum script_kind kind;
	const char *text;
	size_t count;
};

#define EXPECT(pattern)                                                                            \
	{                                                                                          \
		SCRIPT_EXPECT, pattern, 0                                                          \
	}
#define LITERAL                                                                                    \
	{                                                                                          \
		SCRIPT_LITERAL, NULL, 0                                                            \
	}
#define SEND(text)                                                                                 \
	{                                                                                          \
		SCRIPT_SEND, text, 0                                                               \
	}
#define SLOWLY(text)                                                                               \
	{                                                                                          \
		SCRIPT_SLOWLY, text, 0                                                             \
	}
#define REPEAT(text, n)                                                                            \
	{                                                                                          \
		SCRIPT_REPEAT, text, n                                                             \
	}
#define TLS                                                                                        \
	{                                                                                          \
		SCRIPT_TLS, NULL, 0                                                                \
	}
#define BARRIER                                                                                    \
	{                                                                                          \
		SCRIPT_BARRIER, NULL, 0                                                            \
	}
#define CLOSE                                                                                      \
	{                                                                                          \
		SCRIPT_CLOSE, NULL, 0                                                              \
	}
#define CLOSED                                                                                     \
	{                                                                                          \
		SCRIPT_CLOSED, NULL, 0                                                             \
	}
#define ACCEPT                                                                                     \
	{                                                                                          \
		SCRIPT_ACCEPT, NULL, 0                                                             \
	}

struct scripted;

/* Throw-away certificates, all for the name "localhost" unless said otherwise. */
enum script_certificate {
	CERTIFICATE_GOOD,
	CERTIFICATE_EXPIRED,
	CERTIFICATE_SELF_SIGNED,
	CERTIFICATE_OTHER_HOST,
	CERTIFICATE_KINDS,
};

/*
 * Makes an authority and the certificates; writes the authority's to a file in the temporary
 * directory.
 */
void
scripted_certificates(void);

/* The file with the authority's certificate. */
const char *
scripted_ca_file(void);

void
scripted_certificates_free(void);

/*
 * For servers with TLS; before scripted_start() of the next server. priority NULL: GnuTLS's
 * "NORMAL".
 */
void
scripted_tls(enum script_certificate certificate, const char *priority);

/* The steps must outlive the server. The first connection is accepted before the first step. */
struct scripted *
scripted_start(const struct script_step *steps, size_t count);

#define SCRIPT(steps) scripted_start(steps, sizeof(steps) / sizeof((steps)[0]))

uint16_t
scripted_port(const struct scripted *server);

/* Lets the script go past its next barrier. */
void
scripted_pass(struct scripted *server);

/* Waits until the script has arrived at its next barrier. */
void
scripted_arrived(struct scripted *server);

/*
 * Waits for the end of the script and frees. Fails the test when a step could not be played, and
 * says which.
 */
void
scripted_finish(struct scripted *server);

#endif
