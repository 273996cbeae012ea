#include "common/cli/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 4096, FILE_MODE = 0666 /* less what the umask takes */ };

static bool failed(const char *path, const char *what, struct error *error)
{
	return error_set(error, DISPOSITION_STOP, "OUTPUT", path, "%s: %s", what, strerrordesc_np(errno));
}

static bool write_all(int descriptor, struct view bytes)
{
	while (bytes.len > 0) {
		ssize_t written = write(descriptor, bytes.ptr, bytes.len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		bytes = view_of(bytes.ptr + written, bytes.len - (size_t)written);
	}
	return true;
}

/* The name is on the disk when its folder is. */
static bool sync_folder(const char *path)
{
	char copy[PATH_ROOM];
	int folder;
	bool done;

	(void)snprintf(copy, sizeof copy, "%s", path);
	folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return false;
	done = fsync(folder) == 0;
	(void)close(folder);
	return done;
}

static bool write_beside(const char *path, const char *beside, struct view bytes, struct error *error)
{
	int descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	bool done;

	if (descriptor < 0)
		return failed(path, "cannot be made: does the folder exist, and may you write there?", error);
	done = (write_all(descriptor, bytes) && fsync(descriptor) == 0) || failed(path, "cannot be written", error);
	if (close(descriptor) != 0 && done)
		done = failed(path, "cannot be written", error);
	if (done && (rename(beside, path) != 0 || !sync_folder(path)))
		done = failed(path, "cannot be put in its place", error);
	if (!done)
		(void)unlink(beside);
	return done;
}

bool output_write(const char *path, struct view bytes, struct error *error)
{
	char beside[PATH_ROOM];
	struct stat about;
	int length;

	if (path == NULL)
		return write_all(STDOUT_FILENO, bytes) || failed("standard output", "cannot be written", error);
	if (lstat(path, &about) == 0 && !S_ISREG(about.st_mode))
		return error_set(error, DISPOSITION_STOP, "OUTPUT", path, "is no plain file: leave --output out and redirect standard output");
	length = snprintf(beside, sizeof beside, "%s.%ld.part", path, (long)getpid());
	if (length < 0 || (size_t)length >= sizeof beside)
		return error_set(error, DISPOSITION_STOP, "OUTPUT", "output", "the path is too long");
	return write_beside(path, beside, bytes, error);
}
