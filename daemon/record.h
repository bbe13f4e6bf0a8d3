/*
 * record: what is kept, as structs; and how each is written to and read from the store.
 *
 * Values are compact JSON objects (keys sorted, so that equal records are equal bytes). Unknown
 * members are ignored when read, missing ones are zero: older and newer programs can read each
 * other's records. Strings of a record that was read live in the arena given. Message bodies are
 * never kept; evidence excerpts are. A string is kept as valid UTF-8 and up to RECORD_STRING_MAX
 * bytes, evidence up to RECORD_EVIDENCE_MAX: no mail can make a record too large. NULL strings
 * count as "".
 *
 * Keys: the account's name and a zero byte (only a zero byte for what is shared by all accounts),
 * one letter for the table, then numbers as big-endian integers and strings as they are (a string
 * that would not fit STORE_KEY_MAX is replaced by its SHA-256). Index entries hold an id or
 * nothing. An empty account is -EINVAL, and so is a customer put without an address. Visitors must
 * not write to the transaction. record_*_get returns -ENOENT when there is none, -EBADMSG when it
 * cannot be read.
 */
#ifndef DAEMON_RECORD_H
#define DAEMON_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

#include "filters/arena.h"
#include "filters/claim.h"
#include "filters/flag.h"
#include "store.h"

#define RECORD_STRING_MAX 4096
#define RECORD_EVIDENCE_MAX (256u << 10)

/* Where intake stands in one folder. */
struct cursor_record {
	const char *account, *folder; /* key */
	uint32_t uidvalidity;
	uint32_t next;    /* the lowest UID that is not finished; all below are. 0: match the folder
			     again, however little fits */
	int64_t since_ms; /* mail that arrived before is none of ours */
	const char *
		parked; /* why this folder is not read until a person says so; "" when it is read */
	uint32_t parked_uidvalidity; /* the numbering it was last parked under; 0: never */
	uint32_t parked_uid;         /* the highest UID then: what is above came afterwards */
};

enum ledger_state {
	LEDGER_PLANNED, /* judged and committed; outbox entries are not all finished. Without a
			   message: yet to be judged */
	LEDGER_DONE,
	LEDGER_PARKED, /* not judged or not carried out: a person must look; reason says why */
};

struct ledger_record {
	const char *account, *folder; /* key */
	uint32_t uidvalidity, uid;    /* key */
	enum ledger_state state;
	const char *reason; /* "" but for parked, and done for another reason than judging ("ours",
			       "duplicate") */
	uint64_t message;   /* message record, 0 when there is none */
	unsigned open;      /* outbox entries not finished */
};

struct message_record {
	uint64_t id; /* key */
	const char *account;
	const char *folder;   /* where it was found, or where we moved it */
	const char *moved_by; /* the policy rule for which we moved it there; "" */
	uint32_t uidvalidity, uid;
	const char *message_id;  /* "" when none */
	const char *digest;      /* SHA-256 of the raw bytes read, hex */
	const char *fingerprint; /* SHA-256 over Message-ID, size and Date: survives UIDVALIDITY
				    changes and moves */
	const char *content; /* SHA-256 over writer, date, subject and text: the same in a second
				delivery of the mail */
	uint64_t size;
	int64_t date;        /* seconds; the Date field, 0 when none */
	int64_t received_ms; /* INTERNALDATE */
	int64_t judged_ms;
	const char *from, *from_name, *subject;
	const char
		*forwarded_by; /* the colleague who passed it on; from is then the customer; "" */
	const char *language, *automatic;
	const char *severity;
	flag_set hits, undetermined;
	bool incomplete;
	uint64_t cut;     /* bytes read, and digested, of a mail larger than message_max; 0: all */
	json_t *evidence; /* array of {flag, rule, part, offset, length, text, score}; owned by the
			     record's reader: record_message_free */
	struct claims claims; /* what its writer asks for, and the orders they name */
	const char *ruleset_hash;
	uint64_t case_id;      /* 0 when it belongs to none */
	uint64_t parent;       /* the message record that it answers, 0: not known */
	const char *joined;    /* why it belongs there: "new", "references", "subject", ...;
				  "references, colleague" when its writer is no participant */
	uint64_t gmail_thread; /* X-GM-THRID, 0 when the server has none */
	bool outgoing;         /* one of ours (Sent, a draft) */
};

