#include "provider-svc/cli/input_text.h"

#include <errno.h>
#include <stdio.h>

static void close_file(FILE **file)
{
	if (*file != NULL && *file != stdin)
		(void)fclose(*file);
}

bool input_text_read(const char *path, size_t limit, struct arena *arena, struct view *ret, struct error *error)
{
	CLEANUP(close_file) FILE *file = path == NULL || strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	uint8_t *bytes = arena_take(arena, limit + 2);
	size_t len;

	if (file == NULL)
		return error_set(error, DISPOSITION_STOP, "FILE", "file", "%s", strerror(errno));
	len = fread(bytes, 1, limit + 2, file);
	if (ferror(file) != 0)
		return error_set(error, DISPOSITION_STOP, "FILE", "file", "cannot be read");
	if (len > 0 && bytes[len - 1] == '\n')
		len--;
	if (len > limit)
		return error_set(error, DISPOSITION_REJECT, "TOO_LARGE", "file", "more than %zu bytes", limit);
	*ret = view_of(bytes, len);
	return true;
}
