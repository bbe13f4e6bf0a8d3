/*
 * webhook: one POST. See webhook.h.
 *
 * Proxies of the environment are not used: where a webhook goes is what the configuration says,
 * nothing else.
 */
#include "webhook.h"

#include <curl/curl.h>
#include <errno.h>
#include <nettle/hmac.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ANSWER_MAX (64u << 10)
#define CONNECT_MS 10000L
#define TOTAL_MS 30000L

struct call {
	const _Atomic int *cancelled;
	size_t answer;
};

static size_t
drop_answer(char *data, size_t size, size_t count, void *context)
{
	struct call *call = context;

	(void)data;
	call->answer += size * count;
	return call->answer > ANSWER_MAX ? 0 : size * count;
}

static int
look_up(void *context, curl_off_t total_in, curl_off_t in, curl_off_t total_out, curl_off_t out)
{
	const struct call *call = context;

	(void)total_in, (void)in, (void)total_out, (void)out;
	return call->cancelled && atomic_load(call->cancelled);
}

static bool
add_header(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer)
		*list = longer;
	return longer != NULL;
}

static void
signature(const char *secret, const char *body, size_t len, char *ret, size_t size)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct hmac_sha256_ctx hmac;
	size_t used;

	hmac_sha256_set_key(&hmac, strlen(secret), (const uint8_t *)secret);
	hmac_sha256_update(&hmac, len, (const uint8_t *)body);
	hmac_sha256_digest(&hmac, sizeof(digest), digest);
	explicit_bzero(&hmac, sizeof(hmac));
	used = (size_t)snprintf(ret, size, "X-Triaged-Signature: sha256=");
	for (size_t i = 0; i < sizeof(digest); i++)
		used += (size_t)snprintf(ret + used, size - used, "%02x", digest[i]);
}

static int
make_headers(const struct webhook_config *webhook, const char *key, const char *json, size_t len,
	     const _Atomic int *cancelled, struct curl_slist **list, struct err *err)
{
	char line[512], *secret = NULL;
	bool ok;
	int r;

	for (const char *p = key; *p; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
			return err_set(err, -EPERM,
				       "webhook %s: the idempotency key holds a character that a "
				       "header cannot",
				       webhook->name);
	snprintf(line, sizeof(line), "Idempotency-Key: %s", key);
	/*
	 * Expect: would cost a round trip and a second of waiting where the server does not know
	 * it.
	 */
	ok = add_header(list, "Content-Type: application/json") && add_header(list, "Expect:") &&
	     add_header(list, line);
	if (ok && (webhook->secret.file || webhook->secret.command || webhook->secret.credential)) {
		r = secret_read_until(&webhook->secret, secret_flag_set, cancelled, err, &secret);
		if (r < 0)
			return err_prefix(err, -EAGAIN, "webhook %s: cannot read its secret",
					  webhook->name);
		signature(secret, json, len, line, sizeof(line));
		secret_free(secret);
		ok = add_header(list, line);
	}
	return ok ? 0 : err_set(err, -EAGAIN, "webhook %s: out of memory", webhook->name);
}

static void
set_options(CURL *curl, const struct webhook_config *webhook, const char *json, size_t len,
	    struct curl_slist *headers, struct call *call, char *curl_error)
{
	curl_easy_setopt(curl, CURLOPT_URL, webhook->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (webhook->ca_file) {
		/* Only this file, without the system's folder beside it. */
		curl_easy_setopt(curl, CURLOPT_CAINFO, webhook->ca_file);
		curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TOTAL_MS);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "triaged");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_POST, 1L);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, json);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop_answer);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_up);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, call);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, curl_error);
}

/* What the outcome means for the outbox. */
static int
outcome(const char *name, CURLcode code, long status, const char *curl_error, struct err *err)
{
	/* A receiver that said 2xx has it, whatever became of the rest of its answer. */
	if (status >= 200 && status < 300)
		return 0;
	if (code == CURLE_ABORTED_BY_CALLBACK)
		return err_set(err, -EAGAIN,
			       "webhook %s: stopped before it was answered; it will be tried again",
			       name);
	if (status >= 400 && status < 500 && status != 408 && status != 425 && status != 429)
		return err_set(err, -EPERM,
			       "webhook %s: the receiver refused it with HTTP status %ld; check "
			       "its URL and secret",
			       name, status);
	if (status >= 300 && status < 400)
		return err_set(err, -EAGAIN,
			       "webhook %s: the receiver redirects (HTTP status %ld), which is not "
			       "followed; "
			       "configure the final URL",
			       name, status);
	if (status > 0)
		return err_set(err, -EAGAIN, "webhook %s: HTTP status %ld; it will be tried again",
			       name, status);
	return err_set(err, -EAGAIN, "webhook %s: %s; it will be tried again", name,
		       curl_error[0] ? curl_error : curl_easy_strerror(code));
}

int
webhook_post(const struct webhook_config *webhook, const char *idempotency_key, const char *json,
	     size_t len, const _Atomic int *cancelled, struct err *err)
{
	struct call call = { .cancelled = cancelled };
	char curl_error[CURL_ERROR_SIZE] = "";
	struct curl_slist *headers = NULL;
	CURL *curl = curl_easy_init();
	CURLcode code;
	long status = 0;
	int r;

	if (!curl)
		return err_set(err, -EAGAIN, "webhook %s: out of memory", webhook->name);
	r = make_headers(webhook, idempotency_key, json, len, cancelled, &headers, err);
	if (r < 0)
		goto out;
	set_options(curl, webhook, json, len, headers, &call, curl_error);
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	r = outcome(webhook->name, code, status, curl_error, err);
out:
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return r;
}
