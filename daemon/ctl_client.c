/*
 * ctl_client: see ctl_client.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* asprintf */
#endif
#include "ctl_client.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_MS 5000L
#define TOTAL_MS 120000L /* a reload compiles and tests every rule */
#define ANSWER_MAX (64ul << 20)

struct answer {
	char *text;
	size_t len;
	bool failed;
};

static size_t
collect(char *data, size_t size, size_t count, void *context)
{
	struct answer *a = context;
	size_t len = size * count;
	char *grown = len <= ANSWER_MAX - a->len ? realloc(a->text, a->len + len + 1) : NULL;

	if (!grown) {
		a->failed = true;
		return 0;
	}
	memcpy(grown + a->len, data, len);
	a->text = grown;
	a->len += len;
	return len;
}

static int
no_answer(const char *socket, CURL *curl, CURLcode code, const struct answer *a, struct err *err)
{
	long os = 0;

	curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &os);
	if (code == CURLE_COULDNT_CONNECT && os == EACCES)
		return err_set(err, -EACCES,
			       "not allowed to use %s: run this as root, as triaged's own user or "
			       "as a member of its "
			       "socket_group",
			       socket);
	if (code == CURLE_COULDNT_CONNECT)
		return err_set(err, -ECONNREFUSED,
			       "triaged does not answer at %s: is it running (systemctl status "
			       "triaged)? Another "
			       "socket is named with --socket PATH or --config FILE",
			       socket);
	if (a->failed)
		return err_set(err, -EFBIG,
			       "the answer of triaged at %s is too large; ask for less", socket);
	return err_set(err, code == CURLE_OPERATION_TIMEDOUT ? -ETIMEDOUT : -EIO,
		       "no answer from triaged at %s: %s; see its log", socket,
		       curl_easy_strerror(code));
}

static int
parse(const char *socket, const struct answer *a, json_t **ret, struct err *err)
{
	json_error_t where;
	json_t *value = json_loadb(a->text ? a->text : "", a->len, 0, &where);

	if (!value)
		return err_set(err, -EPROTO,
			       "the answer at %s is no JSON (%s): is it triaged's socket?", socket,
			       where.text);
	*ret = value;
	return 0;
}

int
client_call(const char *socket, const char *method, const char *path, long *ret_status,
	    json_t **ret_answer, struct err *err)
{
	struct answer answer = { .text = NULL };
	CURL *curl = curl_easy_init();
	char *url = NULL;
	CURLcode code;
	int r = -ENOMEM;

	if (!curl || asprintf(&url, "http://localhost%s", path) < 0) {
		err_set(err, r, "cannot ask triaged: out of memory");
		goto out;
	}
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TOTAL_MS);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
	if (!strcmp(method, "POST")) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
	}
	code = curl_easy_perform(curl);
	if (code != CURLE_OK) {
		r = no_answer(socket, curl, code, &answer, err);
		goto out;
	}
	r = parse(socket, &answer, ret_answer, err);
	if (r == 0)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, ret_status);
out:
	free(answer.text);
	free(url);
	curl_easy_cleanup(curl);
	return r;
}

char *
client_escape(const char *text)
{
	char *out = malloc(3 * strlen(text) + 1), *at = out;

	if (!out)
		return NULL;
	for (; *text; text++) {
		if ((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
		    (*text >= '0' && *text <= '9') || strchr("-._~", *text))
			*at++ = *text;
		else
			at += sprintf(at, "%%%02X", (unsigned char)*text);
	}
	*at = '\0';
	return out;
}
