/*
 * fold_map: from a view back to the text it was made of, and the other way. See fold.h.
 */
#include "fold.h"

/* The last run that begins at or before a view offset. */
static size_t
run_at(const struct folded *f, size_t offset)
{
	size_t low = 0, high = f->run_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (f->runs[middle].offset <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

void
fold_source(const struct folded *f, size_t offset, size_t length, size_t *ret_offset,
	    size_t *ret_length)
{
	const struct fold_run *first, *last;
	size_t start, end;

	if (f->run_count == 0) {
		*ret_offset = *ret_length = 0;
		return;
	}
	if (offset > f->len)
		offset = f->len;
	if (length > f->len - offset)
		length = f->len - offset;
	first = &f->runs[run_at(f, offset)];
	start = first->source;
	if (first->linear)
		start += offset - first->offset;
	end = start;
	if (length > 0) {
		last = &f->runs[run_at(f, offset + length - 1)];
		end = last->source +
		      (last->linear ? offset + length - last->offset : last->source_len);
	}
	*ret_offset = start;
	*ret_length = end - start;
}

/* The first view offset whose source lies at or after `source` (or whose run reaches past it). */
static size_t
view_at(const struct folded *f, size_t source)
{
	size_t low = 0, high = f->run_count;
	const struct fold_run *run;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (f->runs[middle].source + f->runs[middle].source_len <= source)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == f->run_count)
		return f->len;
	run = &f->runs[low];
	return run->linear && source > run->source ? run->offset + (source - run->source)
						   : run->offset;
}

void
fold_view_range(const struct folded *f, size_t offset, size_t length, size_t *ret_offset,
		size_t *ret_length)
{
	size_t start = view_at(f, offset), end = view_at(f, offset + length);

	*ret_offset = start;
	*ret_length = end > start ? end - start : 0;
}
