/*
 * match: compiled patterns under limits. See match.h.
 */
#include "match.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limits.h"

#define JIT_STACK_START (32u << 10)
#define JIT_STACK_MAX (512u << 10)
#define JIT_WORK 4096      /* bytes a pattern goes over before machine code of it is worth while */
#define JIT_CALL 32        /* ... and those that a match stands for, however short the text */
#define CALL_STEPS 4       /* charged for a match however short the text */
#define BYTES_PER_STEP 128 /* text that a light pattern goes over in the time of one step */
#define LOOK_PER_STEP 32   /* text that .* goes over in that time */
#define STOP_NEAR 1        /* numbers of our callouts; automatic ones have 255 */
#define STOP_FAR 2

struct pattern_jit {
	atomic_uint work;           /* bytes, see JIT_WORK */
	_Atomic(pcre2_code *) code; /* NULL: not compiled yet */
};

struct matcher {
	pcre2_match_context *context;
	pcre2_match_data *data;
	pcre2_jit_stack *stack;
	uint64_t budget, left;
	uint64_t at_this_start; /* steps at the current start of the current match */
	size_t start;
	bool trial;
};

static int
count_step(pcre2_callout_block *block, void *data)
{
	struct matcher *m = data;
	uint64_t steps = 1;

	if (block->callout_number != STOP_NEAR && block->current_position > block->start_match)
		steps += (block->current_position - block->start_match) / LOOK_PER_STEP;
	if (block->start_match != m->start) {
		m->start = block->start_match;
		m->at_this_start = 0;
	}
	m->at_this_start += steps;
	if (steps > m->left || m->at_this_start > LIMIT_MATCH_STEPS) {
		m->left -= steps < m->left ? steps : m->left;
		return PCRE2_ERROR_MATCHLIMIT;
	}
	m->left -= steps;
	return 0;
}

struct matcher *
matcher_new(void)
{
	struct matcher *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->context = pcre2_match_context_create(NULL);
	m->data = pcre2_match_data_create(1, NULL);
	m->stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX, NULL);
	if (m->context == NULL || m->data == NULL) {
		matcher_free(m);
		return NULL;
	}
	/* No stack where there is no JIT: then it is not needed either. */
	if (m->stack != NULL)
		pcre2_jit_stack_assign(m->context, NULL, m->stack);
	pcre2_set_match_limit(m->context, LIMIT_MATCH_CALLS);
	pcre2_set_depth_limit(m->context, LIMIT_MATCH_DEPTH);
	pcre2_set_heap_limit(m->context, LIMIT_MATCH_HEAP_KIB);
	pcre2_set_callout(m->context, count_step, m);
	return m;
}

void
matcher_free(struct matcher *m)
{
	if (m == NULL)
		return;
	pcre2_match_data_free(m->data);
	pcre2_match_context_free(m->context);
	pcre2_jit_stack_free(m->stack);
	free(m);
}

void
matcher_begin(struct matcher *m, uint64_t budget, bool trial)
{
	m->trial = trial;
	m->budget = m->left = budget;
}

uint64_t
matcher_steps(const struct matcher *m)
{
	return m->budget - m->left;
}

void
matcher_charge(struct matcher *m, size_t bytes)
{
	uint64_t steps = CALL_STEPS + bytes / BYTES_PER_STEP;

	m->left -= steps < m->left ? steps : m->left;
}

/* A copy is compiled, because others may be matching with the code at the same time. */
static const pcre2_code *
compile_jit(const struct pattern *p)
{
	pcre2_code *code = pcre2_code_copy(p->code);

	if (code == NULL || pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) != 0) {
		pcre2_code_free(code);
		return p->code;
	}
	atomic_store_explicit(&p->jit->code, code, memory_order_release);
	return code;
}

/* The code to match so many bytes with. */
static const pcre2_code *
code_of(const struct matcher *m, const struct pattern *p, size_t len)
{
	unsigned work = JIT_CALL + (unsigned)(len < JIT_WORK ? len : JIT_WORK), before;
	const pcre2_code *code;

	if (p->jit == NULL)
		return p->code;
	code = atomic_load_explicit(&p->jit->code, memory_order_acquire);
	if (code != NULL)
		return code;
	if (m->trial)
		return p->code;
	before = atomic_fetch_add_explicit(&p->jit->work, work, memory_order_relaxed);
	if (before >= JIT_WORK || before + work < JIT_WORK)
		return p->code;
	return compile_jit(p);
}

