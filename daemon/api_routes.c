/*
 * api_routes: what each path answers. See api.h.
 *
 * Each answer is made in one go from one short read transaction, or by one of the engine's hooks.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_internal.h"
#include "api_peer.h"
#include "card.h"
#include "case.h"
#include "clock.h"
#include "view.h"

#define ADDRESS_BYTES 1024u
#define QUEUE_DEFAULT 50
#define QUEUE_MAX 1000
#define CORRECTIONS_MAX 10000 /* mails */

static unsigned
fail(json_t **ret, unsigned status, const char *sentence)
{
	*ret = json_pack("{s:s}", "error", sentence);
	return status;
}

/* What a hook refused or could not do, with its sentence. */
static unsigned
fail_with(json_t **ret, int error, const struct err *err)
{
	return fail(ret,
		    error == -ENOENT   ? MHD_HTTP_NOT_FOUND
		    : error == -EINVAL ? MHD_HTTP_BAD_REQUEST
				       : MHD_HTTP_INTERNAL_SERVER_ERROR,
		    err->text);
}

static unsigned
fail_store(json_t **ret, int error)
{
	*ret = json_pack("{s:s+}", "error", "the store cannot be read: ", strerror(-error));
	return MHD_HTTP_INTERNAL_SERVER_ERROR;
}

