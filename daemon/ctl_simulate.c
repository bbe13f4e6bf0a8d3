/*
 * ctl_simulate: the whole way on stored mail and a memory store: what would be done, and nothing is
 * done.
 *
 * The mails lie in a replayed INBOX in input order, so that threads, cases and known customers come
 * out as they would in life. Planned actions are read from the journal that the daemon would carry
 * out.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "ctl_render.h"
#include "engine.h"
#include "filters/message.h"
#include "ledger.h"
#include "replay.h"
#include "report.h"
#include "service.h"
#include "source.h"
#include "sync.h"

struct simulation {
	struct config *config;
	struct account_config account; /* the configured one, but reading all of INBOX */
	struct bundle *bundle;
	struct store *store;
	struct transport *replay;
	struct pool *pool;
	char **names; /* of the mails, by UID - 1 */
	size_t count, room;
	bool json, drafts;
};

static int
load(struct simulation *s, const char *path, const char *account)
{
	static const char *inbox[] = { "INBOX" };
	struct problems problems = { 0 };
	const struct account_config *found;
	int r = config_load(path, &problems, &s->config);

	if (r == 0)
		r = bundle_load(s->config->rules, s->config->rule_count, s->config,
				&engine_ruleset_options, false, &problems, &s->bundle);
	report_problems(stderr, &problems, PROBLEM_WARNING);
	if (r < 0 && problems.errors == 0)
		ctl_complain("reading %s: %s", path, strerror(-r));
	problems_free(&problems);
	if (r < 0)
		return CTL_USAGE;
	found = account ? config_account(s->config, account) : &s->config->accounts[0];
	if (!found) {
		ctl_complain("%s has no account %s", path, account);
		return CTL_USAGE;
	}
	s->account = *found;
	s->account.folders = inbox;
	s->account.folder_count = 1;
	s->account.since_ms = 1;
	return CTL_OK;
}

static int
add_name(struct simulation *s, const char *name)
{
	if (s->count == s->room) {
		size_t room = s->room ? s->room * 2 : 64;
		char **names = realloc(s->names, room * sizeof(*names));

		if (!names)
			return -ENOMEM;
		s->names = names;
		s->room = room;
	}
	s->names[s->count] = strdup(name);
	return s->names[s->count++] ? 0 : -ENOMEM;
}

/*
 * Puts every readable mail into the replayed INBOX. What cannot be read is said; the rest goes on.
 */
static int
read_mails(struct simulation *s, char **paths, size_t count)
{
	struct source *source;
	int status = CTL_OK, r;

	if (source_open(paths, count, &source) < 0)
		return CTL_FAILED;
	for (;;) {
		struct source_mail mail = { 0 };
		struct err err = { 0 };
		uint32_t uid;

		r = source_next(source, &mail, &err);
		if (r == 0)
			break;
		if (r < 0) {
			ctl_complain("%s", err.text);
			status = CTL_FAILED;
			continue;
		}
		r = replay_add(s->replay, "INBOX", mail.bytes, mail.len,
			       clock_now_ms(&clock_system), &uid);
		if (r == 0)
			r = add_name(s, mail.name);
		source_mail_free(&mail);
		if (r < 0) {
			ctl_complain("taking in the mails: %s", strerror(-r));
			status = CTL_FAILED;
			break;
		}
	}
	source_close(source);
	return status;
}

static int
judge_all(struct simulation *s, struct err *err)
{
	struct intake intake = { .store = s->store,
				 .clock = &clock_system,
				 .config = s->config,
				 .account = &s->account };
	struct intake_counts counts = { 0 };
	struct service service;
	struct sync *sync;
	uint32_t uidnext;
	int r;

	service_init(&service, s->config, s->store, &clock_system, s->pool, bundle_ref(s->bundle));
	sync = sync_new(&service, &intake, s->replay);
	r = sync ? s->replay->ops->open(s->replay, err)
		 : err_set(err, -ENOMEM, "simulating: out of memory");
	if (r == 0)
		r = sync_folder(sync, "INBOX", &uidnext, &counts, err);
	sync_free(sync);
	service_end(&service);
	return r;
}

/* The first address of a field as people write it: a draft has one. */
static json_t *
mailbox_json(struct arena *arena, const struct addresses *list)
{
	const struct address *a = list->count ? &list->list[0] : NULL;

	return json_string(!a         ? ""
			   : *a->name ? arena_printf(arena, "%s <%s>", a->name, a->address)
				      : a->address);
}