enum case_state {
	CASE_OPEN,
	CASE_SOLVED,
};

/* What is done about a complaint, for now or for good; with a date it is a promise. */
struct measure {
	const char *text; /* "" none */
	int64_t due_ms;   /* 0: not said */
	int64_t done_ms;  /* when that promise was kept; 0: it was not */
	uint64_t promise; /* of the case, open; 0: none */
};

struct case_record {
	uint64_t id; /* key; shown as C<id> */
	const char *account;
	const char *customer; /* address, lower case */
	const char *customer_name;
	const char *subject;
	const char *language;
	const char *owner;    /* "" when nobody */
	const char *severity; /* the highest so far */
	const char *stage;    /* "new" ... */
	enum case_state state;
	flag_set flags; /* of all messages */
	int64_t opened_ms, updated_ms;
	int64_t waiting_ms;   /* since when the customer waits for us; 0 when they do not */
	const char *awaits;   /* whose turn it is: "us", "customer", "colleagues"; "" nobody's */
	int64_t awaits_ms;    /* since when */
	int64_t forgotten_ms; /* when what it said of people was erased; 0: it was not */
	unsigned messages;
	uint64_t last_message;
	uint64_t linked;       /* the case that a stranger tried to write into, 0 when none */
	uint64_t merged;       /* the case that it became a part of, 0: none */
	const char *situation; /* understood wider than the mail says; "" not said */
	struct measure interim, lasting; /* for now, and for good */
	const char *fault; /* whose it is: "ours", "shared", "theirs", "baseless"; "" not known */
	int64_t hold_ms;   /* nobody answers before; 0: no hold */
	const char *hold_by, *hold_reason;
	uint64_t promises;   /* made in this case, ever: the number of the last one */
	int64_t promise_ms;  /* when the earliest open promise is due; 0: none is open */
	bool owes;           /* an open promise is more than to write to the customer */
	bool overdue;        /* an open promise was not kept in time */
	int64_t answered_ms; /* our last answer; 0: none yet */
	int64_t response_due_ms, resolve_due_ms; /* clocks of sla.h; 0: it does not run */
	bool response_late, resolve_late;        /* they were passed */
	int64_t solved_ms;                       /* 0: it is not solved */
	const char *approved; /* what may be given to the customer, in words; "" nothing */
	const char *approved_by;
	uint32_t worked;   /* minutes that our people say they worked on it */
	const char *cause; /* what it comes from, as a person put it; "" not said */
	const char **asks; /* what the customer asked for in any mail, as asked_label() has it */
	size_t ask_count;
	const char **orders; /* that the customer named */
	size_t order_count;
	bool colleagues;           /* whoever writes from the customer's domain may join */
	const char *subject_token; /* check value of subject_token.h; "" none was made */
	const char *conduct_told;  /* the last step of conduct.h that a draft of this case tells */
	uint64_t last_event;       /* number and hash of the newest event: the chain's end */
	const char *last_hash;
	const char **participants; /* addresses, lower case */
	size_t participant_count;
};

/* What is measured in a case, in working time: see sla.h. */
enum target_clock {
	TARGET_FIRST,   /* our first answer */
	TARGET_NEXT,    /* our answer to each later mail of the customer */
	TARGET_RESOLVE, /* the case is solved */
	TARGET_CLOCKS
};

/* A clock that runs. */
struct timer_record {
	int64_t due_ms;
	uint64_t case_id;
	bool resolve; /* that of the solution; else that of an answer */
};

/* A clock that was passed. */
struct breach_record {
	uint64_t case_id;
	int64_t at_ms, due_ms;
	enum target_clock clock;
};

/* A sum that somebody let a customer have. */
struct approval_record {
	int64_t at_ms;
	const char *currency; /* ISO 4217 */
	int64_t units;        /* of the smallest: won, cents, pence */
	uint64_t case_id;     /* 0: several cases', put together when the list was full */
	const char *by, *reason;
};

