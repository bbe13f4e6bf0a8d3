/*
 * heart_help: see heart_help.h.
 */
#include "heart_help.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/engine.h"
#include "daemon/ledger.h"

struct heart_tricks tricks;
_Atomic unsigned heart_waits;

static const struct transport_ops *server;
static struct transport_ops tricky_server;
static const struct store_ops *disk;
static struct store_ops tricky_disk;

static int
lose(struct transport *t, struct err *err)
{
	server->close(t);
	return err_set(err, -EPIPE, "the connection broke");
}

static void
note(const char *what, uint32_t uid)
{
	size_t len = strlen(tricks.log);

	if (uid)
		snprintf(tricks.log + len, sizeof(tricks.log) - len, "%s:%u ", what, uid);
	else
		snprintf(tricks.log + len, sizeof(tricks.log) - len, "%s ", what);
}

static int
tricky_select(struct transport *t, const char *folder, struct folder_state *ret, struct err *err)
{
	int r;

	tricks.selects++;
	if (tricks.selected)
		tricks.selected();
	r = server->select(t, folder, ret, err);
	if (r == 0 && tricks.no_uidnext)
		ret->uidnext = 0;
	if (r == 0)
		ret->keywords = !tricks.no_keywords;
	return r;
}

static int
tricky_status(struct transport *t, const char *folder, struct folder_state *ret, struct err *err)
{
	if (tricks.status == -EPIPE)
		return lose(t, err);
	return tricks.status ? err_set(err, tricks.status, "no status")
			     : server->status(t, folder, ret, err);
}

static int
tricky_list(struct transport *t, uint32_t first, struct listed **ret, size_t *ret_count,
	    struct err *err)
{
	void (*listed)(void) = tricks.listed;
	int r = server->list(t, first, ret, ret_count, err);

	tricks.lists++;
	tricks.listed = NULL;
	if (listed)
		listed();
	return r;
}

static int
tricky_fetch(struct transport *t, const struct listed *wanted, size_t count, size_t max_bytes,
	     transport_fetched *fetched, void *context, struct err *err)
{
	tricks.fetches++;
	for (size_t i = 0; i < count; i++) {
		int r;

		if (tricks.fetched)
			tricks.fetched(wanted[i].uid);
		if (tricks.refused_from && wanted[i].uid >= tricks.refused_from)
			return err_set(err, -EPERM, "NO");
		if (wanted[i].uid == tricks.lost_at)
			return lose(t, err);
		if (wanted[i].uid == tricks.hidden)
			continue;
		r = server->fetch(t, &wanted[i], 1, max_bytes, fetched, context, err);
		if (r)
			return r;
	}
	return 0;
}

static int
tricky_add_flag(struct transport *t, uint32_t uid, const char *flag, struct err *err)
{
	if (tricks.add_flag)
		return err_set(err, tricks.add_flag, "no flags");
	note(flag, uid);
	return server->add_flag(t, uid, flag, err);
}

static int
tricky_copy(struct transport *t, uint32_t uid, const char *folder, struct err *err)
{
	if (tricks.copy)
		return err_set(err, tricks.copy, "no copies");
	note("copy", uid);
	return server->copy(t, uid, folder, err);
}

static int
tricky_move(struct transport *t, uint32_t uid, const char *folder, bool already_copied,
	    uint32_t *ret_validity, uint32_t *ret_uid, struct err *err)
{
	if (tricks.move)
		return err_set(err, tricks.move, "no moves");
	if (uid == tricks.lost_move)
		return lose(t, err);
	if (tricks.half_move) {
		tricks.half_move = false;
		server->copy(t, uid, folder, err);
		return lose(t, err);
	}
	note(already_copied ? "remove" : "move", uid);
	return server->move(t, uid, folder, already_copied, ret_validity, ret_uid, err);
}

static int
tricky_append(struct transport *t, const char *folder, const void *bytes, size_t len,
	      struct err *err)
{
	if (tricks.append_draft == -EPIPE)
		return lose(t, err);
	if (tricks.append_draft)
		return err_set(err, tricks.append_draft, "no drafts");
	note("draft", 0);
	return server->append_draft(t, folder, bytes, len, err);
}

static int
tricky_find(struct transport *t, const char *folder, const char *message_id, uint64_t size,
	    uint32_t first, bool *ret_found, struct err *err)
{
	tricks.finds++;
	return server->find(t, folder, message_id, size, first, ret_found, err);
}

