/*
 * record_json: records as JSON objects.
 *
 * Writes by hand, straight into a buffer on the stack, because every mail makes several records and
 * jansson's way over a tree costs ten times as much. What it writes is byte for byte what jansson
 * prints compact and sorted (a test holds it to that). Reads with jansson, since what is in the
 * store may be damaged.
 */
#include "record_io.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STRINGS_MAX 1024 /* strings of one list; more is no record of ours */

void
record_write_begin(struct record_writer *w)
{
	w->at = w->fixed;
	w->room = sizeof(w->fixed);
	w->failed = w->heap = false;
	w->at[0] = '{';
	w->len = 1;
}

void
record_write_free(struct record_writer *w)
{
	if (w->heap)
		free(w->at);
	w->heap = false;
}

/* Room for len more bytes. */
static bool
reserve(struct record_writer *w, size_t len)
{
	size_t room = w->room;
	char *at;

	if (w->failed || w->room - w->len >= len)
		return !w->failed;
	while (room - w->len < len)
		room *= 2;
	at = realloc(w->heap ? w->at : NULL, room);
	if (!at) {
		w->failed = true;
		return false;
	}
	if (!w->heap)
		memcpy(at, w->fixed, w->len);
	w->at = at;
	w->room = room;
	w->heap = true;
	return true;
}

static void
add(struct record_writer *w, const char *s, size_t len)
{
	if (!reserve(w, len))
		return;
	memcpy(w->at + w->len, s, len);
	w->len += len;
}

static void
add_char(struct record_writer *w, char c)
{
	add(w, &c, 1);
}

/*
 * The length of the valid UTF-8 sequence (RFC 3629) that s begins with, 0 when there is none. s is
 * NUL-terminated.
 */