struct customer_record {
	const char *address; /* key, lower case */
	const char *name;
	const char *owner; /* "" when nobody */
	int64_t first_ms, last_ms;
	unsigned messages, cases;
	const char *conduct;      /* the last step of conduct.h, "" for none ... */
	int64_t conduct_ms;       /* ... and until when it counts */
	const char **conduct_log; /* every step, a line each, oldest first */
	size_t conduct_count;
	struct approval_record *approvals; /* oldest first */
	size_t approval_count;
	const char **minds; /* wishes and deal-breakers, as card.h writes them, oldest first */
	size_t mind_count;
	const char *standing; /* "keep", "share", "part", decided by a person; "" not decided */
	const char *standing_by, *standing_reason;
	int64_t standing_ms;
	const char *value, *currency; /* imported: what they are worth to us; "" not known */
	const char *since, *remark;   /* imported: a day, and a note; "" */
	int64_t imported_ms;          /* 0: never */
	const char **card_log;        /* what people did to the card, a line each, oldest first */
	size_t card_log_count;
};

struct event_record {
	uint64_t case_id, number; /* key; numbers start at 1 */
	int64_t at_ms;
	const char *actor; /* "triaged", "customer", or a user's name */
	const char *kind;  /* "mail", "judged", "assigned", "draft", "moved", ... */
	json_t *data;
	const char *previous; /* hash of the event before, 64 zeros for the first */
	const char *hash;     /* SHA-256 over the record without this member */
	bool erased;          /* actor and data were; a later "forgotten" event says so */
};

/* What is counted of an agent, kept by record_case_put(). */
struct agent_record {
	const char *name; /* key */
	uint64_t open;    /* open cases that they own */
	uint64_t given;   /* the order in which agents were last given a case; 0: never */
};

/*
 * Something that a customer may rely on until a time; or, inside, what our own people are to say
 * until then, of which the customer knows nothing.
 */
struct promise_record {
	uint64_t case_id, number; /* key; numbers start at 1 */
	const char *account;
	const char *text;
	const char *made_by;
	int64_t made_ms, due_ms;
	int64_t wake_ms;  /* when triaged has something to say of it; 0: nothing any more */
	int64_t ended_ms; /* 0: open */
	bool kept;        /* ended because it was; else it was called off, or moved */
	bool moved;       /* ended here: it goes on in the case that this one was merged into */
	bool inside;
	bool by_mail; /* the next mail of ours to the customer keeps it */
};

/* What a person said of one flag of a mail. */
struct correction_record {
	uint64_t message; /* key */
	enum flag flag;   /* key */
	bool missing;     /* it should have been raised; false: it should not have been */
	const char *account;
	uint64_t case_id; /* 0 when the mail belongs to none */
	const char *actor;
	const char *how; /* "said", or "moved" out of the folder that we moved the mail to */
	int64_t at_ms;
	const char **rules; /* whose evidence raised it; none when it was missing */
	size_t rule_count;
};

enum outbox_kind {
	OUTBOX_KEYWORD,  /* add keyword argument */
	OUTBOX_FLAG,     /* add \Flagged */
	OUTBOX_COPY,     /* copy to folder argument */
	OUTBOX_DRAFT,    /* append payload to the drafts folder */
	OUTBOX_MOVE,     /* move to folder argument */
	OUTBOX_NOTIFY,   /* send payload by SMTP to argument */
	OUTBOX_WEBHOOK,  /* POST payload to the webhook named argument */
	OUTBOX_WITHDRAW, /* take the draft message_id out of the drafts folder again */
	OUTBOX_KIND_COUNT
};

enum outbox_state {
	OUTBOX_PLANNED,
	OUTBOX_STARTED, /* found at start: we died in between, which makes it unknown */
	OUTBOX_UNKNOWN,
	OUTBOX_DONE,
	OUTBOX_FAILED, /* given up: a person must look; error says why */
};

struct outbox_record {
	uint64_t id;         /* key */
	const char *account; /* key */
	enum outbox_kind kind;
	enum outbox_state state;
	const char *folder; /* of the message acted on */
	uint32_t uidvalidity, uid;
	uint64_t message, case_id;
	const char *argument;
	const char *template; /* of the draft; "" for other kinds */
	const char *names;    /* the largest sum that the draft gives, "$15"; "" it names none */
	const char *digest;   /* of the draft as it was laid out: SHA-256; "" for other kinds */
	const char *likeness; /* of its text, by likeness.h; "" for other kinds */
	const char
		*message_id; /* of the draft or notice, or of the message that is moved or copied */
	uint64_t size;       /* of the draft, or of the message that is moved or copied */
	uint32_t target_validity,
		target_next; /* UIDVALIDITY and UIDNEXT of the target folder before we acted */
	unsigned attempts;
	int64_t next_ms;   /* not before */
	const char *error; /* of the last attempt, "" when none */
	const char *rule;  /* the policy line that asked for it */
	int64_t planned_ms, ended_ms;
};

