/*
 * imap_internal: what the files of the IMAP transport share; for nobody else.
 *
 * imap.c opens and closes, imap_command.c sends one command and reads its answer, imap_folder.c
 * knows names and folders, imap_message.c changes messages, imap_fetch.c lists, imap_body.c
 * fetches, imap_idle.c waits.
 */
#ifndef DAEMON_IMAP_INTERNAL_H
#define DAEMON_IMAP_INTERNAL_H

#include "imap.h"

#include <libetpan/libetpan.h>

#include "imap_guard.h"

#define IMAP_NAME_MAX 1000 /* a mailbox name in the server's form */
#define IMAP_QUOTED_MAX (2 * IMAP_NAME_MAX + 3)
#define IMAP_COMMAND_MAX 8192
#define IMAP_TEXT_MAX 200              /* of the server's words in our sentences */
#define IMAP_ANSWER_BYTES (256u << 10) /* budget of a command whose answer is short */

enum imap_capability {
	CAP_IDLE = 1 << 0,
	CAP_MOVE = 1 << 1,
	CAP_UIDPLUS = 1 << 2,
	CAP_SPECIAL_USE = 1 << 3,
	CAP_NAMESPACE = 1 << 4,
	CAP_ID = 1 << 5,
	CAP_STARTTLS = 1 << 6,
	CAP_LOGINDISABLED = 1 << 7,
	CAP_SASL_IR = 1 << 8,
	CAP_AUTH_PLAIN = 1 << 9,
	CAP_GMAIL = 1 << 10,
};

struct imap {
	struct transport transport;
	const struct account_config *account;
	struct stream_trust *trust;
	struct stream *stream;
	struct imap_deadlines deadlines;
	mailimap *session; /* NULL when not open */
	struct imap_guard guard;
	bool lost;                  /* an error ended the connection: no LOGOUT */
	unsigned caps;              /* as last asked for, never from before TLS */
	char delimiter;             /* between levels, NUL when the server has none */
	char prefix[IMAP_NAME_MAX]; /* of the personal name space, in the server's form */
	char drafts[IMAP_NAME_MAX]; /* the SPECIAL-USE one in the server's form, "" not asked yet */
	char selected[IMAP_NAME_MAX];          /* in the server's form, "" none */
	uint32_t uidvalidity, uidnext, exists; /* of the selected folder as SELECT told */
	int64_t news_ms; /* when wait() last told of a change, on the monotonic clock; 0 never */
	char description[192];
};

static inline struct imap *
imap_of(struct transport *t)
{
	return (struct imap *)t; /* its first member */
}

/* imap_command.c */

/* Notes a lost connection and writes "host:port: doing: reason; advice". Returns code. */
int
imap_fail(struct imap *i, struct err *err, int code, const char *doing, const char *reason,
	  const char *advice);

/* The failed read or write of the stream as our error. */
int
imap_stream_failed(struct imap *i, struct err *err, const char *doing);

/* Starts a command: deadline, byte budget, tag. 0 or an error. */
int
imap_begin(struct imap *i, struct err *err, const char *doing, uint64_t budget);

/* Sends what was written since imap_begin(), with its line end. */
int
imap_flush(struct imap *i, struct err *err, const char *doing);

/*
 * Waits for "+" and notes an EXISTS that comes before it. 0: go on. 1: the command is over instead,
 * its answer stands in the line buffer for imap_answer().
 */
int
imap_continue(struct imap *i, struct err *err, const char *doing);

/* Reads the answer to its tagged end; imap_answer() when its first line was read already. */
int
imap_finish(struct imap *i, struct err *err, const char *doing);

int
imap_answer(struct imap *i, struct err *err, const char *doing);

/* A whole command without literals. */
int
imap_command(struct imap *i, struct err *err, uint64_t budget, const char *doing, const char *fmt,
	     ...) __attribute__((format(printf, 5, 6)));

/* Whether the last NO carried this response code (RFC 5530), or TRYCREATE. */
bool
imap_code_is(const struct imap *i, const char *code);

/* Notes "* n EXISTS" of a line that libetpan does not get to see. Returns whether it was one. */
bool
imap_note_exists(struct imap *i, const char *line);

