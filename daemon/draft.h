/*
 * draft: a complete reply (RFC 5322, 2045-2047, 3676 left out: plain text, UTF-8) for a person to
 * send.
 *
 * Threaded: In-Reply-To and References of the original, "Re:" once (also for Korean 답장:, RE:,
 * Re[2]: and the like). Addressed to the first usable address of Reply-To, else From, of the
 * original (never to our own identity), from the account's identity. The customer's new words are
 * quoted below the template's text, at most DRAFT_QUOTE_MAX bytes of them. A template whose name
 * begins with internal- is a question to our own house: its draft goes to the identity, answers
 * nothing and quotes nothing. No value that came from
 * a mail can inject a header.
 */
#ifndef DAEMON_DRAFT_H
#define DAEMON_DRAFT_H

#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "approval.h"
#include "config.h"
#include "filters/message.h"
#include "record.h"
#include "template.h"

#define DRAFT_QUOTE_MAX (16u << 10)
#define DRAFT_REFERENCES_MAX 20 /* message-ids in References: the first one and the last ones */

/* The variables of templates, NULL-terminated; documented in triaged-rules(5). */
extern const char *const draft_variables[];

struct draft_input {
	const struct account_config *account;
	const struct agent_config *owner; /* NULL when nobody owns the case yet */
	const struct message *original;
	const struct case_record *case_; /* NULL when there is none */
	const struct template *template;
	const char *template_name; /* for X-Triaged-Draft; NULL: left out */
	const char *language;      /* "ko" or "en" */
	const char *message_id;    /* ours, with <> */
	const char *subject_token; /* after the subject, "[C12-k3x9mf]"; NULL: none */
	flag_set flags;
	int64_t conduct_ms; /* until when the customer is restricted; 0: they are not */
	const struct promise_record *promise;  /* the next that is due; NULL: none is open */
	const char *promise_sum;               /* that it names; "" or NULL: none */
	const struct promise_record *done;     /* the one that was kept last; NULL: none was */
	const struct promise_record *question; /* the next that was asked inside */
	const json_t *record;                  /* list of {"date", "what"}; NULL: none */
	int64_t now_ms;
};

/* Whether the template's name begins with internal-: a question to our own house. NULL: no. */
bool
draft_is_internal(const char *template_name);

/* The values a template sees. The caller json_decref()s. NULL when out of memory. */
json_t *
draft_values(const struct draft_input *input);

/* A draft, in the arena. */
struct draft_mail {
	const char *text; /* the whole mail: CRLF line ends, lines <= 998 bytes */
	size_t len;
	const char *body; /* its text, without the quoted words */
	const char
		*names; /* the largest sum, but in the customer's quoted words and in names; "" */
	struct unapproved unapproved;
};

/*
 * Writes the mail. 0, -ENOMEM, -E2BIG (template_render), -EINVAL when nobody can be addressed, or
 * -EPERM when it would name a sum that nobody approved (ret->unapproved).
 */
int
draft_build(const struct draft_input *input, struct arena *arena, struct draft_mail *ret);

/*
 * A plain notice to one of us (notify): From, To, Subject, Date, Message-ID, Auto-Submitted:
 * auto-generated. Strings may be foreign. 0, -ENOMEM, or -EINVAL when an address or the Message-ID
 * cannot stand in a header.
 */
int
draft_notice(struct arena *arena, const char *from, const char *to, const char *message_id,
	     int64_t now_ms, const char *subject, const char *body, const char **ret_text,
	     size_t *ret_len);

/* The same with the text also as an HTML document, for readers who show it; html NULL: text only.
 */
int
draft_notice_html(struct arena *arena, const char *from, const char *to, const char *message_id,
		  int64_t now_ms, const char *subject, const char *body, const char *html,
		  const char **ret_text, size_t *ret_len);

#endif