struct outbox_record_payload {
	const char *text;
	size_t len;
};

/* "keyword", "flag", "copy", "draft", "move", "notify", "webhook", "withdraw" */
const char *
outbox_kind_name(enum outbox_kind kind);

const char *
outbox_state_name(enum outbox_state state);

const char *
ledger_state_name(enum ledger_state state);

int
record_cursor_get(struct store_txn *txn, struct arena *arena, const char *account,
		  const char *folder, struct cursor_record *ret);

int
record_cursor_put(struct store_txn *txn, const struct cursor_record *record);

int
record_ledger_get(struct store_txn *txn, struct arena *arena, const char *account,
		  const char *folder, uint32_t uidvalidity, uint32_t uid,
		  struct ledger_record *ret);

int
record_ledger_put(struct store_txn *txn, const struct ledger_record *record);

int
record_ledger_delete(struct store_txn *txn, const char *account, const char *folder,
		     uint32_t uidvalidity, uint32_t uid);

/*
 * Visits the ledger of one folder and UIDVALIDITY in UID order, from `uid` on. Same answers as
 * store_visit.
 */
int
record_ledger_each(struct store_txn *txn, struct arena *arena, const char *account,
		   const char *folder, uint32_t uidvalidity, uint32_t uid,
		   int (*visit)(void *context, const struct ledger_record *record), void *context);

/* Also keeps the indexes by Message-ID and by fingerprint (per account). */
int
record_message_put(struct store_txn *txn, const struct message_record *record);

int
record_message_get(struct store_txn *txn, struct arena *arena, uint64_t id,
		   struct message_record *ret);

/* The newest message record of that account in this conversation of Gmail's, or -ENOENT. */
int
record_message_by_gmail_thread(struct store_txn *txn, const char *account, uint64_t thread,
			       uint64_t *ret_id);

/* Frees what the arena does not hold (evidence). */
void
record_message_free(struct message_record *record);

/*
 * The newest message record of that account with this Message-ID / fingerprint: its id, or -ENOENT.
 */
int
record_message_by_id(struct store_txn *txn, const char *account, const char *message_id,
		     uint64_t *ret_id);

int
record_message_by_fingerprint(struct store_txn *txn, const char *account, const char *fingerprint,
			      uint64_t *ret_id);

/*
 * Erases what a message record says of people: of a mail of the customer's its digests and its
 * place stay, without its case, so that the mail is not taken for a new one; a draft of ours
 * goes whole. Its corrections and its Message-ID in the index go. -ENOENT when there is none.
 */
int
record_message_erase(struct store_txn *txn, struct arena *arena, uint64_t id);

/* A message record, as it is written. */
typedef int
record_raw_visit(void *context, uint64_t id, struct span value);

/* Visits message records from that number on. Same answers as store_visit. */
int
record_message_raw(struct store_txn *txn, uint64_t from, record_raw_visit *visit, void *context);

int
record_case_get(struct store_txn *txn, struct arena *arena, uint64_t id, struct case_record *ret);

/* All zero for an agent who owned nothing yet. */
int
record_agent_get(struct store_txn *txn, struct arena *arena, const char *name,
		 struct agent_record *ret);

/* Who of a list was given a case last; "" when nobody was. list: a name of ours for it. */
int
record_turn_get(struct store_txn *txn, struct arena *arena, const char *list,
		const char **ret_last);

int
record_turn_put(struct store_txn *txn, const char *list, const char *last);
/* Visits cases, as they are written, from that number on. Same answers as store_visit. */
int
record_case_raw(struct store_txn *txn, uint64_t from, record_raw_visit *visit, void *context);

/* Solved cases that are not forgotten, those first that were solved first. As store_visit. */
int
record_case_solved(struct store_txn *txn,
		   int (*visit)(void *context, uint64_t id, int64_t solved_ms), void *context);

/* The highest numbers of a case and of a message record; 0 when there is none. */
int
record_last_numbers(struct store_txn *txn, uint64_t *ret_case, uint64_t *ret_message);