static int
tricky_begin(struct store *store, bool write, struct store_txn **ret_txn)
{
	if (write && tricks.begin)
		return tricks.begin;
	return disk->begin(store, write, ret_txn);
}

static int
tricky_commit(struct store_txn *txn)
{
	int error = tricks.commit;

	if (!txn->write || !error)
		return disk->commit(txn);
	if (tricks.commits > 0) {
		tricks.commits--;
		return disk->commit(txn);
	}
	if (tricks.commit_once)
		tricks.commit = 0;
	disk->abort(txn);
	return error;
}

void
heart_trick(struct transport *t)
{
	server = t->ops == &tricky_server ? server : t->ops;
	tricky_server = *server;
	tricky_server.select = tricky_select;
	tricky_server.status = tricky_status;
	tricky_server.list = tricky_list;
	tricky_server.fetch = tricky_fetch;
	tricky_server.add_flag = tricky_add_flag;
	tricky_server.copy = tricky_copy;
	tricky_server.move = tricky_move;
	tricky_server.append_draft = tricky_append;
	tricky_server.find = tricky_find;
	t->ops = &tricky_server;
}

static void
put_file(const char *directory, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

struct bundle *
heart_bundle(const struct config *config, const char *actions)
{
	static const char *const made[] = { "templates/en/hello.txt", "rule.yaml", "policy.yaml",
					    "templates/en",           "templates", "" };
	static const struct ruleset_options options = { .skip_samples = true };
	char directory[] = "/tmp/triaged-heart-XXXXXX", path[256], policy[2048], text[1024];
	const char *directories[] = { directory };
	struct problems problems = { 0 };
	struct bundle *bundle = NULL;

	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/templates", directory);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/templates/en", directory);
	mkdir(path, 0700);
	put_file(directory, "templates/en/hello.txt",
		 "Subject: {{subject}}\n\nDear {{customer.name}},\n\nwe read your mail.\n");
	put_file(directory, "rule.yaml",
		 "pack: t\nrules:\n - {id: t.a, flag: threat.legal, score: 5, in: [subject, body], "
		 "match: ['lawyer'], why: x, test: {hit: ['my lawyer'], miss: ['hello']}}\n");
	snprintf(policy, sizeof(policy),
		 "severity: [{high: threat}]\nrules: [{name: a, if: {flags: threat}, do: [%s]}]\n",
		 actions);
	put_file(directory, "policy.yaml", policy);
	bundle_load(directories, 1, config, &options, false, &problems, &bundle);
	for (size_t i = 0; i < problems.count; i++)
		print_error("%s\n", err_text(&problems.list[i].err, text, sizeof(text)));
	problems_free(&problems);
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, made[i]);
		remove(path);
	}
	assert_non_null(bundle);
	return bundle;
}

static void
configure(struct heart *h)
{
	static const char *folders[] = { "INBOX", "Second" };
	static struct agent_config kim = {
		.name = "kim", .display = "Kim", .address = "kim@shop.example", .role = "agent"
	};
	static struct webhook_config desk = { .name = "desk", .url = "http://127.0.0.1:9/none" };

	h->account = (struct account_config){
		.name = "shop",
		.folders = folders,
		.folder_count = 1,
		.poll_seconds = 180,
		.identity_name = "Shop",
		.identity_address = "support@shop.example",
		.language = "en",
		.company = "Shop",
	};
	h->config = (struct config){
		.message_max_bytes = 1u << 20,
		.accounts = &h->account,
		.account_count = 1,
		.agents = &kim,
		.agent_count = 1,
		.webhooks = &desk,
		.webhook_count = 1,
		.smtp = { .url = "smtp://127.0.0.1:9", .from = "triage@shop.example" },
	};
}

