/*
 * participant: addresses compared without their subaddresses. See participant.h.
 */
#include "participant.h"

#include <string.h>
#include <strings.h>

/* How much of the local part stays; *ret_domain is the "@" and what follows, "" when none. */
static size_t
base_length(const char *address, const char **ret_domain)
{
	const char *at = strrchr(address, '@'), *plus;
	size_t local = at ? (size_t)(at - address) : strlen(address);

	*ret_domain = address + local;
	if (!at || address[0] == '"')
		return local;
	plus = memchr(address, '+', local);
	return plus && plus > address ? (size_t)(plus - address) : local;
}

const char *
participant_base(struct arena *arena, const char *address)
{
	const char *domain;
	size_t local;
	char *base;

	address = address ? address : "";
	local = base_length(address, &domain);
	base = arena_printf(arena, "%.*s%s", (int)local, address, domain);
	for (char *p = base; p && *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return base;
}

bool
participant_same(const char *a, const char *b)
{
	const char *a_domain, *b_domain;
	size_t len;

	if (!a || !b || !a[0] || !b[0])
		return false;
	len = base_length(a, &a_domain);
	return base_length(b, &b_domain) == len && strncasecmp(a, b, len) == 0 &&
	       strcasecmp(a_domain, b_domain) == 0;
}

bool
participant_public(const char *address)
{
	static const char *const domains[] = {
		"gmail.com",    "googlemail.com", "naver.com",      "daum.net",
		"hanmail.net",  "kakao.com",      "nate.com",       "hotmail.com",
		"outlook.com",  "outlook.kr",     "live.com",       "live.co.kr",
		"msn.com",      "yahoo.com",      "yahoo.co.kr",    "yahoo.co.uk",
		"yahoo.co.jp",  "ymail.com",      "icloud.com",     "me.com",
		"mac.com",      "aol.com",        "gmx.com",        "gmx.net",
		"gmx.de",       "web.de",         "mail.com",       "mail.ru",
		"yandex.com",   "yandex.ru",      "protonmail.com", "proton.me",
		"pm.me",        "tutanota.com",   "tuta.io",        "zoho.com",
		"fastmail.com", "hey.com",        "qq.com",         "163.com",
		"126.com",      "korea.com",      "hanmir.com",     "dreamwiz.com",
		"lycos.co.kr",  "empas.com",      "paran.com",      "freechal.com",
		"comcast.net",  "btinternet.com",
	};
	const char *at = address ? strrchr(address, '@') : NULL;

	for (size_t i = 0; at && i < sizeof(domains) / sizeof(*domains); i++)
		if (strcasecmp(at + 1, domains[i]) == 0)
			return true;
	return false;
}

bool
participant_colleague(const char *a, const char *b)
{
	const char *x = a ? strrchr(a, '@') : NULL, *y = b ? strrchr(b, '@') : NULL;

	return x && y && x[1] && strcasecmp(x, y) == 0 && !participant_public(a);
}