/*
 * Also keeps how many open cases an agent owns, the queue index (open cases with an overdue
 * promise, then those whose answer is late, each by severity, then by how long the customer has
 * waited), the index of open cases by customer and subject, and those of the clocks of sla.h.
 */
int
record_case_put(struct store_txn *txn, const struct case_record *record);

/* Open cases, most urgent first. account may be NULL (all). Same answers as store_visit. */
int
record_case_queue(struct store_txn *txn, struct arena *arena, const char *account,
		  int (*visit)(void *context, const struct case_record *record), void *context);

#define RECORD_SUBJECT_CASES 8 /* that record_case_by_subject visits */

/*
 * Open cases of that customer, from whichever subaddress, whose subject is the same but for marks
 * of an answer (subject.h): the newest first, RECORD_SUBJECT_CASES at most. None when the customer
 * is "" or the subject says too little. Same answers as store_visit.
 */
int
record_case_by_subject(struct store_txn *txn, struct arena *arena, const char *account,
		       const char *customer, const char *subject,
		       int (*visit)(void *context, const struct case_record *record),
		       void *context);

/*
 * Cases of a customer, open or not, the newest first. None when the address is "". A case that was
 * last changed by a triaged that kept no such index is not among them. Same answers as store_visit.
 */
int
record_case_of_customer(struct store_txn *txn, struct arena *arena, const char *address,
			int (*visit)(void *context, const struct case_record *record),
			void *context);

int
record_customer_get(struct store_txn *txn, struct arena *arena, const char *address,
		    struct customer_record *ret);

int
record_customer_put(struct store_txn *txn, const struct customer_record *record);

/* -ENOENT when there is none. */
int
record_customer_delete(struct store_txn *txn, const char *address);

/*
 * Addresses of customers that begin and end so, at most max of them, in the arena. Those so long
 * that they are kept by their hash are not found.
 */
int
record_customer_list(struct store_txn *txn, struct arena *arena, const char *start, const char *end,
		     size_t max, const char **ret_list, size_t *ret_count);

/* Also keeps the index by wake_ms. */
int
record_promise_put(struct store_txn *txn, struct arena *arena, const struct promise_record *record);

int
record_promise_get(struct store_txn *txn, struct arena *arena, uint64_t case_id, uint64_t number,
		   struct promise_record *ret);

/* Erases the words of every promise of a case; one that is open is called off. */
int
record_promise_erase(struct store_txn *txn, struct arena *arena, uint64_t case_id, int64_t now_ms);

/* Visits the promises of a case by number. */
int
record_promise_each(struct store_txn *txn, struct arena *arena, uint64_t case_id,
		    int (*visit)(void *context, const struct promise_record *record),
		    void *context);

/*
 * The promise that is to wake up first, whatever the case. -ENOENT when none is.
 */
int
record_promise_first(struct store_txn *txn, struct arena *arena, struct promise_record *ret);

/* The clock that is due first, whatever the case. -ENOENT when none runs. */
int
record_timer_first(struct store_txn *txn, struct timer_record *ret);

/* Puts down that a clock was passed. */
int
record_breach_put(struct store_txn *txn, const struct breach_record *record);

/* What was passed from a moment on, in order. Same answers as store_visit. */
int
record_breach_each(struct store_txn *txn, struct arena *arena, int64_t since_ms,
		   int (*visit)(void *context, const struct breach_record *record), void *context);

/* The cases that were solved from a moment on and still are, in order. As store_visit. */
int
record_solved_each(struct store_txn *txn, int64_t since_ms,
		   int (*visit)(void *context, uint64_t case_id, int64_t at_ms), void *context);

/* Whether the digest of a day (YYYYMMDD) was planned; puts down that it was. */
int
record_digest_get(struct store_txn *txn, long day, bool *ret_planned);

int
record_digest_put(struct store_txn *txn, long day);

/*
 * Appends an event to a case's chain: sets c->last_event and c->last_hash (strings in the arena);
 * the caller puts the case. data may be NULL; it is not taken over.
 */
int
record_event_append(struct store_txn *txn, struct arena *arena, struct case_record *c,
		    int64_t at_ms, const char *actor, const char *kind, json_t *data);

/* Visits a case's events in order; data is freed after the visit. */
int
record_event_each(struct store_txn *txn, struct arena *arena, uint64_t case_id,
		  int (*visit)(void *context, const struct event_record *record), void *context);