struct heart *
heart_new(const char *actions)
{
	struct heart *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	memset(&tricks, 0, sizeof(tricks));
	configure(h);
	h->arena = arena_new(0);
	assert_int_equal(store_open_memory(&h->store), 0);
	disk = h->store->ops;
	tricky_disk = *disk;
	tricky_disk.begin = tricky_begin;
	tricky_disk.commit = tricky_commit;
	h->store->ops = &tricky_disk;
	clock_manual_init(&h->clock, HEART_NOW);
	h->transport = replay_new();
	assert_non_null(h->transport);
	heart_trick(h->transport);
	assert_int_equal(pool_new(2, &h->err, &h->pool), 0);
	h->bundle = heart_bundle(&h->config, actions);
	service_init(&h->service, &h->config, h->store, &h->clock.clock, h->pool,
		     bundle_ref(h->bundle));
	h->intake = (struct intake){ .store = h->store,
				     .clock = &h->clock.clock,
				     .config = &h->config,
				     .account = &h->account,
				     .stopping = &h->service.stopping };
	h->sync = sync_new(&h->service, &h->intake, h->transport);
	assert_int_equal(h->transport->ops->open(h->transport, &h->err), 0);
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	return h;
}

void
heart_free(struct heart *h)
{
	sync_free(h->sync);
	h->transport->ops->free(h->transport);
	service_end(&h->service);
	bundle_unref(h->bundle);
	pool_free(h->pool);
	h->store->ops = disk;
	store_close(h->store);
	arena_free(h->arena);
	free(h);
}

uint32_t
heart_mail(struct heart *h, const char *folder, const char *id, const char *words)
{
	char *text = arena_printf(h->arena,
				  "From: Customer %s <%s@customer.example>\r\nTo: "
				  "support@shop.example\r\nSubject: %s\r\n"
				  "Message-ID: <%s@example.org>\r\nDate: Fri, 15 Jan 2027 08:00:00 "
				  "+0000\r\n\r\n%s\r\n",
				  id, id, id, id, words);
	uint32_t uid = 0;

	assert_int_equal(replay_add(h->transport, folder, text, strlen(text),
				    clock_now_ms(h->intake.clock), &uid),
			 0);
	return uid;
}

int
heart_sync(struct heart *h, const char *folder)
{
	h->err.text[0] = '\0';
	return sync_folder(h->sync, folder, &h->uidnext, &h->counts, &h->err);
}

int
heart_act(struct heart *h)
{
	h->err.text[0] = '\0';
	assert_int_equal(h->transport->ops->open(h->transport, &h->err), 0);
	return outbox_run_mailbox(&h->intake, h->transport, &h->outbox, &h->err);
}

static struct store_txn *
look(struct heart *h)
{
	struct store_txn *txn;

	assert_int_equal(store_begin(h->store, false, &txn), 0);
	return txn;
}

static struct cursor_record
cursor_of(struct heart *h, struct store_txn *txn, const char *folder)
{
	struct cursor_record cursor;

	assert_int_equal(record_cursor_get(txn, h->arena, "shop", folder, &cursor), 0);
	return cursor;
}

uint32_t
heart_cursor(struct heart *h, const char *folder)
{
	struct store_txn *txn = look(h);
	uint32_t next = cursor_of(h, txn, folder).next;

	store_abort(txn);
	return next;
}

const char *
heart_ledger(struct heart *h, const char *folder)
{
	struct store_txn *txn = look(h);
	struct buf text = { .arena = h->arena };
	struct ledger_record *entries;
	size_t count;

	assert_int_equal(ledger_list(txn, h->arena, "shop", folder,
				     cursor_of(h, txn, folder).uidvalidity, 1, &entries, &count),
			 0);
	for (size_t i = 0; i < count; i++)
		buf_printf(&text, "%u:%s ", entries[i].uid, ledger_state_name(entries[i].state));
	store_abort(txn);
	return count ? buf_string(&text) : "";
}

const char *
heart_waiting(struct heart *h)
{
	struct store_txn *txn = look(h);
	struct buf text = { .arena = h->arena };
	struct outbox_record *entries;
	size_t count;

	assert_int_equal(ledger_outbox(txn, h->arena, "shop", &entries, &count), 0);
	for (size_t i = 0; i < count; i++)
		buf_printf(&text, "%s:%s ", outbox_kind_name(entries[i].kind),
			   outbox_state_name(entries[i].state));
	store_abort(txn);
	return count ? buf_string(&text) : "";
}

static int
add_reason(void *context, const struct ledger_record *record)
{
	buf_printf(context, "%s;", record->reason);
	return 0;
}

static int
add_error(void *context, const struct outbox_record *record)
{
	buf_printf(context, "%s;", record->error);
	return 0;
}

