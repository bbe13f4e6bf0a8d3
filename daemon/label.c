/*
 * label: see label.h.
 */
#include "label.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "filters/yamldoc.h"

#define NAME_BYTES_MAX 256u /* of a folder that stands for flags */

/* What a list of names says: flags one by one, and families by their own name. */
struct named {
	flag_set flags, families;
	bool there;
};

flag_set
label_flags(void)
{
	return (((flag_set)1 << FLAG_COUNT) - 1) & ~((flag_set)1 << FLAG_EXTORTION);
}

static bool
add_name(struct named *named, const char *name)
{
	flag_set set = flag_set_by_name(name);

	if (flag_by_name(name) >= 0)
		named->flags |= set;
	else
		named->families |= set;
	return set != 0;
}

static int
read_names(const json_t *row, const char *member, struct named *ret, struct err *err)
{
	const json_t *list = json_object_get(row, member), *item;
	const char *near;
	size_t i;

	*ret = (struct named){ .there = list && !json_is_null(list) };
	if (!ret->there)
		return 0;
	if (!json_is_array(list))
		return err_set(err, -EINVAL, "\"%s\" is not a list of names", member);
	json_array_foreach(list, i, item)
	{
		const char *name = json_string_value(item);

		if (!name)
			return err_set(err, -EINVAL, "entry %zu of \"%s\" is not a name", i + 1,
				       member);
		if (add_name(ret, name))
			continue;
		near = flag_nearest(name);
		return err_set(err, -EINVAL,
			       "there is no flag or family \"%.60s\" (in \"%s\")%s%s%s", name,
			       member, near ? "; did you mean " : "", near ? near : "",
			       near ? "?" : "");
	}
	return 0;
}

/* Copies what fits, without half a character at the end. */
static void
copy_id(char *to, size_t size, const char *id)
{
	size_t len = strlen(id);

	if (len >= size) {
		len = size - 1;
		while (len > 0 && ((unsigned char)id[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(to, id, len);
	to[len] = '\0';
}

static void
conclude(const struct named *flags, const struct named *scope, const struct named *unsure,
	 struct label *l)
{
	static const char *const families[] = { "threat", "abuse", "demand", "signal" };
	flag_set in_scope =
		scope->there ? scope->flags | scope->families : label_flags() | flags->flags;
	flag_set families_in_scope = scope->there ? scope->families : label_flags();

	l->unsure = unsure->flags | unsure->families;
	l->present = flags->flags & in_scope & ~l->unsure;
	/* Beside "at least one of that family" nothing is known of the others. */
	l->absent = in_scope & ~flags->families & ~flags->flags & ~l->unsure;
	l->some = flags->families & families_in_scope;
	l->whole = l->some;
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) {
		flag_set family = flag_set_by_name(families[i]);

		if (scope->families & family && !(flags->flags & family))
			l->whole |= family;
	}
}

/*
 * A label that contradicts itself would be dropped without a word: a flag that is there, but was
 * not looked for, or on which readers differ.
 */
static int
check_flags(const json_t *row, const struct named *scope, const struct named *unsure,
	    struct err *err)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(row, "flags"), i, item)
	{
		const char *name = json_string_value(item);
		flag_set set = flag_set_by_name(name);
		bool family = flag_by_name(name) < 0;
		flag_set in_scope = scope->families | (family ? 0 : scope->flags);
		flag_set in_doubt = unsure->families | (family ? 0 : unsure->flags);

		if (scope->there && (set & ~in_scope))
			return err_set(err, -EINVAL,
				       "\"%s\" is in \"flags\" and not in \"scope\"%s", name,
				       family && (set & scope->flags)
					       ? ", which names a part of the family only"
					       : ": what was not looked for is not there either");
		if ((set & ~in_doubt) == 0)
			return err_set(err, -EINVAL,
				       "\"%s\" is in \"flags\" and in \"unsure\": say one of both",
				       name);
	}
	return 0;
}

/*
 * A misspelt scope would mean that everything is labelled. Other members are others' business, a
 * number called score say.
 */
static int
check_members(const json_t *row, struct err *err)
{
	static const char *const known[] = { "flags", "scope", "unsure", NULL };
	const char *member, *near;
	json_t *value;

	json_object_foreach((json_t *)row, member, value)
	{
		near = json_is_array(value) ? yamldoc_nearest(member, known) : NULL;
		if (!near || !strcmp(near, member))
			continue;
		if (!strncmp(member, near, strlen(near)) && strlen(member) > strlen(near) + 1)
			continue; /* flags_by_hand */
		return err_set(err, -EINVAL, "\"%.60s\" says nothing here; did you mean \"%s\"?",
			       member, near);
	}
	return 0;
}

int
label_read(const json_t *row, struct label *ret, struct err *err)
{
	const json_t *id = json_object_get(row, "id");
	struct named flags, scope, unsure;
	struct label label = { 0 };
	int r = check_members(row, err);

	if (r == 0)
		r = read_names(row, "flags", &flags, err);
	if (r == 0)
		r = read_names(row, "scope", &scope, err);
	if (r == 0)
		r = read_names(row, "unsure", &unsure, err);
	if (r < 0)
		return r;
	if (!flags.there)
		return err_set(err, -EINVAL,
			       "\"flags\" is missing; write [] for a mail without flags");
	if (id && !json_is_string(id))
		return err_set(err, -EINVAL, "\"id\" is not a text");
	r = check_flags(row, &scope, &unsure, err);
	if (r < 0)
		return r;
	if (id)
		copy_id(label.id, sizeof(label.id), json_string_value(id));
	conclude(&flags, &scope, &unsure, &label);
	*ret = label;
	return 0;
}

int
label_of_folder(const char *name, struct label *ret)
{
	char names[NAME_BYTES_MAX], *rest = names, *one;
	struct named named = { 0 };

	if (!strcmp(name, "clean") || !strcmp(name, "none")) {
		*ret = (struct label){ .absent = label_flags() };
		return 0;
	}
	if (strlen(name) >= sizeof(names))
		return -ENOENT;
	strcpy(names, name);
	while ((one = strsep(&rest, "+")))
		if (!add_name(&named, one))
			return -ENOENT;
	*ret = (struct label){ .present = named.flags,
			       .some = named.families,
			       .whole = named.families };
	return 0;
}