static size_t
sequence_length(const unsigned char *s)
{
	unsigned low = 0x80, high = 0xbf;
	size_t len;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

static void
add_escape(struct record_writer *w, unsigned char c)
{
	static const char digits[] = "0123456789ABCDEF";
	static const char shorts[] = "\bb\ff\nn\rr\tt\"\"\\\\";
	char text[6] = { '\\', 'u', '0', '0', digits[c >> 4], digits[c & 15] };

	for (size_t i = 0; shorts[i]; i += 2)
		if ((unsigned char)shorts[i] == c) {
			text[1] = shorts[i + 1];
			add(w, text, 2);
			return;
		}
	add(w, text, sizeof(text));
}

static void
add_string(struct record_writer *w, const char *value)
{
	const unsigned char *s = (const unsigned char *)value;
	size_t taken = 0;

	add_char(w, '"');
	while (*s) {
		const unsigned char *plain = s;

		while (*s >= 0x20 && *s < 0x80 && *s != '"' && *s != '\\' &&
		       taken < RECORD_STRING_MAX) {
			s++;
			taken++;
		}
		add(w, (const char *)plain, (size_t)(s - plain));
		if (!*s)
			break;
		size_t len = sequence_length(s);

		if (taken + (len ? len : 1) > RECORD_STRING_MAX)
			break;
		if (len == 0)
			add(w, "\xef\xbf\xbd", 3);
		else if (len == 1)
			add_escape(w, *s);
		else
			add(w, (const char *)s, len);
		s += len ? len : 1;
		taken += len ? len : 1;
	}
	add_char(w, '"');
}

/* Names are ours: plain ASCII. */
static void
add_name(struct record_writer *w, const char *name)
{
	if (w->len > 1)
		add_char(w, ',');
	add_char(w, '"');
	add(w, name, strlen(name));
	add(w, "\":", 2);
}

void
record_write_string(struct record_writer *w, const char *name, const char *value)
{
	if (!value || !value[0])
		return;
	add_name(w, name);
	add_string(w, value);
}

void
record_write_number(struct record_writer *w, const char *name, int64_t value)
{
	char text[24], *p = text + sizeof(text);
	uint64_t n = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	if (value == 0)
		return;
	for (; n > 0; n /= 10)
		*--p = (char)('0' + n % 10);
	if (value < 0)
		*--p = '-';
	add_name(w, name);
	add(w, p, (size_t)(text + sizeof(text) - p));
}

void
record_write_bool(struct record_writer *w, const char *name, bool value)
{
	if (!value)
		return;
	add_name(w, name);
	add(w, "true", 4);
}

void
record_write_flags(struct record_writer *w, const char *name, flag_set flags)
{
	char next = '[';

	flags &= ((flag_set)1 << FLAG_COUNT) - 1;
	if (flags == 0)
		return;
	add_name(w, name);
	for (int f = 0; f < FLAG_COUNT; f++)
		if (flags & (flag_set)1 << f) {
			add_char(w, next);
			add_string(w, flag_name((enum flag)f));
			next = ',';
		}
	add_char(w, ']');
}

void
record_write_strings(struct record_writer *w, const char *name, const char *const *list,
		     size_t count)
{
	if (count == 0)
		return;
	add_name(w, name);
	add_char(w, '[');
	for (size_t i = 0; i < count && i < STRINGS_MAX; i++) {
		if (i > 0)
			add_char(w, ',');
		add_string(w, list[i]);
	}
	add_char(w, ']');
}

static int
add_dumped(const char *bytes, size_t size, void *context)
{
	struct record_writer *w = context;

	add(w, bytes, size);
	return w->failed ? -1 : 0;
}

static void
add_any(struct record_writer *w, const json_t *value)
{
	if (json_dump_callback(value, add_dumped, w,
			       JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) < 0)
		w->failed = true;
}

void
record_write_any(struct record_writer *w, const char *name, const json_t *value, size_t max)
{
	size_t start;

	if (!value || (json_is_array(value) && json_array_size(value) == 0))
		return;
	add_name(w, name);
	if (max == 0 || !json_is_array(value)) {
		add_any(w, value);
		return;
	}
	add_char(w, '[');
	start = w->len;
	for (size_t i = 0; i < json_array_size(value) && !w->failed; i++) {
		size_t before = w->len;

		if (i > 0)
			add_char(w, ',');
		add_any(w, json_array_get(value, i));
		if (w->len - start > max) {
			w->len = before;
			break;
		}
	}
	add_char(w, ']');
}

struct span
record_write_end(struct record_writer *w)
{
	add_char(w, '}');
	return w->failed ? (struct span){ NULL, 0 } : (struct span){ w->at, w->len };
}

int
record_write_put(struct store_txn *txn, const struct record_key *key, struct record_writer *w)
{
	struct span value = record_write_end(w);
	int r = value.len > 0 ? store_put(txn, record_key_span(key), value) : -ENOMEM;

	record_write_free(w);
	return r;
}

int
record_read(struct record_reader *r, struct arena *arena, struct span value)
{
	r->arena = arena;
	r->error = 0;
	r->root = value.len > 0 ? json_loadb(value.at, value.len, JSON_REJECT_DUPLICATES, NULL)
				: NULL;
	if (!json_is_object(r->root))
		r->error = -EBADMSG;
	return r->error;
}

int
record_read_key(struct record_reader *r, struct store_txn *txn, struct arena *arena,
		const struct record_key *key)
{
	struct span value;

	r->root = NULL;
	r->arena = arena;
	r->error = store_get(txn, record_key_span(key), &value);
	return r->error < 0 ? r->error : record_read(r, arena, value);
}

int
record_read_end(struct record_reader *r)
{
	json_decref(r->root);
	r->root = NULL;
	return r->error;
}

/* The member, or NULL when it is missing or something was wrong before. */
static json_t *
member(struct record_reader *r, const char *name)
{
	return r->error < 0 ? NULL : json_object_get(r->root, name);
}

static void
wrong(struct record_reader *r, int error)
{
	if (r->error == 0)
		r->error = error;
}

static const char *
copy_string(struct record_reader *r, const json_t *value)
{
	const char *copy;

	if (!json_is_string(value)) {
		wrong(r, -EBADMSG);
		return "";
	}
	copy = arena_strndup(r->arena, json_string_value(value), json_string_length(value));
	if (!copy)
		wrong(r, -ENOMEM);
	return copy ? copy : "";
}

const char *
record_read_string(struct record_reader *r, const char *name)
{
	const json_t *value = member(r, name);

	return value ? copy_string(r, value) : "";
}

int64_t
record_read_number(struct record_reader *r, const char *name, int64_t min, int64_t max)
{
	const json_t *value = member(r, name);
	int64_t n = json_is_integer(value) ? json_integer_value(value) : 0;

	if (value && (!json_is_integer(value) || n < min || n > max)) {
		wrong(r, -EBADMSG);
		return 0;
	}
	return n;
}

uint64_t
record_read_u64(struct record_reader *r, const char *name)
{
	return (uint64_t)record_read_number(r, name, 0, INT64_MAX);
}

uint32_t
record_read_u32(struct record_reader *r, const char *name)
{
	return (uint32_t)record_read_number(r, name, 0, UINT32_MAX);
}

bool
record_read_bool(struct record_reader *r, const char *name)
{
	const json_t *value = member(r, name);

	if (value && !json_is_boolean(value))
		wrong(r, -EBADMSG);
	return json_is_true(value);
}

flag_set
record_read_flags(struct record_reader *r, const char *name)
{
	const json_t *value = member(r, name);
	flag_set flags = 0;

	if (value && !json_is_array(value))
		wrong(r, -EBADMSG);
	for (size_t i = 0; i < json_array_size(value); i++) {
		const char *text = json_string_value(json_array_get(value, i));
		/* A flag that only a newer program knows is left out. */
		int f = text ? flag_by_name(text) : -1;

		if (!text)
			wrong(r, -EBADMSG);
		if (f >= 0)
			flags |= (flag_set)1 << f;
	}
	return flags;
}

unsigned
record_read_name(struct record_reader *r, const char *name, const char *const *names,
		 unsigned count)
{
	const json_t *value = member(r, name);
	const char *text = json_string_value(value);

	if (!value)
		return 0;
	for (unsigned i = 0; text && i < count; i++)
		if (strcmp(text, names[i]) == 0)
			return i;
	wrong(r, -EBADMSG);
	return 0;
}

const char **
record_read_strings(struct record_reader *r, const char *name, size_t *ret_count)
{
	const json_t *value = member(r, name);
	size_t count = json_array_size(value);
	const char **list;

	*ret_count = 0;
	if (!value)
		return NULL;
	if (!json_is_array(value) || count > STRINGS_MAX) {
		wrong(r, -EBADMSG);
		return NULL;
	}
	list = arena_calloc(r->arena, count ? count : 1, sizeof(*list));
	if (!list) {
		wrong(r, -ENOMEM);
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
		list[i] = copy_string(r, json_array_get(value, i));
	*ret_count = count;
	return list;
}

json_t *
record_read_any(struct record_reader *r, const char *name)
{
	return json_incref(member(r, name));
}