const char *
heart_parked(struct heart *h)
{
	struct store_txn *txn = look(h);
	struct buf text = { .arena = h->arena };

	assert_int_equal(record_ledger_parked(txn, h->arena, add_reason, &text), 0);
	store_abort(txn);
	return text.len ? buf_string(&text) : "";
}

const char *
heart_troubled(struct heart *h)
{
	struct store_txn *txn = look(h);
	struct buf text = { .arena = h->arena };

	assert_int_equal(record_outbox_troubled(txn, h->arena, add_error, &text), 0);
	store_abort(txn);
	return text.len ? buf_string(&text) : "";
}

static int
add_mail(void *context, const struct replay_message *m)
{
	buf_printf(context, "%u[%s] ", m->uid, m->flags);
	return 0;
}

const char *
heart_folder(struct heart *h, const char *folder)
{
	struct buf text = { .arena = h->arena };

	if (replay_visit(h->transport, folder, add_mail, &text) < 0)
		return "none";
	return text.len ? buf_string(&text) : "";
}

struct outbox_record
heart_first(struct heart *h)
{
	struct store_txn *txn = look(h);
	struct outbox_record *entries;
	size_t count;

	assert_int_equal(ledger_outbox(txn, h->arena, "shop", &entries, &count), 0);
	store_abort(txn);
	assert_true(count > 0);
	return entries[0];
}

void
heart_mark(struct heart *h, enum outbox_state state)
{
	struct outbox_record *entries;
	struct store_txn *txn;
	size_t count;

	assert_int_equal(store_begin(h->store, true, &txn), 0);
	assert_int_equal(ledger_outbox(txn, h->arena, "shop", &entries, &count), 0);
	for (size_t i = 0; i < count; i++) {
		entries[i].state = state;
		assert_int_equal(record_outbox_put(txn, &entries[i], NULL), 0);
	}
	assert_int_equal(store_commit(txn), 0);
}

static const struct transport_ops *hasty_server;
static struct transport_ops patient_server;

/* Replayed mail gives no sign of itself, so it is looked for every millisecond. */
static int
patient_wait(struct transport *t, uint32_t known_uidnext, int64_t timeout_ms,
	     enum transport_event *ret, struct err *err)
{
	int64_t end = clock_monotonic_ms() + timeout_ms;
	int r;

	heart_waits++;
	do {
		r = hasty_server->wait(t, known_uidnext, timeout_ms, ret, err);
		if (r == 0 && *ret == TRANSPORT_TIMEOUT)
			poll(NULL, 0, 1);
	} while (r == 0 && *ret == TRANSPORT_TIMEOUT && clock_monotonic_ms() < end);
	return r;
}

void
heart_patient(struct transport *t)
{
	if (!hasty_server) {
		hasty_server = t->ops;
		patient_server = *hasty_server;
		patient_server.wait = patient_wait;
	}
	t->ops = &patient_server;
}

static void *
sink_main(void *context)
{
	struct heart_sink *s = context;
	int fd;

	while ((fd = accept(s->listener, NULL, NULL)) >= 0) {
		char text[8192] = "", *key;
		ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

		key = n > 0 ? strstr(text, "Idempotency-Key:") : NULL;
		if (key && s->requests < 4)
			snprintf(s->keys[s->requests], sizeof(s->keys[0]), "%.*s",
				 (int)strcspn(key, "\r"), key);
		s->requests++;
		if (!s->answer) {
			s->silent = fd;
			break;
		}
		if (*s->answer)
			send(fd, s->answer, strlen(s->answer), MSG_NOSIGNAL);
		close(fd);
	}
	return NULL;
}

void
heart_sink_start(struct heart_sink *s, const char *answer, char ret_url[HEART_URL])
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);

	memset(s, 0, sizeof(*s));
	s->answer = answer;
	s->silent = -1;
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(s->listener, 16), 0);
	assert_int_equal(getsockname(s->listener, (struct sockaddr *)&address, &size), 0);
	snprintf(ret_url, HEART_URL, "http://127.0.0.1:%u/hook", ntohs(address.sin_port));
	assert_int_equal(pthread_create(&s->thread, NULL, sink_main, s), 0);
}

void
heart_sink_stop(struct heart_sink *s)
{
	shutdown(s->listener, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->listener);
	if (s->silent >= 0)
		close(s->silent);
}
