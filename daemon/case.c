/*
 * case: opens a case, adds mails to it, gives it to an agent.
 *
 * Every change is one event in the case's chain and one put of the case, in the caller's
 * transaction. Never decides what should happen with a case (policy), nor which case a mail belongs
 * to (thread).
 */
#include "case.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "asked.h"
#include "participant.h"

#define CASE_PARTICIPANTS 32 /* of one mail's From and Reply-To; a longer list is no person's */
#define CASE_ADDRESS 320     /* RFC 5321 4.5.3.1: 64 for the name, 255 for the domain */

/* Takes over data (NULL when making it failed). */
static int
append(struct store_txn *txn, struct arena *arena, struct case_record *c, int64_t now_ms,
       const char *actor, const char *kind, json_t *data)
{
	int r = data ? record_event_append(txn, arena, c, now_ms, actor, kind, data) : -ENOMEM;

	json_decref(data);
	return r;
}

/*
 * A JSON string of at most RECORD_STRING_MAX bytes, cut between characters; U+FFFD alone for what
 * is not UTF-8.
 */
static json_t *
text_json(const char *text)
{
	size_t len = text ? strlen(text) : 0;
	json_t *json;

	if (len > RECORD_STRING_MAX)
		for (len = RECORD_STRING_MAX; len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80;)
			len--;
	json = json_stringn(text ? text : "", len);
	return json ? json : json_string("\xef\xbf\xbd");
}

static bool
is_participant(const struct case_record *c, const char *address)
{
	for (size_t i = 0; i < c->participant_count; i++)
		if (strcmp(c->participants[i], address) == 0)
			return true;
	return false;
}

/* list has room for CASE_PARTICIPANTS. */
static int
add_participants(struct arena *arena, struct case_record *c, const char **list,
		 const struct addresses *from)
{
	for (size_t i = 0; i < from->count && c->participant_count < CASE_PARTICIPANTS; i++) {
		const char *address = address_lower(arena, from->list[i].address);

		if (!address)
			return -ENOMEM;
		if (address[0] && strlen(address) <= CASE_ADDRESS && !is_participant(c, address))
			list[c->participant_count++] = address;
	}
	return 0;
}

/* The writer is one whatever field they were found in. */
static int
find_participants(struct arena *arena, struct case_record *c, const struct message *message,
		  struct address *writer)
{
	const char **list = arena_calloc(arena, CASE_PARTICIPANTS, sizeof(*list));
	struct addresses alone = { writer, 1 };
	int r;

	if (!list)
		return -ENOMEM;
	c->participants = list;
	r = add_participants(arena, c, list, &alone);
	if (r == 0)
		r = add_participants(arena, c, list, &message->from);
	if (r == 0)
		r = add_participants(arena, c, list, &message->reply_to);
	return r;
}

int
case_open(struct store_txn *txn, struct arena *arena, const char *account,
	  const struct message *message, uint64_t linked, int64_t now_ms,
	  struct case_record *ret_case)
{
	struct address writer = customer_of(message);
	struct case_record c = {
		.account = account,
		.customer = address_lower(arena, writer.address),
		.customer_name = writer.name,
		.subject = message->subject,
		.language = message->language,
		.owner = "",
		.severity = severity_name(SEVERITY_NONE),
		.stage = "new",
		.state = CASE_OPEN,
		.opened_ms = now_ms,
		.updated_ms = now_ms,
		.linked = linked,
	};
	json_t *data;
	int r;

	if (!c.customer)
		return -ENOMEM;
	r = find_participants(arena, &c, message, &writer);
	if (r == 0)
		r = store_next(txn, "case", &c.id);
	if (r < 0)
		return r;
	data = json_pack("{s:o}", "customer", text_json(c.customer));
	if (data && linked > 0)
		json_object_set_new(data, "linked", json_integer((json_int_t)linked));
	r = append(txn, arena, &c, now_ms, "triaged", "opened", data);
	if (r == 0)
		r = record_case_put(txn, &c);
	if (r < 0)
		return r;
	*ret_case = c;
	return 0;
}

static json_t *
flags_json(flag_set flags)
{
	json_t *list = json_array();

	for (int f = 0; f < FLAG_COUNT; f++)
		if (flags & (flag_set)1 << f)
			json_array_append_new(list, json_string(flag_name((enum flag)f)));
	return list;
}

/*
 * The customer waits from when the mail came; a clock of the server that runs ahead does not count.
 */
int64_t
case_waiting_since(const struct message_record *mail, int64_t now_ms)
{
	return mail->received_ms > 0 && mail->received_ms < now_ms ? mail->received_ms : now_ms;
}

/* Written by a person outside: what is ours, or what a machine answered, makes nobody wait. */
bool
case_mail_waits(const struct message_record *mail)
{
	return !mail->outgoing && (!mail->automatic || !mail->automatic[0] ||
				   strcmp(mail->automatic, automatic_name(AUTOMATIC_NO)) == 0);
}

int
case_mail_of(struct store_txn *txn, struct arena *arena, const struct event_record *event,
	     struct message_record *ret)
{
	json_int_t id = json_integer_value(json_object_get(event->data, "record"));
	struct message_record m;
	int r = id > 0 ? record_message_get(txn, arena, (uint64_t)id, &m) : -ENOENT;

	if (r < 0)
		return r;
	if (m.case_id != event->case_id) {
		record_message_free(&m);
		return -ENOENT;
	}
	*ret = m;
	return 0;
}