/* "..." with \ and " escaped. Control characters and 8-bit bytes must not be in it. Returns out. */
const char *
imap_quote(const char *text, char *out, size_t size);

/* The server's words without control characters, cut, valid UTF-8. Returns out. */
const char *
imap_clean(const char *text, char *out, size_t size);

/* imap_folder.c */

/* Asks for the hierarchy separator and the personal name space. */
int
imap_learn_names(struct imap *i, struct err *err);

/* Our form of a name (NULL: the drafts folder) in the server's form. */
int
imap_name(struct imap *i, const char *folder, char *out, size_t size, struct err *err);

/* SELECT or EXAMINE of a name in the server's form; fills in the selection. */
int
imap_open_folder(struct imap *i, const char *name, bool read_only, const char *doing,
		 struct err *err);

/* Selects again what was selected before. -EPIPE when it is not the same folder any more. */
int
imap_return(struct imap *i, const char *name, uint32_t uidvalidity, struct err *err);

/* Whether the folder is certainly not there; asks the server when its NO did not say why. */
bool
imap_folder_missing(struct imap *i, const char *name);

/* CREATE and SUBSCRIBE. */
int
imap_create(struct imap *i, const char *name, const char *folder, struct err *err);

int
imap_select(struct transport *t, const char *folder, struct folder_state *ret, struct err *err);

int
imap_examine(struct transport *t, const char *folder, struct folder_state *ret, struct err *err);

int
imap_status(struct transport *t, const char *folder, struct folder_state *ret, struct err *err);

/* imap_fetch.c */

/* What one FETCH response told. */
struct imap_row {
	uint32_t uid;
	bool has_size, has_body;
	uint64_t size;
	int64_t received_ms;
	uint64_t gmail_thread;
	const char *body; /* with a NUL after it */
	size_t body_len;
};

typedef int
imap_row_visitor(void *context, const struct imap_row *row);

/*
 * Visits and frees the rows of the last FETCH. Stops at the first non-zero answer and returns it.
 */
int
imap_each_row(struct imap *i, imap_row_visitor *visit, void *context);

/* Sorted UIDs of the last SEARCH, >= first; freed by the caller. */
int
imap_found_uids(struct imap *i, uint32_t first, uint32_t **ret, size_t *ret_count);

/* Whether that UID is there. 1, 0 or an error. */
int
imap_has_uid(struct imap *i, uint32_t uid, struct err *err);

int
imap_list(struct transport *t, uint32_t first, struct listed **ret, size_t *ret_count,
	  struct err *err);

int
imap_identify(struct transport *t, uint32_t first, struct identity_listed **ret, size_t *ret_count,
	      struct err *err);

int
imap_since(struct transport *t, int64_t since_ms, uint32_t *ret_uid, struct err *err);

/* imap_body.c */

int
imap_fetch(struct transport *t, const struct listed *wanted, size_t count, size_t max_bytes,
	   transport_fetched *fetched, void *context, struct err *err);

/* imap_message.c */

int
imap_add_flag(struct transport *t, uint32_t uid, const char *flag, struct err *err);

int
imap_copy(struct transport *t, uint32_t uid, const char *folder, struct err *err);

int
imap_move(struct transport *t, uint32_t uid, const char *folder, bool already_copied,
	  uint32_t *ret_validity, uint32_t *ret_uid, struct err *err);

int
imap_make(struct transport *t, const char *folder, struct err *err);

int
imap_append_draft(struct transport *t, const char *folder, const void *bytes, size_t len,
		  struct err *err);

int
imap_withdraw(struct transport *t, const char *folder, const char *message_id, uint64_t size,
	      transport_same *same, void *context, enum withdrawn *ret, struct err *err);

int
imap_find(struct transport *t, const char *folder, const char *message_id, uint64_t size,
	  uint32_t first, bool *ret_found, struct err *err);

int
imap_search(struct transport *t, const char *message_id, uint32_t **ret, size_t *ret_count,
	    struct err *err);

/* imap_idle.c */

int
imap_wait(struct transport *t, uint32_t known_uidnext, int64_t timeout_ms,
	  enum transport_event *ret, struct err *err);

#endif
