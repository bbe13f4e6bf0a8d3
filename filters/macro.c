/*
 * macro: the named pieces that every pack may use as {name}, and how names are found.
 *
 * \w, \d and \b know ASCII only here, so these stand in for them where Korean is meant.
 *
 *   {han}        one Hangul syllable
 *   {jamo}       one letter typed by itself (ㅅ, ㅠ)
 *   {letter}     a letter of any script
 *   {ws0}        nothing or a little white space
 *   {gap}        up to 20 characters within a sentence, as few as possible
 *   {near}       the same, up to 8
 *   {far}        the same, up to 60
 *   {particle}   nothing or a Korean particle (은 는 이 가 을 를 에게 한테 ...)
 *   {wordstart}  no letter or digit before
 *   {wordend}    no letter or digit behind, except a Korean particle that ends the word
 *   {num}        a number in digits (1,000) or Korean words (한 두 세, 삼백)
 */
#include "pattern.h"

#include <string.h>

#include "yamldoc.h"

#define PARTICLES                                                                                                             \
	"(?:은|는|이|가|을|를|에|에게|에게서|에서|으로|로|와|과|랑|이랑|도|만|의|께|께서|한테|" \
	"한테서|부터|까지|이나|나|라도|"                                                                          \
	"조차|마저|이라는|라는|이고|이며|보고|더러|처럼|보다)"

static const struct macro builtins[] = {
	{ "far", "[^.!?\\n。]{0,60}?" },
	{ "gap", "[^.!?\\n。]{0,20}?" },
	{ "han", "[가-힣]" },
	{ "jamo", "[ㄱ-ㅎㅏ-ㅣ]" },
	{ "letter", "\\p{L}" },
	{ "near", "[^.!?\\n。]{0,8}?" },
	{ "num", "(?:[0-9][0-9,.]{0,11}|[일이삼사오육칠팔구십백천만억]{1,6}|한|두|세|네|다섯|여섯|"
		 "일곱|여덟|아홉|열)" },
	{ "particle", PARTICLES "?" },
	{ "wordend", "(?=" PARTICLES "?(?![\\p{L}\\p{N}]))" },
	{ "wordstart", "(?<![\\p{L}\\p{N}])" },
	{ "ws0", "\\s{0,3}" },
};

#define BUILTINS (sizeof(builtins) / sizeof(builtins[0]))

const char *
macro_builtin(const char *name)
{
	for (size_t i = 0; i < BUILTINS; i++)
		if (strcmp(builtins[i].name, name) == 0)
			return builtins[i].text;
	return NULL;
}

const char *
macro_builtin_name(size_t i)
{
	return i < BUILTINS ? builtins[i].name : NULL;
}

const char *
macro_find(const struct macros *own, const char *name, size_t len)
{
	for (size_t i = 0; own != NULL && i < own->count; i++)
		if (strncmp(own->list[i].name, name, len) == 0 && own->list[i].name[len] == '\0')
			return own->list[i].text;
	for (size_t i = 0; i < BUILTINS; i++)
		if (strncmp(builtins[i].name, name, len) == 0 && builtins[i].name[len] == '\0')
			return builtins[i].text;
	return NULL;
}

const char *
macro_elsewhere(const struct macros *own, const char *name, size_t len)
{
	for (const struct macros *m = own != NULL ? own->others : NULL; m != NULL && m != own;
	     m = m->others)
		for (size_t i = 0; i < m->count; i++)
			if (strncmp(m->list[i].name, name, len) == 0 &&
			    m->list[i].name[len] == '\0')
				return m->file;
	return NULL;
}

const char *
macro_nearest(struct arena *arena, const struct macros *own, const char *name)
{
	size_t count = own != NULL ? own->count : 0, n = 0;
	const char **names = arena_calloc(arena, count + BUILTINS + 1, sizeof(*names));

	if (names == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		names[n++] = own->list[i].name;
	for (size_t i = 0; i < BUILTINS; i++)
		names[n++] = builtins[i].name;
	return yamldoc_nearest(name, names);
}

bool
macro_name_valid(const char *name)
{
	if (!((*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') || *name == '_'))
		return false;
	for (; *name != '\0'; name++)
		if (!((*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
		      (*name >= '0' && *name <= '9') || *name == '_' || *name == '-'))
			return false;
	return true;
}