bool
case_takes_part(const struct case_record *c, const char *address)
{
	for (size_t i = 0; i < c->participant_count; i++)
		if (participant_same(c->participants[i], address))
			return true;
	return false;
}

int
case_follow(struct store_txn *txn, struct arena *arena, uint64_t id, struct case_record *ret)
{
	struct case_record c;
	int r = record_case_get(txn, arena, id, &c);

	for (unsigned steps = 0; r == 0 && c.merged; steps++)
		r = steps < CASE_MERGED_MAX ? record_case_get(txn, arena, c.merged, &c) : -ELOOP;
	if (r == 0)
		*ret = c;
	return r;
}

static int
reopen(struct store_txn *txn, struct arena *arena, struct case_record *c,
       const struct message_record *mail, int64_t now_ms)
{
	c->state = CASE_OPEN;
	return append(txn, arena, c, now_ms, "triaged", "reopened",
		      json_pack("{s:I}", "record", (json_int_t)mail->id));
}

/*
 * What a mail says about how far the case is: an answer to an offer is read for a yes, which only a
 * person can; who complains again when all was agreed is not content.
 */
static int
follow_stage(struct store_txn *txn, struct arena *arena, struct case_record *c,
	     const struct message_record *mail, int64_t now_ms)
{
	static const char *const late[] = { "agreed", "fulfilling", "confirmed" };
	flag_set unhappy = flag_set_by_name("threat") | flag_set_by_name("abuse") |
			   flag_set_by_name("demand") | (flag_set)1 << FLAG_SIGNAL_REPEAT;
	const char *before = c->stage;

	if (strcmp(before, "offered") == 0 && !(mail->hits & unhappy))
		return append(txn, arena, c, now_ms, "triaged", "alarm",
			      json_pack("{s:s}", "text",
					"the customer answers the offer; do they agree? then say "
					"case stage agreed"));
	for (size_t i = 0; i < sizeof(late) / sizeof(*late); i++) {
		if (strcmp(before, late[i]) != 0 || !(mail->hits & unhappy))
			continue;
		c->stage = "investigating";
		return append(txn, arena, c, now_ms, "triaged", "stage",
			      json_pack("{s:o, s:s, s:s}", "before", text_json(before), "stage",
					c->stage, "reason", "the customer is not content"));
	}
	return 0;
}

int
case_add_mail(struct store_txn *txn, struct arena *arena, struct case_record *c,
	      const struct message_record *mail, enum severity severity, int64_t now_ms)
{
	const char *asks = asked_line(arena, &mail->claims);
	const char *orders = asked_orders_line(arena, &mail->claims);
	struct case_record next = *c;
	json_t *data;
	int r;

	if (!asks || !orders)
		return -ENOMEM;
	next.messages++;
	next.flags |= mail->hits;
	next.last_message = mail->id;
	next.updated_ms = now_ms;
	if ((int)severity > severity_by_name(next.severity))
		next.severity = severity_name(severity);
	data = json_pack(
		"{s:I, s:o*, s:o, s:o, s:s, s:o, s:o*, s:o*, s:o*}", "record", (json_int_t)mail->id,
		"digest", mail->digest && *mail->digest ? text_json(mail->digest) : NULL, "subject",
		text_json(mail->subject), "flags", flags_json(mail->hits), "severity",
		severity_name(severity), "ruleset", text_json(mail->ruleset_hash), "forwarded_by",
		mail->forwarded_by && *mail->forwarded_by ? text_json(mail->forwarded_by) : NULL,
		"asks_for", *asks ? text_json(asks) : NULL, "orders",
		*orders ? text_json(orders) : NULL);
	r = append(txn, arena, &next, now_ms, mail->outgoing ? "triaged" : "customer", "mail",
		   data);
	if (r == 0 && case_mail_waits(mail)) {
		if (next.waiting_ms == 0)
			next.waiting_ms = case_waiting_since(mail, now_ms);
		if (!next.awaits || strcmp(next.awaits, "us") != 0) {
			next.awaits = "us";
			next.awaits_ms = next.waiting_ms;
		}
		if (next.state == CASE_SOLVED)
			r = reopen(txn, arena, &next, mail, now_ms);
		if (r == 0)
			r = follow_stage(txn, arena, &next, mail, now_ms);
	}
	if (r == 0)
		r = record_case_put(txn, &next);
	if (r == 0)
		*c = next;
	return r;
}

int
case_assign(struct store_txn *txn, struct arena *arena, struct case_record *c, const char *agent,
	    const char *reason, const char *actor, int64_t now_ms)
{
	struct case_record next = *c;
	const char *before = c->owner ? c->owner : "";
	json_t *data;
	int r;

	if (strcmp(before, agent) == 0)
		return 0;
	next.owner = arena_strdup(arena, agent);
	if (!next.owner)
		return -ENOMEM;
	next.updated_ms = now_ms;
	data = json_pack("{s:o, s:o, s:o}", "before", text_json(before), "owner", text_json(agent),
			 "reason", text_json(reason));
	r = append(txn, arena, &next, now_ms, actor, "assigned", data);
	if (r == 0)
		r = record_case_put(txn, &next);
	if (r == 0)
		*c = next;
	return r;
}

uint64_t
case_number(const char *text)
{
	char *end;
	unsigned long long n;

	if (text[0] == 'C' || text[0] == 'c')
		text++;
	/* strtoull would also take a sign or spaces. */
	if (!isdigit((unsigned char)text[0]))
		return 0;
	errno = 0;
	n = strtoull(text, &end, 10);
	return errno == 0 && *end == '\0' && n <= INT64_MAX ? n : 0;
}