/* The mail that would be written, read as its reader will see it. */
static json_t *
written_json(const struct outbox_record_payload *payload)
{
	struct arena *arena = arena_new(0);
	struct message *m;
	json_t *written = NULL;

	if (arena && message_read(arena, payload->text, payload->len, false, &m) == 0)
		written = json_pack("{s:o,s:o,s:s,s:s%}", "from", mailbox_json(arena, &m->from),
				    "to", mailbox_json(arena, &m->to), "subject", m->subject,
				    "text", m->body, m->body_len);
	arena_free(arena);
	return written;
}

static json_t *
action_json(struct store_txn *txn, struct arena *arena, const struct outbox_record *e)
{
	struct outbox_record_payload payload;
	json_t *action = json_pack("{s:s,s:s,s:s}", "action", outbox_kind_name(e->kind), "to",
				   e->argument, "rule", e->rule);

	if (!action || record_outbox_payload(txn, arena, e->account, e->id, &payload) < 0)
		return action;
	json_object_set_new(action, "text", json_stringn(payload.text, payload.len));
	if (e->kind == OUTBOX_DRAFT || e->kind == OUTBOX_NOTIFY)
		json_object_set_new(action, e->kind == OUTBOX_DRAFT ? "draft" : "notice",
				    written_json(&payload));
	return action;
}

/* One mail: who wrote what, where it belongs, what would be done. */
static json_t *
mail_json(struct simulation *s, struct store_txn *txn, struct arena *arena,
	  const struct message_record *m, const struct outbox_record *entries, size_t count)
{
	json_t *flags = json_array(), *actions = json_array(), *mail;
	struct case_record c = { .owner = "" };
	char number[32] = "";

	for (int f = 0; f < FLAG_COUNT; f++)
		if (m->hits & 1u << f)
			json_array_append_new(flags, json_string(flag_name((enum flag)f)));
	for (size_t i = 0; i < count; i++)
		if (entries[i].message == m->id)
			json_array_append_new(actions, action_json(txn, arena, &entries[i]));
	if (m->case_id && record_case_get(txn, arena, m->case_id, &c) == 0)
		snprintf(number, sizeof(number), "C%" PRIu64, m->case_id);
	mail = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:b,s:s,s:s,s:s,s:o}", "source",
			 s->names[m->uid - 1], "message_id", m->message_id, "language", m->language,
			 "automatic", m->automatic, "from", m->from, "severity", m->severity,
			 "flags", flags, "incomplete", m->incomplete, "case", number, "joined",
			 m->joined ? m->joined : "", "owner", c.owner, "actions", actions);
	if (mail) {
		json_object_set_new(mail, "subject", json_string(m->subject));
		json_object_set(mail, "evidence", m->evidence);
	}
	return mail;
}

static void
put(const struct term *term, const json_t *object, const char *name)
{
	term_cell(term, STYLE_PLAIN, json_string_value(json_object_get(object, name)), 0);
}

static void
put_lines(const struct term *term, const json_t *text)
{
	size_t len = json_string_length(text);

	while (len > 0 && json_string_value(text)[len - 1] == '\n')
		len--;
	putc('\n', term->out);
	term_text(term, json_string_value(text), len, true);
	fputs("\n\n", term->out);
}

/* What an action would write: a mail as its reader sees it, anything else as it is. */
static void
print_written(const struct term *term, const json_t *action)
{
	static const char *const fields[][2] = { { "From", "from" },
						 { "To", "to" },
						 { "Subject", "subject" } };
	const json_t *mail = json_object_get(action, "draft");

	if (!mail)
		mail = json_object_get(action, "notice");
	if (mail)
		putc('\n', term->out);
	for (size_t i = 0; mail && i < 3; i++) {
		fprintf(term->out, "%s: ", fields[i][0]);
		put(term, mail, fields[i][1]);
		putc('\n', term->out);
	}
	put_lines(term, json_object_get(mail ? mail : action, "text"));
}

static void
print_action(const struct simulation *s, const struct term *term, const json_t *action)
{
	fputs("    ", term->out);
	term_cell(term, STYLE_PLAIN, json_string_value(json_object_get(action, "action")), 9);
	put(term, action, "to");
	fputs(*json_string_value(json_object_get(action, "to")) ? "  (" : "(", term->out);
	put(term, action, "rule");
	fputs(")\n", term->out);
	if (s->drafts && json_object_get(action, "text"))
		print_written(term, action);
}

