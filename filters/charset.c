/*
 * charset: what bytes mean, by declaration and by evidence. See charset.h.
 *
 * Order of belief: valid UTF-8 that cannot well be anything else; the declaration when the bytes do
 * not speak against it; CP949, GB18030 or windows-1252 by the shape of the bytes. One pass looks
 * for UTF-8, one for the shape, one converts.
 */
#include "charset.h"

#include "charset_guess.h"
#include "charset_jis.h"
#include "charset_names.h"
#include "message.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"

/* How a text looks when read as UTF-8. */
struct utf8_look {
	bool high;        /* has bytes >= 0x80 */
	size_t two, more; /* well-formed sequences of 2, and of 3 or 4 bytes */
	size_t broken;    /* bytes or stumps that fit nowhere */
};

void
reader_init(struct reader *r, struct arena *arena)
{
	memset(r, 0, sizeof(*r));
	r->arena = arena;
}

void
reader_close(struct reader *r)
{
	for (size_t i = 0; i < CHARSETS_MAX; i++)
		if (r->converters[i])
			iconv_close((iconv_t)r->converters[i]);
	memset(r->converters, 0, sizeof(r->converters));
}

/*
 * Length of the well-formed sequence at p (RFC 3629), or 0; *ret_bad is then how many bytes are one
 * mistake.
 */
static size_t
utf8_sequence(const unsigned char *p, size_t left, size_t *ret_bad)
{
	unsigned char c = p[0], low = 0x80, high = 0xbf;
	size_t want;

	*ret_bad = 1;
	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	want = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (c == 0xe0)
		low = 0xa0;
	else if (c == 0xed)
		high = 0x9f;
	else if (c == 0xf0)
		low = 0x90;
	else if (c == 0xf4)
		high = 0x8f;
	for (size_t i = 1; i < want; i++) {
		if (i >= left || p[i] < low || p[i] > high) {
			*ret_bad = i;
			return 0;
		}
		low = 0x80;
		high = 0xbf;
	}
	return want;
}

static void
utf8_look(const unsigned char *p, size_t len, struct utf8_look *ret)
{
	size_t i = 0, n, bad;

	memset(ret, 0, sizeof(*ret));
	while (i < len) {
		i += charset_ascii_run(p + i, len - i);
		if (i >= len)
			break;
		ret->high = true;
		n = utf8_sequence(p + i, len - i, &bad);
		if (n == 2)
			ret->two++;
		else if (n > 2)
			ret->more++;
		else
			ret->broken++;
		i += n ? n : bad;
	}
}

