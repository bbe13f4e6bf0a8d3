/*
 * ctl_export_folder: files of an exported folder. See ctl_export.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "ctl_export.h"
#include "record.h"

const char *
folder_path(struct folder *f, const char *file)
{
	snprintf(f->name, sizeof(f->name), "%s/%s", f->path, file);
	return f->name;
}

FILE *
folder_make(struct folder *f, const char *file)
{
	FILE *out = fopen(folder_path(f, file), "wxe");

	if (!out)
		ctl_complain("cannot write %s: %s", f->name, strerror(errno));
	return out;
}

bool
folder_done(struct folder *f, FILE *out, bool well)
{
	well = fflush(out) == 0 && !ferror(out) && well;
	well = fclose(out) == 0 && well;
	if (!well)
		ctl_complain("cannot write %s: %s", f->name, strerror(errno));
	return well;
}

/* Bytes until the end, *ret_len of them; NULL when there are too many or memory ran out. */
static char *
read_stream(FILE *in, size_t *ret_len)
{
	size_t room = 64u << 10, len = 0, got;
	char *text = malloc(room + 1), *grown;

	while (text && (got = fread(text + len, 1, room - len, in)) > 0) {
		len += got;
		if (len < room)
			continue;
		grown = room < EXPORT_FILE_MAX ? realloc(text, 2 * room + 1) : NULL;
		if (!grown) {
			errno = room < EXPORT_FILE_MAX ? ENOMEM : EFBIG;
			free(text);
			return NULL;
		}
		text = grown;
		room *= 2;
	}
	if (text)
		text[len] = '\0';
	*ret_len = len;
	return text;
}

char *
folder_read(struct folder *f, const char *file, size_t *ret_len)
{
	FILE *in = fopen(folder_path(f, file), "rbe");
	char *text = in ? read_stream(in, ret_len) : NULL;

	if (!in || !text || ferror(in)) {
		ctl_complain("cannot read %s: %s", f->name, strerror(errno));
		free(text);
		text = NULL;
	}
	if (in)
		fclose(in);
	return text;
}

bool
folder_sum(struct folder *f, const char *file, char ret_hex[65], size_t *ret_len)
{
	char *text = folder_read(f, file, ret_len);

	if (!text)
		return false;
	record_sha256(text, *ret_len, ret_hex);
	free(text);
	return true;
}

const char *
export_string(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

json_int_t
export_number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}