enum answer
matcher_find(struct matcher *m, const struct pattern *p, const char *text, size_t len, size_t from,
	     size_t last, size_t *ret_start, size_t *ret_end)
{
	size_t until = last < len ? last : len;
	PCRE2_SIZE *range;
	int rc;

	if (m->left == 0)
		return ANSWER_UNDETERMINED;
	m->start = SIZE_MAX;
	pcre2_set_offset_limit(m->context, last);
	rc = pcre2_match(code_of(m, p, until - from), (PCRE2_SPTR)text, len, from,
			 PCRE2_NO_UTF_CHECK, m->data, m->context);
	if (rc == PCRE2_ERROR_NOMATCH) {
		matcher_charge(m, until - from);
		return ANSWER_CLEAR;
	}
	if (rc < 0) {
		matcher_charge(m, until - from);
		return ANSWER_UNDETERMINED;
	}
	range = pcre2_get_ovector_pointer(m->data);
	/* \K inside an assertion could turn the range round. */
	*ret_start = range[0] <= range[1] ? range[0] : range[1];
	*ret_end = range[1];
	matcher_charge(m, range[1] > from ? range[1] - from : 0);
	return ANSWER_HIT;
}

bool
match_jit_works(const char **ret_why)
{
	PCRE2_SIZE offset;
	int rc, number;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR) "a+b", 3, 0, &number, &offset, NULL);

	if (code == NULL) {
		*ret_why = "out of memory";
		return false;
	}
	rc = pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	pcre2_code_free(code);
	if (rc == 0)
		*ret_why = "";
	else if (rc == PCRE2_ERROR_NOMEMORY)
		*ret_why =
			"not allowed by the system (MemoryDenyWriteExecute= or a security module)";
	else
		*ret_why = "PCRE2 was built without it";
	return rc == 0;
}

static int
refuse_empty(const struct pattern *p, const struct prepared *prepared,
	     struct pattern_error *ret_error)
{
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	int rc;

	if (data == NULL)
		return -ENOMEM;
	rc = pcre2_match(p->code, (PCRE2_SPTR) "", 0, 0, PCRE2_NO_UTF_CHECK, data, NULL);
	pcre2_match_data_free(data);
	if (rc < 0)
		return 0;
	ret_error->offset = prepared->origin[0];
	snprintf(ret_error->text, sizeof(ret_error->text),
		 "the pattern matches the empty text, which stands everywhere");
	snprintf(ret_error->hint, sizeof(ret_error->hint), "make some part of it required");
	return -EINVAL;
}

/* The pattern with a callout at each stop. */
static const char *
with_stops(struct arena *arena, const struct prepared *prepared, const struct literals *literals,
	   size_t *ret_len)
{
	struct buf b = { .arena = arena };
	size_t at = 0;
	const char *text;

	for (size_t i = 0; i < literals->stop_count; i++) {
		buf_add(&b, prepared->text + at, literals->stops[i].offset - at);
		buf_printf(&b, "(?C%d)", literals->stops[i].far ? STOP_FAR : STOP_NEAR);
		at = literals->stops[i].offset;
	}
	buf_add(&b, prepared->text + at, prepared->len - at);
	text = buf_string(&b);
	*ret_len = b.len;
	return text;
}