/* The same as they are written: a JSON object each. */
int
record_event_raw(struct store_txn *txn, uint64_t case_id, store_visit *visit, void *context);

/*
 * What is left of an event that is erased: number, time, kind, both hashes, and that it was.
 * malloc'd JSON; NULL when the event cannot be read or memory ran out. The same for one that is
 * erased.
 */
char *
record_event_rest(struct span event);

/* A list of numbers from..to, as a tombstone names them. */
struct record_range {
	uint64_t from, to;
};

/*
 * Appends the event by which events of the case are to be erased: all of `ranges`, but for earlier
 * ones of its kind. It seals what is left of every event before it, so that afterwards none of
 * them can be changed, and no other be erased, without the chain showing it. cause: "asked" or
 * "retention". The caller puts the case, and erases with record_event_erase, now or later.
 */
int
record_event_forget(struct store_txn *txn, struct arena *arena, struct case_record *c,
		    int64_t at_ms, const char *actor, const char *cause, const char *reason,
		    const struct record_range *ranges, size_t count);

/* Erases an event that a tombstone names; one that is erased stays so. -EPERM: a tombstone. */
int
record_event_erase(struct store_txn *txn, uint64_t case_id, uint64_t number);

/*
 * The events of one case, checked one after the other. An event that was erased counts when it
 * keeps its hash and its place, and a tombstone after it names it and seals what is left of it.
 */
struct record_chain {
	uint64_t case_id;       /* 0: that of the first event */
	uint64_t number;        /* of the event that must come next */
	char previous[65];      /* hash of the one before */
	char seal[65];          /* over what is left, or would be, of all events so far */
	uint64_t erased;        /* how many were */
	unsigned char *unnamed; /* by number: erased, and no tombstone has named it yet */
	size_t unnamed_size;
};

void
record_chain_begin(struct record_chain *chain, uint64_t case_id);

/* Whether the event as it is written comes next; then the chain moves on. */
bool
record_chain_take(struct record_chain *chain, struct span event);

/*
 * After the last event, and in any case: frees. Whether every event that is erased was named; else
 * chain->number is that of the first that was not.
 */
bool
record_chain_end(struct record_chain *chain);

/*
 * Whether the chain holds, up to the end that the case's record names: 0, or -EBADMSG with the
 * number of the first event that does not fit or is missing. -ENOENT when there is no such case.
 */
int
record_event_verify(struct store_txn *txn, uint64_t case_id, uint64_t *ret_number);

/*
 * Keeps a correction, in place of an earlier one of the same flag and mail, and counts it for the
 * rules that raised the flag.
 */
int
record_correction_put(struct store_txn *txn, struct arena *arena,
		      const struct correction_record *record);

/* Takes a correction back. -ENOENT when there is none. */
int
record_correction_delete(struct store_txn *txn, struct arena *arena, uint64_t message,
			 enum flag flag);

/* Takes out what was said of a mail; what was counted for its rules stays counted. */
int
record_correction_erase(struct store_txn *txn, uint64_t message);

int
record_correction_get(struct store_txn *txn, struct arena *arena, uint64_t message, enum flag flag,
		      struct correction_record *ret);

/* All corrections in the order of their mails' numbers, from that number on. As store_visit. */
int
record_correction_each(struct store_txn *txn, struct arena *arena, uint64_t from,
		       int (*visit)(void *context, const struct correction_record *record),
		       void *context);

/* Corrections against a rule: mails in which it helped to raise a flag that was wrong. */
int
record_corrections_of_rule(struct store_txn *txn, struct arena *arena, const char *rule,
			   uint64_t *ret_count);

/*
 * Puts an entry. Unfinished entries (planned, started, unknown) are also indexed by account, so
 * that record_outbox_each finds them without reading the finished ones. payload may be NULL (left
 * as it is); it is deleted when the entry is done.
 */
int
record_outbox_put(struct store_txn *txn, const struct outbox_record *record,
		  const struct outbox_record_payload *payload);

int
record_outbox_get(struct store_txn *txn, struct arena *arena, const char *account, uint64_t id,
		  struct outbox_record *ret);

/*
 * Ends an entry as done and erases what it holds of people: payload, mail, error. A draft or notice
 * keeps its Message-ID, by which we know our own mail again.
 */