/* Everything comes from strangers' mail: nothing reaches the terminal but through term. */
static void
print_mail(const struct simulation *s, const json_t *mail)
{
	const struct term term = term_of(stdout);
	const char *severity = json_string_value(json_object_get(mail, "severity"));
	const char *number = json_string_value(json_object_get(mail, "case"));
	const char *automatic = json_string_value(json_object_get(mail, "automatic"));
	json_t *actions = json_object_get(mail, "actions"), *action;
	size_t i;

	term_cell(&term, STYLE_STRONG, json_string_value(json_object_get(mail, "source")), 0);
	fputs("\n    from ", term.out);
	put(&term, mail, "from");
	fputs(": ", term.out);
	put(&term, mail, "subject");
	fputs("\n    severity ", term.out);
	term_cell(&term, term_severity(severity), severity, 0);
	if (strcmp(automatic, "no") != 0)
		fprintf(term.out, ", automatic (%s)", automatic);
	if (*number)
		fprintf(term.out, ", case %s (%s)", number,
			json_string_value(json_object_get(mail, "joined")));
	if (json_is_true(json_object_get(mail, "incomplete")))
		fputs(", could not be judged whole", term.out);
	putc('\n', term.out);
	render_evidence(&term, json_object_get(mail, "evidence"), "    ", false);
	json_array_foreach(actions, i, action) print_action(s, &term, action);
	if (json_array_size(actions) == 0)
		fputs("    nothing would be done\n", term.out);
}

static int
show(struct simulation *s, struct store_txn *txn, struct arena *arena)
{
	struct outbox_record *entries;
	size_t count;
	int r = ledger_outbox(txn, arena, s->account.name, &entries, &count);

	/*
	 * Records are numbered in the order in which they were made; drafts have records of their
	 * own among them.
	 */
	for (uint64_t id = 1; r == 0; id++) {
		struct message_record m;
		json_t *mail;

		r = record_message_get(txn, arena, id, &m);
		if (r < 0)
			return r == -ENOENT ? 0 : r;
		if (!m.outgoing) {
			mail = mail_json(s, txn, arena, &m, entries, count);
			if (!mail)
				r = -ENOMEM;
			else if (s->json)
				ctl_print_json(mail);
			else
				print_mail(s, mail);
			json_decref(mail);
		}
		record_message_free(&m);
	}
	return r;
}

static int
show_parked(void *context, const struct ledger_record *record)
{
	const struct simulation *s = context;

	ctl_complain("%s: would be parked: %s", s->names[record->uid - 1], record->reason);
	return 0;
}

static int
simulate(struct simulation *s)
{
	struct arena *arena = arena_new(0);
	struct store_txn *txn;
	struct err err = { 0 };
	int r = arena ? judge_all(s, &err) : -ENOMEM;

	if (r == 0)
		r = store_begin(s->store, false, &txn);
	if (r == 0) {
		r = show(s, txn, arena);
		if (r == 0)
			r = record_ledger_parked(txn, arena, show_parked, s);
		store_abort(txn);
	}
	arena_free(arena);
	if (r < 0)
		ctl_complain("simulating: %s", *err.text ? err.text : strerror(-r));
	return r < 0 ? CTL_FAILED : ctl_flush();
}

static void
end(struct simulation *s)
{
	if (s->replay)
		s->replay->ops->free(s->replay);
	store_close(s->store);
	pool_free(s->pool);
	bundle_unref(s->bundle);
	config_free(s->config);
	for (size_t i = 0; i < s->count; i++)
		free(s->names[i]);
	free(s->names);
}

int
ctl_simulate(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "config", required_argument, NULL, 'c' },
		{ "account", required_argument, NULL, 'a' },
		{ "drafts", no_argument, NULL, 'd' },
		{ 0 },
	};
	struct simulation s = { 0 };
	const char *path = CONFIG_FILE, *account = NULL;
	struct err err = { 0 };
	int option, status, failed;

	optind = 1;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'j')
			s.json = true;
		else if (option == 'd')
			s.drafts = true;
		else if (option == 'c')
			path = optarg;
		else if (option == 'a')
			account = optarg;
		else
			return ctl_usage("simulate", "the arguments are not understood");
	}
	if (optind == argc)
		return ctl_usage("simulate", "name the mails: files, folders, an mbox, a Maildir, "
					     "or - for standard input");
	status = load(&s, path, account);
	if (status != CTL_OK)
		goto out;
	s.replay = replay_new();
	if (!s.replay || store_open_memory(&s.store) < 0 || pool_new(0, &err, &s.pool) < 0) {
		ctl_complain("simulating: %s", *err.text ? err.text : "out of memory");
		status = CTL_FAILED;
		goto out;
	}
	status = read_mails(&s, argv + optind, (size_t)(argc - optind));
	failed = simulate(&s);
	status = status == CTL_OK ? failed : status;
out:
	end(&s);
	return status;
}