/* What to do about PCRE2's commonest complaints. */
static const char *
compile_hint(int number)
{
	switch (number) {
	case PCRE2_ERROR_END_BACKSLASH:
		return "write \\\\ for a backslash, or say what is to follow it";
	case PCRE2_ERROR_QUANTIFIER_OUT_OF_ORDER:
		return "write the smaller number first: {2,5}";
	case PCRE2_ERROR_MISSING_SQUARE_BRACKET:
		return "close the class with ], or write \\[ for a bracket";
	case PCRE2_ERROR_CLASS_RANGE_ORDER:
		return "write the range from the lower to the higher: a-z; a - itself goes last";
	case PCRE2_ERROR_QUANTIFIER_INVALID:
		return "write \\*, \\+ or \\? for the character itself";
	case PCRE2_ERROR_MISSING_CLOSING_PARENTHESIS:
		return "close the group with ), or write \\( for a parenthesis";
	case PCRE2_ERROR_UNMATCHED_CLOSING_PARENTHESIS:
		return "write \\) for a parenthesis, or open a group with ( or (?:";
	case PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH:
		return "give each alternative behind (?<= or (?<! a length of its own: no *, + or "
		       "{1,3}";
	case PCRE2_ERROR_PARENTHESES_NEST_TOO_DEEP:
		return "take groups out, or write \\( for a parenthesis";
	case PCRE2_ERROR_DUPLICATE_SUBPATTERN_NAME:
		return "give the groups different names, or none: (?:";
	case PCRE2_ERROR_BAD_SUBPATTERN_REFERENCE:
		return "\\1 stands for what the first ( ) matched, and there is none; (?: ) does "
		       "not "
		       "count";
	case PCRE2_ERROR_UNSUPPORTED_ESCAPE_SEQUENCE:
		return "write \\x{ac00} for a character by its number, or the character itself";
	case PCRE2_ERROR_UNKNOWN_ESCAPE:
		return "write the letter without the backslash";
	default:
		return "see pcre2pattern(3); a special character stands for itself behind a \\";
	}
}

static int
compile_error(const struct prepared *prepared, int number, size_t offset,
	      struct pattern_error *ret_error)
{
	char why[160];

	pcre2_get_error_message(number, (PCRE2_UCHAR *)why, sizeof(why));
	ret_error->offset = prepared->origin[offset <= prepared->len ? offset : prepared->len];
	snprintf(ret_error->text, sizeof(ret_error->text), "the pattern does not compile: %s", why);
	snprintf(ret_error->hint, sizeof(ret_error->hint), "%s", compile_hint(number));
	return -EINVAL;
}

int
pattern_compile(struct arena *arena, struct literal_cache *cache, const struct prepared *prepared,
		enum view view, enum jit jit, struct pattern *ret, struct pattern_error *ret_error)
{
	uint32_t options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UCP |
			   PCRE2_NO_UTF_CHECK | PCRE2_USE_OFFSET_LIMIT;
	struct pattern p = { NULL };
	PCRE2_SIZE offset;
	const char *text;
	size_t len;
	int number, rc;

	rc = literal_extract(arena, cache, prepared->text, prepared->len, view, &p.literals);
	if (rc < 0)
		return rc;
	text = prepared->text;
	len = prepared->len;
	if (p.literals.stop_count > 0) {
		text = with_stops(arena, prepared, &p.literals, &len);
		if (text == NULL)
			return -ENOMEM;
	}
	options |= p.literals.understood ? 0 : PCRE2_AUTO_CALLOUT;
	p.code = pcre2_compile((PCRE2_SPTR)text, len, options, &number, &offset, NULL);
	if (p.code == NULL && text != prepared->text) {
		int plain;

		/* Again as it was written, so that the place of the mistake is right. */
		p.code = pcre2_compile((PCRE2_SPTR)prepared->text, prepared->len, options, &plain,
				       &offset, NULL);
		if (p.code == NULL)
			number = plain;
		else
			offset = 0; /* it is too large with its stops */
		pattern_clear(&p);
	}
	if (p.code == NULL)
		return compile_error(prepared, number, offset, ret_error);
	rc = refuse_empty(&p, prepared, ret_error);
	if (rc < 0) {
		pattern_clear(&p);
		return rc;
	}
	if (jit != JIT_NONE) {
		p.jit = calloc(1, sizeof(*p.jit));
		if (p.jit == NULL) {
			pattern_clear(&p);
			return -ENOMEM;
		}
		if (jit == JIT_ALL)
			compile_jit(&p);
	}
	*ret = p;
	return 0;
}

void
pattern_clear(struct pattern *p)
{
	pcre2_code_free(p->code);
	if (p->jit != NULL)
		pcre2_code_free(atomic_load(&p->jit->code));
	free(p->jit);
	*p = (struct pattern){ NULL };
}