int
record_outbox_erase(struct store_txn *txn, struct arena *arena, const struct outbox_record *record);

/* The payload, copied into the arena; -ENOENT when there is none. */
int
record_outbox_payload(struct store_txn *txn, struct arena *arena, const char *account, uint64_t id,
		      struct outbox_record_payload *ret);

/*
 * Unfinished entries of one account with id >= from, in id order (the order in which they were
 * decided). Same answers as store_visit.
 */
int
record_outbox_each(struct store_txn *txn, struct arena *arena, const char *account, uint64_t from,
		   int (*visit)(void *context, const struct outbox_record *record), void *context);

/* Entries that need a person (failed, and unknown ones that must not be repeated), all accounts. */
int
record_outbox_troubled(struct store_txn *txn, struct arena *arena,
		       int (*visit)(void *context, const struct outbox_record *record),
		       void *context);

/* Ledger entries that are parked, all accounts. */
int
record_ledger_parked(struct store_txn *txn, struct arena *arena,
		     int (*visit)(void *context, const struct ledger_record *record),
		     void *context);

/* What links cases of an account; the text is an order number, or a customer's address. */
enum case_link {
	CASE_LINK_ORDER,
	CASE_LINK_CUSTOMER,
};

/* Keeps that the case has this text. "" is nothing. */
int
record_link_put(struct store_txn *txn, const char *account, enum case_link link, const char *text,
		uint64_t case_id);

int
record_link_delete(struct store_txn *txn, const char *account, enum case_link link,
		   const char *text, uint64_t case_id);

/* Visits the numbers of the cases with this text, the newest first. Same answers as store_visit. */
int
record_link_each(struct store_txn *txn, const char *account, enum case_link link, const char *text,
		 int (*visit)(void *context, uint64_t case_id), void *context);

/* What a case is about, for finding those that recur: words of its mails, never the mails. */
struct topic_record {
	const char *account; /* key */
	int64_t opened_ms;   /* key */
	uint64_t case_id;    /* key */
	const char *cause;   /* as of the case */
	const char **words;
	size_t word_count;
};

int
record_topic_put(struct store_txn *txn, const struct topic_record *record);

int
record_topic_get(struct store_txn *txn, struct arena *arena, const struct case_record *c,
		 struct topic_record *ret);

int
record_topic_delete(struct store_txn *txn, const struct case_record *c);

/* Those of one account, the newest case first. Same answers as store_visit. */
int
record_topic_each(struct store_txn *txn, struct arena *arena, const char *account,
		  int (*visit)(void *context, const struct topic_record *record), void *context);

/* SHA-256 as 64 hex digits and a NUL. */
void
record_sha256(const void *data, size_t len, char ret_hex[65]);

/* The fingerprint of a message. date_text is the Date field as written. */
void
record_fingerprint(const char *message_id, uint64_t size, const char *date_text, char ret_hex[65]);

/* Somebody who is being forgotten, until all is done. */
struct forget_record {
	const char *address; /* key, lower case */
	const char *actor, *reason;
	int64_t at_ms;
	uint64_t next_case, last_case;       /* still to be looked at */
	uint64_t next_message, last_message; /* the same */
	uint64_t cases, others, messages;    /* so far: theirs, of others in which they occurred */
};

int
record_forget_put(struct store_txn *txn, const struct forget_record *record);

/* address NULL: any. */
int
record_forget_get(struct store_txn *txn, struct arena *arena, const char *address,
		  struct forget_record *ret);

int
record_forget_delete(struct store_txn *txn, const char *address);

/* Notes that events of a case up to that number are still to be erased; 0: none any more. */
int
record_erasing_set(struct store_txn *txn, uint64_t case_id, uint64_t upto);

/* A case with events that are still to be erased. -ENOENT: there is none. */
int
record_erasing_first(struct store_txn *txn, uint64_t *ret_case_id, uint64_t *ret_upto);

struct retention_record {
	int64_t seen_ms;       /* when it last ran */
	int64_t wait_ms;       /* nothing before; 0 */
	uint64_t next_message; /* still to be looked at */
};

/* All zero when it never ran. */
int
record_retention_get(struct store_txn *txn, struct arena *arena, struct retention_record *ret);

int
record_retention_put(struct store_txn *txn, const struct retention_record *record);

#endif
