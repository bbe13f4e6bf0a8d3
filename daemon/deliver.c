/*
 * deliver: one mail over SMTP. See deliver.h.
 *
 * The one question that matters is what is known when it goes wrong. Until libcurl has asked for
 * more after the mail's last byte it has not sent the final dot, so the server cannot have taken
 * the mail (RFC 5321 4.1.1.4). From then on only the server's reply tells; without one nobody
 * knows.
 */
#include "deliver.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_MS 15000L
#define TOTAL_MS 60000L

struct call {
	const char *text;
	size_t len, at;
	bool ended;    /* the final dot may have been sent */
	bool answered; /* the server said something after that */
	int answer;    /* that reply's code, before it: the last one's */
	const _Atomic int *cancelled;
};

static size_t
give_text(char *data, size_t size, size_t count, void *context)
{
	struct call *call = context;
	size_t room = size * count, left = call->len - call->at;

	if (left == 0) {
		call->ended = true;
		return 0;
	}
	if (room > left)
		room = left;
	memcpy(data, call->text + call->at, room);
	call->at += room;
	return room;
}

/*
 * libcurl shows every reply line of the server here. Takes the code and drops the words. The first
 * reply to the whole mail stands; 221 only says goodbye (libcurl also sends QUIT when it gives up,
 * and that is no answer to the mail).
 */
static size_t
take_reply(char *data, size_t size, size_t count, void *context)
{
	struct call *call = context;
	size_t len = size * count;
	int code;

	if (len < 3 || data[0] < '2' || data[0] > '5' || call->answered)
		return len;
	code = (data[0] - '0') * 100 + (data[1] - '0') * 10 + (data[2] - '0');
	if (code != 221) {
		call->answer = code;
		call->answered = call->ended;
	}
	return len;
}

static int
look_up(void *context, curl_off_t total_in, curl_off_t in, curl_off_t total_out, curl_off_t out)
{
	const struct call *call = context;

	(void)total_in, (void)in, (void)total_out, (void)out;
	return call->cancelled && atomic_load(call->cancelled);
}

/* An address goes into MAIL and RCPT lines: nothing that could end the line or the brackets. */
static bool
address_sound(const char *address)
{
	const char *at = strrchr(address, '@');

	if (!at || at == address || !at[1] || strlen(address) > 254)
		return false;
	for (const unsigned char *p = (const unsigned char *)address; *p; p++)
		if (*p <= ' ' || *p == 0x7f || *p == '<' || *p == '>')
			return false;
	return true;
}

static int
set_login(CURL *curl, const struct smtp_config *smtp, const _Atomic int *cancelled, struct err *err)
{
	char *password;
	int r;

	if (!smtp->user)
		return 0;
	r = secret_read_until(&smtp->password, secret_flag_set, cancelled, err, &password);
	if (r < 0)
		return err_prefix(err, -EAGAIN,
				  "cannot send mail: the SMTP password cannot be read");
	curl_easy_setopt(curl, CURLOPT_USERNAME, smtp->user);
	curl_easy_setopt(curl, CURLOPT_PASSWORD, password);
	secret_free(password);
	return 0;
}

static void
set_options(CURL *curl, const struct smtp_config *smtp, struct curl_slist *to, struct call *call,
	    char *curl_error)
{
	curl_easy_setopt(curl, CURLOPT_URL, smtp->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_USE_SSL,
			 (long)(smtp->starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (smtp->ca_file) {
		curl_easy_setopt(curl, CURLOPT_CAINFO, smtp->ca_file);
		curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TOTAL_MS);
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, smtp->from);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	/* No INFILESIZE: only then is the end of the text asked for, and that is how we know. */
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_text);
	curl_easy_setopt(curl, CURLOPT_READDATA, call);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_reply);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, call);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_reply);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_up);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, call);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, curl_error);
}

static int
outcome(const char *to, CURLcode code, const struct call *call, const char *curl_error,
	struct err *err)
{
	const char *why = curl_error[0] ? curl_error : curl_easy_strerror(code);

	/* 250 to the final dot is the delivery; what happens to QUIT afterwards changes nothing. */
	if (code == CURLE_OK || (call->answered && call->answer / 100 == 2))
		return 0;
	if (call->ended && !call->answered)
		return err_set(
			err, -EIO,
			"mail to %s: the connection ended after the whole mail was sent and before "
			"the server's answer "
			"(%s); it may have been delivered and is not sent again: ask the receiver",
			to, why);
	if (code == CURLE_ABORTED_BY_CALLBACK)
		return err_set(err, -EAGAIN,
			       "mail to %s: stopped before it was sent; it will be tried again",
			       to);
	/*
	 * A wrong password or a server that refuses everybody is mended by the operator, so only a
	 * refusal of this mail is final.
	 */
	if (call->answer / 100 == 5 && (call->answered || code == CURLE_SEND_ERROR))
		return err_set(err, -EPERM, "mail to %s: the SMTP server refused it for good: %s",
			       to, why);
	return err_set(err, -EAGAIN, "mail to %s: not delivered: %s; it will be tried again", to,
		       why);
}

int
deliver_mail(const struct smtp_config *smtp, const char *to, const char *text, size_t len,
	     const _Atomic int *cancelled, struct err *err)
{
	struct call call = { .text = text, .len = len, .cancelled = cancelled };
	char curl_error[CURL_ERROR_SIZE] = "";
	struct curl_slist *receivers = NULL;
	CURL *curl = NULL;
	CURLcode code;
	int r;

	if (!smtp->url || !smtp->from)
		return err_set(err, -EPERM,
			       "cannot send mail to %s: no SMTP server is configured; set smtp: "
			       "url and from",
			       to);
	if (!address_sound(to))
		return err_set(err, -EPERM,
			       "cannot send mail: the receiver's address is not usable; correct it "
			       "in the configuration");
	curl = curl_easy_init();
	receivers = curl_slist_append(NULL, to);
	if (!curl || !receivers) {
		r = err_set(err, -EAGAIN, "cannot send mail to %s: out of memory", to);
		goto out;
	}
	set_options(curl, smtp, receivers, &call, curl_error);
	r = set_login(curl, smtp, cancelled, err);
	if (r < 0)
		goto out;
	code = curl_easy_perform(curl);
	r = outcome(to, code, &call, curl_error, err);
out:
	curl_slist_free_all(receivers);
	curl_easy_cleanup(curl);
	return r;
}
