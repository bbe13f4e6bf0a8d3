/*
 * shield: see shield.h.
 */
#include "shield.h"

#include <string.h>

static const char family[] = "abuse.";

static const char *
member(const json_t *evidence, const char *name)
{
	const char *text = json_string_value(json_object_get(evidence, name));

	return text ? text : "";
}

bool
shield_hides(const json_t *evidence)
{
	return strncmp(member(evidence, "flag"), family, sizeof(family) - 1) == 0;
}

bool
shield_hides_subject(const json_t *evidence)
{
	size_t i;
	json_t *one;

	json_array_foreach(evidence, i, one)
	{
		if (shield_hides(one) && strcmp(member(one, "part"), "subject") == 0)
			return true;
	}
	return false;
}

json_t *
shield_evidence(const json_t *evidence)
{
	json_t *shown = json_array(), *one, *copy;
	size_t i;

	json_array_foreach(evidence, i, one)
	{
		copy = json_copy(one);
		if (copy && shield_hides(one))
			json_object_set_new(copy, "text",
					    json_sprintf("(%s hidden)",
							 member(one, "flag") + sizeof(family) - 1));
		if (!shown || !copy || json_array_append_new(shown, copy) < 0) {
			json_decref(shown);
			return NULL;
		}
	}
	return shown;
}