size_t
utf8_cut(const char *text, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max > 0 && ((unsigned char)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

/* NUL to U+FFFD, line ends to \n, byte order mark away, a NUL behind. in is valid UTF-8. */
static int
finish(struct reader *r, const char *in, size_t len, const char **ret_text, size_t *ret_len)
{
	const char *end = in + len, *p, *q;
	size_t nuls = 0;
	char *text, *out;

	for (p = in; (p = memchr(p, '\0', (size_t)(end - p))); p++)
		nuls++;
	if (nuls)
		r->notes |= NOTE_BROKEN_TEXT;
	text = out = arena_alloc(r->arena, len + 2 * nuls + 1);
	if (!text)
		return -ENOMEM;
	p = len >= 3 && !memcmp(in, "\xef\xbb\xbf", 3) ? in + 3 : in;
	while (p < end) {
		if (nuls) {
			for (q = p; q < end && *q != '\r' && *q != '\0'; q++)
				;
		} else {
			q = memchr(p, '\r', (size_t)(end - p));
			if (!q)
				q = end;
		}
		memcpy(out, p, (size_t)(q - p));
		out += q - p;
		p = q;
		if (p < end && *p == '\0') {
			memcpy(out, REPLACEMENT, 3);
			out += 3;
			p++;
		} else if (p < end) {
			/* Gateways turn \r\n into \r\r\n: one line end, not two. */
			while (q < end && *q == '\r')
				q++;
			if (q < end && *q == '\n')
				q++;
			else
				for (const char *cr = p + 1; cr < q; cr++)
					*out++ = '\n';
			*out++ = '\n';
			p = q;
		}
	}
	*out = '\0';
	*ret_text = text;
	*ret_len = (size_t)(out - text);
	return 0;
}

/* Broken UTF-8 with U+FFFD where it is broken. */
static int
repair_utf8(struct reader *r, const unsigned char *p, size_t len, const char **ret_text,
	    size_t *ret_len)
{
	struct buf out = { .arena = r->arena };
	size_t i = 0, n, bad;

	while (i < len) {
		n = charset_ascii_run(p + i, len - i);
		if (n == 0)
			n = utf8_sequence(p + i, len - i, &bad);
		if (n) {
			buf_add(&out, (const char *)p + i, n);
			i += n;
		} else {
			buf_add(&out, REPLACEMENT, 3);
			i += bad;
		}
	}
	r->notes |= NOTE_BROKEN_TEXT;
	if (!buf_string(&out))
		return -ENOMEM;
	return finish(r, out.at, out.len, ret_text, ret_len);
}

static int
read_windows_1252(struct reader *r, const unsigned char *p, size_t len, const char **ret_text,
		  size_t *ret_len)
{
	static const uint16_t special[32] = {
		0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
		0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd,
		0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178,
	};
	size_t high = 0;
	unsigned code;
	char *text, *out;

	for (size_t i = 0; i < len; i++)
		high += p[i] >> 7;
	text = out = arena_alloc(r->arena, len + 2 * high + 1);
	if (!text)
		return -ENOMEM;
	for (size_t i = 0; i < len; i++) {
		if (p[i] < 0x80) {
			*out++ = (char)p[i];
			continue;
		}
		code = p[i] < 0xa0 ? special[p[i] - 0x80] : p[i];
		if (code == 0xfffd)
			r->notes |= NOTE_BROKEN_TEXT;
		if (code < 0x800) {
			*out++ = (char)(0xc0 | code >> 6);
		} else {
			*out++ = (char)(0xe0 | code >> 12);
			*out++ = (char)(0x80 | (code >> 6 & 0x3f));
		}
		*out++ = (char)(0x80 | (code & 0x3f));
	}
	return finish(r, text, (size_t)(out - text), ret_text, ret_len);
}

static iconv_t
converter(struct reader *r, enum charset charset)
{
	iconv_t cd = (iconv_t)r->converters[charset];

	if (cd) {
		iconv(cd, NULL, NULL, NULL, NULL);
		return cd;
	}
	cd = iconv_open("UTF-8", charset_names[charset]);
	if (cd != (iconv_t)-1)
		r->converters[charset] = cd;
	return cd;
}

static int
read_iconv(struct reader *r, enum charset charset, const char *bytes, size_t len,
	   const char **ret_text, size_t *ret_len)
{
	size_t unit = charset == CHARSET_UTF_16LE || charset == CHARSET_UTF_16BE   ? 2
		      : charset == CHARSET_UTF_32LE || charset == CHARSET_UTF_32BE ? 4
										   : 1;
	size_t room = len + len / 2 + 64, used = 0, left, done;
	iconv_t cd = converter(r, charset);
	char *out, *at, *in = (char *)(uintptr_t)bytes;
	bool last;

	if (cd == (iconv_t)-1) /* not installed here */
		return repair_utf8(r, (const unsigned char *)bytes, len, ret_text, ret_len);
	out = arena_alloc(r->arena, room);
	if (!out)
		return -ENOMEM;
	for (;;) {
		at = out + used;
		left = room - used;
		last = len == 0; /* then only what the converter still holds back comes out */
		done = iconv(cd, last ? NULL : &in, last ? NULL : &len, &at, &left);
		used = room - left;
		if (left < 16 || (done == (size_t)-1 && errno == E2BIG)) {
			at = arena_grow(r->arena, out, room, room * 2);
			if (!at)
				return -ENOMEM;
			out = at;
			room *= 2;
			continue;
		}
		if (last)
			break;
		if (done != (size_t)-1)
			continue;
		memcpy(out + used, REPLACEMENT, 3);
		used += 3;
		r->notes |= NOTE_BROKEN_TEXT;
		in += len < unit ? len : unit;
		len -= len < unit ? len : unit;
	}
	return finish(r, out, used, ret_text, ret_len);
}

/*
 * Whether so many Korean syllables, and nothing else, speak against the declaration. Western text
 * has no two pairs of high bytes that stand alone, other alphabets and Chinese characters have
 * Korean's range by chance.
 */
static bool
korean_instead(enum charset declared, size_t sure)
{
	if (declared == CHARSET_WINDOWS_1252)
		return sure >= 2;
	if (charset_is_single_byte(declared))
		return sure >= 6;
	return sure >= 16 && (declared == CHARSET_GB18030 || declared == CHARSET_BIG5 ||
			      declared == CHARSET_EUC_JP || declared == CHARSET_EUC_TW ||
			      declared == CHARSET_CP932);
}

/* The charset to read by. *ret_guessed: not the declared one. */
static enum charset
decide(enum charset declared, enum charset hint, const char *bytes, size_t len,
       const struct utf8_look *look, bool *ret_guessed)
{
	const unsigned char *p = (const unsigned char *)bytes;
	enum charset shape, charset;
	size_t sure;
	bool mark = len >= 2 && (!memcmp(bytes, "\xff\xfe", 2) || !memcmp(bytes, "\xfe\xff", 2));

	*ret_guessed = false;
	if (charset_is_wide(declared) || (mark && declared <= CHARSET_UTF_8)) {
		*ret_guessed = !charset_is_wide(declared);
		/* No space, no line end, no digit: rather Korean in bytes. */
		if (!mark && !memchr(bytes, '\0', len) &&
		    charset_guess(p, len, &sure) == CHARSET_CP949 && sure >= 2) {
			*ret_guessed = true;
			return CHARSET_CP949;
		}
		if (look->broken || memchr(bytes, '\0', len))
			return charset_byte_order(*ret_guessed ? CHARSET_UTF_16 : declared, p, len);
		*ret_guessed = true; /* UTF-16 without one zero byte that is good UTF-8 is UTF-8 */
		return CHARSET_UTF_8;
	}
	if (len > 3 && memchr(bytes, '\0', len)) {
		charset = charset_look_wide(p, len);
		*ret_guessed = charset != CHARSET_UNKNOWN;
		if (*ret_guessed)
			return charset;
	}
	if (!look->high) {
		charset = charset_escapes(bytes, len, declared);
		*ret_guessed = charset != declared;
		return charset == CHARSET_UTF_7 || charset_is_escaped(charset) ? charset
									       : CHARSET_UTF_8;
	}
	if (look->broken == 0 && (declared <= CHARSET_UTF_8 || look->more > 0 ||
				  (look->two > 1 && charset_is_single_byte(declared)))) {
		*ret_guessed = declared != CHARSET_UTF_8;
		return CHARSET_UTF_8;
	}
	/*
	 * Some broken places in what is otherwise UTF-8. One or two Korean syllables may look like
	 * it by chance.
	 */
	if ((look->broken > 0 || look->two > 2) &&
	    2 * look->more + look->two > look->broken * (declared == CHARSET_UTF_8 ? 1 : 8)) {
		*ret_guessed = declared != CHARSET_UTF_8;
		return CHARSET_UTF_8;
	}
	shape = charset_guess(p, len, &sure);
	if (declared < CHARSET_UTF_8 && hint != CHARSET_UNKNOWN && sure < 4) {
		*ret_guessed = true;
		return hint;
	}
	if (declared <= CHARSET_UTF_8 || declared == CHARSET_UTF_7 ||
	    (charset_is_escaped(declared) && !memchr(bytes, '\x1b', len) &&
	     !memchr(bytes, '\x0e', len)) ||
	    korean_instead(declared, sure)) {
		*ret_guessed = true;
		return shape;
	}
	return declared;
}

void
charset_hint(struct reader *r, const char *label, size_t len)
{
	enum charset charset = charset_by_label(label, len);

	if (charset == CHARSET_WINDOWS_1252 || charset >= CHARSET_CP949)
		r->hint = (int)charset;
}

/*
 * A double-byte charset that does not fit all of the bytes, which look like Korean: they are.
 */
static int
read_double_byte(struct reader *r, enum charset charset, const char *bytes, size_t len,
		 const char **ret_text, size_t *ret_len)
{
	unsigned notes = r->notes;
	size_t sure;
	int code;

	r->notes &= ~(unsigned)NOTE_BROKEN_TEXT;
	code = read_iconv(r, charset, bytes, len, ret_text, ret_len);
	if (code == 0 && (r->notes & NOTE_BROKEN_TEXT) &&
	    charset_guess((const unsigned char *)bytes, len, &sure) == CHARSET_CP949 && sure >= 2) {
		r->notes = notes | NOTE_CHARSET_GUESSED;
		return read_iconv(r, CHARSET_CP949, bytes, len, ret_text, ret_len);
	}
	r->notes |= notes;
	return code;
}

static int
read_japanese(struct reader *r, const char *bytes, size_t len, const char **ret_text,
	      size_t *ret_len)
{
	char *moved = arena_alloc(r->arena, len);
	size_t moved_len;
	bool foreign;

	if (!moved)
		return -ENOMEM;
	moved_len = charset_jis_to_cp932(bytes, len, moved, &foreign);
	if (foreign)
		return read_iconv(r, CHARSET_ISO_2022_JP, bytes, len, ret_text, ret_len);
	return read_iconv(r, CHARSET_CP932, moved, moved_len, ret_text, ret_len);
}

int
charset_read(struct reader *r, const char *label, const char *bytes, size_t len,
	     const char **ret_text, size_t *ret_len)
{
	struct utf8_look look;
	enum charset charset;
	bool guessed;

	utf8_look((const unsigned char *)bytes, len, &look);
	charset_hint(r, label, strlen(label));
	charset = decide(charset_by_label(label, strlen(label)), (enum charset)r->hint, bytes, len,
			 &look, &guessed);
	if (guessed)
		r->notes |= NOTE_CHARSET_GUESSED;
	if (charset == CHARSET_UTF_8 && look.broken)
		return repair_utf8(r, (const unsigned char *)bytes, len, ret_text, ret_len);
	if (charset == CHARSET_UTF_8)
		return finish(r, bytes, len, ret_text, ret_len);
	if (charset == CHARSET_WINDOWS_1252)
		return read_windows_1252(r, (const unsigned char *)bytes, len, ret_text, ret_len);
	if (charset == CHARSET_ISO_2022_JP)
		return read_japanese(r, bytes, len, ret_text, ret_len);
	if (charset >= CHARSET_JOHAB && charset <= CHARSET_EUC_TW)
		return read_double_byte(r, charset, bytes, len, ret_text, ret_len);
	return read_iconv(r, charset, bytes, len, ret_text, ret_len);
}

int
charset_to_utf8(struct arena *arena, const char *label, const char *bytes, size_t len,
		const char **ret_text, size_t *ret_len, unsigned *notes)
{
	struct reader r;
	int code;

	reader_init(&r, arena);
	code = charset_read(&r, label, bytes, len, ret_text, ret_len);
	reader_close(&r);
	*notes |= r.notes;
	return code;
}

bool
charset_same(const char *a, size_t a_len, const char *b, size_t b_len)
{
	enum charset charset = charset_by_label(a, a_len);

	if (charset != CHARSET_UNKNOWN)
		return charset == charset_by_label(b, b_len);
	return a_len == b_len && !strncasecmp(a, b, a_len);
}
