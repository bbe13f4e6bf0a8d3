/*
 * record_io: what the record_*.c files share: keys, a JSON writer, a JSON reader. Nobody else
 * includes this.
 *
 * Keys are laid out as record.h says. Tables of one account: 'r' cursor, 'l' ledger, 'i' Message-ID
 * and 'f' fingerprint → message, 'v' conversation of Gmail's → message, 'q' queue, 'j' customer and
 * subject → open case, 'o' outbox, 'u' unfinished outbox entries, 'b' payload. Tables of all: 's'
 * sequences (store.c), 'm' message, 'c' case, 'q' queue, 'e' event, 'k' customer, 'p' parked ledger
 * entries, 't' troubled outbox entries, 'x' correction, 'w' corrections against a rule, 'g'
 * promise, 'd' promises by when they wake, 'z' clocks of cases by when they are due or were passed,
 * and solved cases by when, 'n' days whose digest was sent, 'a' open cases by agent, 'v' whose turn
 * it is in a list of the policy, '1' what is forgotten and when: a byte that says which (enum
 * record_fade), then the key of that. '2' cases by
 * customer. Of one account again: 'h' order or customer → cases, 'y' what
 * a case is about, by when it was opened.
 */
#ifndef DAEMON_RECORD_IO_H
#define DAEMON_RECORD_IO_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

#include "record.h"

/*
 * A key being built. A piece that does not fit makes it unusable: key_span is then empty, which
 * every store refuses.
 */
struct record_key {
	char at[STORE_KEY_MAX];
	size_t len;
	bool failed;
};

/*
 * Begins with the account and the table's letter. NULL or "" is no account and makes the key
 * unusable.
 */
struct record_key
record_key(const char *account, char table);

/* The same for a table of all accounts. */
struct record_key
record_key_shared(char table);

/*
 * A string (NULL makes the key unusable) and a zero byte; a long one, or one that looks like a
 * stand-in, is replaced by 0x01 and its SHA-256.
 */
void
record_key_string(struct record_key *key, const char *s);

void
record_key_u8(struct record_key *key, uint8_t n);

void
record_key_u32(struct record_key *key, uint32_t n);

void
record_key_u64(struct record_key *key, uint64_t n);

struct span
record_key_span(const struct record_key *key);

/* The number at the end of a key (index entries end with an id), 0 when it is too short. */
uint64_t
record_key_last_u64(struct span key);

/* Visits the records of a table from a key on, as they are written, with the numbers their keys end
 * in. Same answers as store_visit.
 */
int
record_raw_each(struct store_txn *txn, const struct record_key *table,
		const struct record_key *from, record_raw_visit *visit, void *context);

/*
 * A JSON object being written. Members are written in the order of the calls, which must be that of
 * their names (strcmp). Empty and zero members are left out. Strings are made valid UTF-8 and cut
 * at RECORD_STRING_MAX.
 */
struct record_writer {
	char *at;
	size_t len, room;
	bool failed; /* out of memory */
	bool heap;
	char fixed[4096];
};

void
record_write_begin(struct record_writer *w);

void
record_write_string(struct record_writer *w, const char *name, const char *value);

void
record_write_number(struct record_writer *w, const char *name, int64_t value);

void
record_write_bool(struct record_writer *w, const char *name, bool value);

void
record_write_flags(struct record_writer *w, const char *name, flag_set flags);

void
record_write_strings(struct record_writer *w, const char *name, const char *const *list,
		     size_t count);

/*
 * Any JSON, keys sorted. When max is not 0 an array keeps only the elements that fit into so many
 * bytes.
 */
void
record_write_any(struct record_writer *w, const char *name, const json_t *value, size_t max);

/* Closes the object; empty when memory ran out (which record_write_put turns into -ENOMEM). */
struct span
record_write_end(struct record_writer *w);

/* Closes the object, puts it under the key and frees the writer. */
int
record_write_put(struct store_txn *txn, const struct record_key *key, struct record_writer *w);

void
record_write_free(struct record_writer *w);

/*
 * A record being read. The first member of a wrong type or range sets error; later calls give empty
 * values.
 */
struct record_reader {
	json_t *root;
	struct arena *arena;
	int error; /* 0, -EBADMSG or -ENOMEM */
};

/* Returns r->error. Always followed by record_read_end. */
int
record_read(struct record_reader *r, struct arena *arena, struct span value);

/* The same for the value of a key; -ENOENT when there is none. */
int
record_read_key(struct record_reader *r, struct store_txn *txn, struct arena *arena,
		const struct record_key *key);

/* Never NULL. */
const char *
record_read_string(struct record_reader *r, const char *name);

int64_t
record_read_number(struct record_reader *r, const char *name, int64_t min, int64_t max);

uint64_t
record_read_u64(struct record_reader *r, const char *name);

uint32_t
record_read_u32(struct record_reader *r, const char *name);

bool
record_read_bool(struct record_reader *r, const char *name);

flag_set
record_read_flags(struct record_reader *r, const char *name);

/* The place of the member's text in names, 0 when it is missing. */
unsigned
record_read_name(struct record_reader *r, const char *name, const char *const *names,
		 unsigned count);

const char **
record_read_strings(struct record_reader *r, const char *name, size_t *ret_count);

/* A new reference, NULL when missing. */
json_t *
record_read_any(struct record_reader *r, const char *name);

/* What a mail's writer asks for, and a customer's approvals: as an array of objects. */
void
record_write_claims(struct record_writer *w, const char *name, const struct claims *claims);

void
record_read_claims(struct record_reader *r, const char *name, struct claims *ret);

void
record_write_approvals(struct record_writer *w, const char *name,
		       const struct approval_record *list, size_t count);

struct approval_record *
record_read_approvals(struct record_reader *r, const char *name, size_t *ret_count);

/* Frees the parsed JSON; returns the error. */
int
record_read_end(struct record_reader *r);

/* What the first event of a chain names as the one before it. */
#define RECORD_NO_HASH "0000000000000000000000000000000000000000000000000000000000000000"

/* The event by which others are erased; its data say which. It is never erased itself. */
#define RECORD_TOMBSTONE "forgotten"

/* Of the events of a case. */
struct record_key
record_event_prefix(uint64_t case_id);

/* The parts of table '1'. */
enum record_fade {
	FADE_SOLVED,    /* index: when solved, case */
	FADE_ERASING,   /* index: case whose events are being erased */
	FADE_JOB,       /* address: who is being forgotten */
	FADE_RETENTION, /* how far retention is */
};

/* Moves a case in the index of solved cases; as record_subject_move. */
int
record_solved_move(struct store_txn *txn, const struct case_record *old,
		   const struct case_record *c);

/*
 * Moves a case in the index by customer and subject from where `old` has it (NULL: nowhere) to
 * where `c` says.
 */
int
record_subject_move(struct store_txn *txn, struct arena *arena, const struct case_record *old,
		    const struct case_record *c);

/* Moves a case in the indexes of its clocks from where `old` (NULL: nowhere) has it. */
int
record_sla_move(struct store_txn *txn, const struct case_record *old, const struct case_record *c);

/* Counts a case for its owner, who may be another one than in `old` (NULL: it is new). */
int
record_agent_move(struct store_txn *txn, struct arena *arena, const struct case_record *old,
		  const struct case_record *c);

/*
 * Puts or removes an index entry: present or not, afterwards it is as `wanted` says. value may be
 * NULL (an empty one).
 */
int
record_index(struct store_txn *txn, const struct record_key *key, bool wanted,
	     const struct span *value);

#endif