static const char *
argument(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

int
api_connection_fd(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info ? info->connect_fd : -1;
}

static unsigned
get_status(struct request *request, json_t **ret)
{
	struct api *api = request->api;
	struct err err = { .text = "" };

	if (api->hooks.status(api->hooks.context, ret, &err) < 0)
		return fail(ret, MHD_HTTP_INTERNAL_SERVER_ERROR, err.text);
	return MHD_HTTP_OK;
}

/* Adds who acts for the owners of the cases shown. A view that cannot be completed is freed. */
static int
add_acting(const struct api *api, json_t *view, json_t *cases)
{
	json_t *one;
	size_t i;
	int r = 0;

	json_array_foreach(cases, i, one)
	{
		if (r == 0 && api->hooks.acting)
			r = api->hooks.acting(api->hooks.context, one);
	}
	if (r == 0 && !cases && api->hooks.acting)
		r = api->hooks.acting(api->hooks.context, view);
	if (r < 0)
		json_decref(view);
	return r;
}

static unsigned
get_queue(struct request *request, json_t **ret)
{
	const char *limit_text = argument(request, "limit"),
		   *account = argument(request, "account");
	long limit = QUEUE_DEFAULT;
	struct store_txn *txn;
	char *end;
	int r;

	if (limit_text) {
		errno = 0;
		limit = strtol(limit_text, &end, 10);
		if (*end || end == limit_text || errno || limit < 1 || limit > QUEUE_MAX)
			return fail(ret, MHD_HTTP_BAD_REQUEST,
				    "limit must be a number from 1 to 1000");
	}
	r = store_begin(request->api->store, false, &txn);
	if (r == 0) {
		r = view_queue(txn, account && *account ? account : NULL, (size_t)limit, ret);
		store_abort(txn);
	}
	if (r == 0)
		r = add_acting(request->api, *ret, json_object_get(*ret, "cases"));
	return r < 0 ? fail_store(ret, r) : MHD_HTTP_OK;
}

/* A case's page; all: abusive words are not hidden. */
static unsigned
show_case(struct request *request, uint64_t number, bool all, json_t **ret)
{
	struct store_txn *txn;
	int r;

	if (number == 0)
		return fail(ret, MHD_HTTP_NOT_FOUND, "a case is named like C12");
	r = store_begin(request->api->store, false, &txn);
	if (r == 0) {
		r = view_case(txn, number, all, ret);
		store_abort(txn);
	}
	if (r == 0)
		r = add_acting(request->api, *ret, NULL);
	if (r == -ENOENT) {
		*ret = json_pack(
			"{s:o}", "error",
			json_sprintf("there is no case C%llu", (unsigned long long)number));
		return MHD_HTTP_NOT_FOUND;
	}
	return r < 0 ? fail_store(ret, r) : MHD_HTTP_OK;
}

/* C12/events, or another part of a case; name has room for the case's name. */
static bool
is_part(const char *rest, const char *part, char *name, size_t size)
{
	const char *slash = strchr(rest, '/');
	size_t len = slash ? (size_t)(slash - rest) : size;

	if (!slash || strcmp(slash + 1, part) != 0 || len >= size)
		return false;
	memcpy(name, rest, len);
	name[len] = '\0';
	return true;
}

static unsigned
get_events(struct request *request, uint64_t number, json_t **ret)
{
	struct store_txn *txn;
	int r = store_begin(request->api->store, false, &txn);

	if (r == 0) {
		r = view_events(txn, number, ret);
		store_abort(txn);
	}
	if (r == -ENOENT)
		return fail(ret, MHD_HTTP_NOT_FOUND, "there is no such case");
	return r < 0 ? fail_store(ret, r) : MHD_HTTP_OK;
}

static unsigned
get_mails(struct request *request, uint64_t number, json_t **ret)
{
	const struct api_hooks *hooks = &request->api->hooks;
	struct err err = { .text = "" };
	int r = hooks->mails(hooks->context, number, ret, &err);

	if (r == 0)
		return MHD_HTTP_OK;
	return fail(ret, r == -ENOENT ? MHD_HTTP_NOT_FOUND : MHD_HTTP_INTERNAL_SERVER_ERROR,
		    err.text);
}

static unsigned
get_case(struct request *request, json_t **ret)
{
	char name[32];

	if (is_part(request->rest, "events", name, sizeof(name)))
		return get_events(request, case_number(name), ret);
	if (is_part(request->rest, "mails", name, sizeof(name)))
		return get_mails(request, case_number(name), ret);
	return show_case(request, case_number(request->rest), false, ret);
}

static unsigned
get_customer(struct request *request, json_t **ret)
{
	struct store_txn *txn;
	int r = store_begin(request->api->store, false, &txn);

	if (r == 0) {
		r = view_customer(txn, request->rest, ret);
		store_abort(txn);
	}
	if (r == -ENOENT)
		return fail(ret, MHD_HTTP_NOT_FOUND, "nobody with this address has written");
	return r < 0 ? fail_store(ret, r) : MHD_HTTP_OK;
}

static unsigned
get_rules(struct request *request, json_t **ret)
{
	struct err err = { .text = "" };

	if (request->api->hooks.rules(request->api->hooks.context, ret, &err) < 0)
		return fail(ret, MHD_HTTP_INTERNAL_SERVER_ERROR, err.text);
	return MHD_HTTP_OK;
}

static unsigned
get_digest(struct request *request, json_t **ret)
{
	const struct api_hooks *hooks = &request->api->hooks;
	const char *account = argument(request, "account");
	struct err err = { .text = "" };
	int r = hooks->digest(hooks->context, account && *account ? account : NULL, ret, &err);

	if (r == 0)
		return MHD_HTTP_OK;
	return fail(ret, r == -ENOENT ? MHD_HTTP_NOT_FOUND : MHD_HTTP_INTERNAL_SERVER_ERROR,
		    err.text);
}

static unsigned
get_corrections(struct request *request, json_t **ret)
{
	struct store_txn *txn;
	int r = store_begin(request->api->store, false, &txn);

	if (r == 0) {
		r = view_corrections(txn, CORRECTIONS_MAX, ret);
		store_abort(txn);
	}
	return r < 0 ? fail_store(ret, r) : MHD_HTTP_OK;
}

static const char *
text_argument(const struct request *request, const char *name)
{
	const char *value = argument(request, name);

	return value ? value : "";
}

/* C12/correct, and C12/VERB */
static unsigned
post_case(struct request *request, json_t **ret)
{
	const struct api_hooks *hooks = &request->api->hooks;
	const char *slash = strchr(request->rest, '/');
	struct err err = { .text = "" };
	char name[32] = "", actor[64];
	struct steer steer = { .verb = slash ? slash + 1 : "",
			       .value = text_argument(request, "value"),
			       .until = text_argument(request, "until"),
			       .reason = text_argument(request, "reason"),
			       .actor = actor,
			       .now_ms = clock_now_ms(&clock_system) };
	bool correct = strcmp(steer.verb, "correct") == 0;
	int r;

	if (!slash || (!correct && !steer_verb(steer.verb)) ||
	    (size_t)(slash - request->rest) >= sizeof(name))
		return fail(ret, MHD_HTTP_NOT_FOUND, "there is nothing at this path");
	memcpy(name, request->rest, (size_t)(slash - request->rest));
	if (case_number(name) == 0)
		return fail(ret, MHD_HTTP_NOT_FOUND, "a case is named like C12");
	peer_name(api_connection_fd(request->connection), actor, sizeof(actor));
	r = correct ? hooks->correct(hooks->context, case_number(name),
				     text_argument(request, "change"), actor, ret, &err)
		    : hooks->steer(hooks->context, case_number(name), &steer, ret, &err);
	if (r == 0 && strcmp(steer.verb, "unmask") == 0) {
		json_decref(*ret);
		return show_case(request, case_number(name), true, ret);
	}
	if (r == 0)
		return MHD_HTTP_OK;
	return fail_with(ret, r, &err);
}

/* ADDRESS/forget */
static unsigned
forget_customer(struct request *request, const char *address, const char *actor, json_t **ret)
{
	const struct api_hooks *hooks = &request->api->hooks;
	struct err err = { .text = "" };
	struct forget say = { .address = address,
			      .actor = actor,
			      .reason = text_argument(request, "reason"),
			      .yes = strcmp(text_argument(request, "yes"), "1") == 0,
			      .now_ms = clock_now_ms(&clock_system) };
	int r = hooks->forget(hooks->context, &say, ret, &err);

	if (r == 0)
		return MHD_HTTP_OK;
	return fail(ret,
		    r == -EINVAL  ? MHD_HTTP_BAD_REQUEST
		    : r == -EBUSY ? MHD_HTTP_CONFLICT
				  : MHD_HTTP_INTERNAL_SERVER_ERROR,
		    err.text);
}

/* The groups; with `what`, a draft for each open case of one. */
static unsigned
ask_recurring(struct request *request, const char *what, json_t **ret)
{
	const struct api_hooks *hooks = &request->api->hooks;
	const char *account = text_argument(request, "account"), *days = argument(request, "days");
	struct err err = { .text = "" };
	char actor[64];
	struct recurring_ask ask = { .account = *account ? account : NULL,
				     .what = what,
				     .template = text_argument(request, "template"),
				     .reason = text_argument(request, "reason"),
				     .actor = actor,
				     .now_ms = clock_now_ms(&clock_system) };
	int r;

	if (!recurring_days(days ? days : "", &ask.days))
		return fail(ret, MHD_HTTP_BAD_REQUEST, "days must be a number from 1 to 90");
	peer_name(api_connection_fd(request->connection), actor, sizeof(actor));
	r = hooks->recurring(hooks->context, &ask, ret, &err);
	if (r == 0)
		return MHD_HTTP_OK;
	return fail_with(ret, r, &err);
}

static unsigned
get_recurring(struct request *request, json_t **ret)
{
	return ask_recurring(request, NULL, ret);
}

static unsigned
post_recurring(struct request *request, json_t **ret)
{
	const char *what = text_argument(request, "what");

	return *what ? ask_recurring(request, what, ret)
		     : fail(ret, MHD_HTTP_BAD_REQUEST, "say of which group: ?what=WORD");
}

/* ADDRESS/VERB of card.h, or import */
static unsigned
change_card(struct request *request, const char *address, const char *verb, const char *actor,
	    json_t **ret)
{
	const struct api_hooks *hooks = &request->api->hooks;
	struct err err = { .text = "" };
	struct steer steer = { .verb = verb,
			       .value = text_argument(request, "value"),
			       .until = "",
			       .reason = text_argument(request, "reason"),
			       .actor = actor,
			       .now_ms = clock_now_ms(&clock_system) };
	int r = strcmp(verb, "import") == 0
			? hooks->import(hooks->context, text_argument(request, "rows"), actor, ret,
					&err)
			: hooks->card(hooks->context, address, &steer, ret, &err);

	if (r == 0)
		return MHD_HTTP_OK;
	return fail(ret, r == -EINVAL ? MHD_HTTP_BAD_REQUEST : MHD_HTTP_INTERNAL_SERVER_ERROR,
		    err.text);
}

/* An address may hold a slash. */
static unsigned
post_customer(struct request *request, json_t **ret)
{
	const char *slash = strrchr(request->rest, '/');
	char address[ADDRESS_BYTES] = "", actor[64];

	peer_name(api_connection_fd(request->connection), actor, sizeof(actor));
	if (strcmp(request->rest, "import") == 0)
		return change_card(request, "", "import", actor, ret);
	if (!slash || (size_t)(slash - request->rest) >= sizeof(address) ||
	    (strcmp(slash, "/forget") && !card_verb(slash + 1)))
		return fail(ret, MHD_HTTP_NOT_FOUND, "there is nothing at this path");
	memcpy(address, request->rest, (size_t)(slash - request->rest));
	return strcmp(slash, "/forget") == 0 ? forget_customer(request, address, actor, ret)
					     : change_card(request, address, slash + 1, actor, ret);
}

static unsigned
post_reload(struct request *request, json_t **ret)
{
	const char *yes = argument(request, "yes");
	struct err err = { .text = "" };
	json_t *changed = NULL;
	char line[sizeof(err.text) + sizeof(err.file) + 32];
	int r;

	r = request->api->hooks.reload(request->api->hooks.context, yes && !strcmp(yes, "1"),
				       &changed, &err);
	if (r == 0) {
		*ret = changed;
		return MHD_HTTP_OK;
	}
	if (!changed)
		changed = json_object();
	json_object_set_new(changed, "error", json_string(err_text(&err, line, sizeof(line))));
	*ret = changed;
	return MHD_HTTP_CONFLICT;
}

/* NAME/resume */
static unsigned
post_resume(struct request *request, json_t **ret)
{
	const char *folder = argument(request, "folder"), *slash = strchr(request->rest, '/');
	struct err err = { .text = "" };
	char name[256];
	int r;

	if (!slash || strcmp(slash, "/resume") || slash == request->rest ||
	    (size_t)(slash - request->rest) >= sizeof(name))
		return fail(ret, MHD_HTTP_NOT_FOUND, "there is nothing at this path");
	if (!folder || !*folder)
		return fail(ret, MHD_HTTP_BAD_REQUEST,
			    "say which folder to read again: ?folder=NAME");
	memcpy(name, request->rest, (size_t)(slash - request->rest));
	name[slash - request->rest] = '\0';
	r = request->api->hooks.resume(request->api->hooks.context, name, folder, &err);
	if (r == 0) {
		*ret = json_pack("{s:s, s:s}", "account", name, "folder", folder);
		return MHD_HTTP_OK;
	}
	return fail(ret, r == -ENOENT ? MHD_HTTP_NOT_FOUND : MHD_HTTP_CONFLICT,
		    err.text[0] ? err.text : strerror(-r));
}

static const struct route routes[] = {
	{ MHD_HTTP_METHOD_GET, "/v1/status", false, get_status },
	{ MHD_HTTP_METHOD_GET, "/v1/queue", false, get_queue },
	{ MHD_HTTP_METHOD_GET, "/v1/cases/", true, get_case },
	{ MHD_HTTP_METHOD_POST, "/v1/cases/", true, post_case },
	{ MHD_HTTP_METHOD_GET, "/v1/customers/", true, get_customer },
	{ MHD_HTTP_METHOD_POST, "/v1/customers/", true, post_customer },
	{ MHD_HTTP_METHOD_GET, "/v1/recurring", false, get_recurring },
	{ MHD_HTTP_METHOD_POST, "/v1/recurring/draft", false, post_recurring },
	{ MHD_HTTP_METHOD_GET, "/v1/digest", false, get_digest },
	{ MHD_HTTP_METHOD_GET, "/v1/rules", false, get_rules },
	{ MHD_HTTP_METHOD_GET, "/v1/corrections", false, get_corrections },
	{ MHD_HTTP_METHOD_POST, "/v1/reload", false, post_reload },
	{ MHD_HTTP_METHOD_POST, "/v1/accounts/", true, post_resume },
};

const struct route *
api_route(const char *url, const char *method)
{
	const struct route *other = NULL;

	for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++) {
		if (routes[i].prefix ? strncmp(url, routes[i].path, strlen(routes[i].path))
				     : strcmp(url, routes[i].path))
			continue;
		if (!strcmp(method, routes[i].method))
			return &routes[i];
		other = &routes[i];
	}
	return other;
}
