/*
 * smime: tags and lengths of ASN.1 (X.690), as few as possible. See smime.h.
 *
 *   ContentInfo { signedData, [0] { version, { digests }, { data, [0] OCTET STRING }, ... } }
 *
 * Only elements on this way are entered, none is skipped but two short ones, so there is no
 * recursion. A length that claims too much ends with its parent: a mail that was cut is read as far
 * as it goes.
 */
#include "smime.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define INTEGER 0x02
#define OCTETS 0x04
#define OCTETS_IN_PIECES 0x24
#define IDENTIFIER 0x06
#define SEQUENCE 0x30
#define SET 0x31
#define EXPLICIT_0 0xa0

/* The bytes of an element that is open. */
struct element {
	const unsigned char *at, *end;
	bool endless; /* of indefinite length: ends with two zero bytes somewhere before end */
};

/*
 * Reads the tag and the length at *in's beginning, which moves behind the element (when that is
 * endless: nowhere). False when it is another tag or none.
 */
static bool
element(struct element *in, int tag, struct element *ret)
{
	const unsigned char *p = in->at;
	size_t len = 0, left;
	unsigned count;

	if (in->end - p < 2 || *p != tag)
		return false;
	p++;
	count = *p++;
	ret->endless = count == 0x80;
	if (count < 0x80) {
		len = count;
	} else {
		count &= 0x7f;
		if (count > 4 || (size_t)(in->end - p) < count)
			return false;
		while (count-- > 0)
			len = len << 8 | *p++;
	}
	left = (size_t)(in->end - p);
	if (ret->endless || len > left)
		len = left;
	ret->at = p;
	ret->end = p + len;
	if (!ret->endless)
		in->at = ret->end;
	return true;
}

static bool
is_identifier(struct element *in, unsigned char last)
{
	static const unsigned char pkcs7[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07 };
	struct element id;

	return element(in, IDENTIFIER, &id) && id.end - id.at == sizeof(pkcs7) + 1 &&
	       !memcmp(id.at, pkcs7, sizeof(pkcs7)) && id.end[-1] == last;
}

/* The set of digest algorithms: of any length, and of no interest. */
static bool
skip_digests(struct element *in)
{
	struct element set, one;

	if (!element(in, SET, &set))
		return false;
	if (!set.endless)
		return true;
	while (element(&set, SEQUENCE, &one) && !one.endless)
		;
	if (set.end - set.at < 2 || set.at[0] != 0 || set.at[1] != 0)
		return false;
	in->at = set.at + 2;
	return true;
}

/* An octet string in pieces, joined. */
static int
join(struct arena *arena, struct element *pieces, const char **ret_bytes, size_t *ret_len)
{
	struct element piece;
	char *out = arena_alloc(arena, (size_t)(pieces->end - pieces->at));
	size_t len = 0;

	if (!out)
		return -ENOMEM;
	while (element(pieces, OCTETS, &piece) && !piece.endless) {
		memcpy(out + len, piece.at, (size_t)(piece.end - piece.at));
		len += (size_t)(piece.end - piece.at);
	}
	*ret_bytes = out;
	*ret_len = len;
	return 0;
}

int
smime_content(struct arena *arena, const char *bytes, size_t len, const char **ret_bytes,
	      size_t *ret_len)
{
	const unsigned char *start = (const unsigned char *)bytes;
	struct element whole = { start, start + len, false }, info, outer, data, version, inner,
		       content, octets;

	*ret_bytes = NULL;
	*ret_len = 0;
	if (!element(&whole, SEQUENCE, &info) || !is_identifier(&info, 2) ||
	    !element(&info, EXPLICIT_0, &outer) || !element(&outer, SEQUENCE, &data) ||
	    !element(&data, INTEGER, &version) || version.endless || !skip_digests(&data) ||
	    !element(&data, SEQUENCE, &inner) || !is_identifier(&inner, 1) ||
	    !element(&inner, EXPLICIT_0, &content))
		return 0;
	if (element(&content, OCTETS_IN_PIECES, &octets))
		return join(arena, &octets, ret_bytes, ret_len);
	if (!element(&content, OCTETS, &octets) || octets.endless)
		return 0;
	*ret_bytes = (const char *)octets.at;
	*ret_len = (size_t)(octets.end - octets.at);
	return 0;
}
