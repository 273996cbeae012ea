#include "common/crypto/keyfile.h"

#include "common/crypto/hex.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONTENT_MAX 65536
#define KEY_DIGITS ((size_t)CRYPTO_KEY_LEN * 2)

static bool refuse(struct error *error, const char *path, const char *what)
{
	return error_set(error, DISPOSITION_STOP, "KEY_FILE", "key file", "%s: %s", path, what);
}

static void close_p(int *descriptor)
{
	if (*descriptor >= 0)
		(void)close(*descriptor);
}

static bool read_all(int descriptor, uint8_t *bytes, size_t n)
{
	while (n > 0) {
		ssize_t got = read(descriptor, bytes, n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		bytes += got;
		n -= (size_t)got;
	}
	return true;
}

static bool write_all(int descriptor, struct view content)
{
	while (content.len > 0) {
		ssize_t put = write(descriptor, content.ptr, content.len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		content = view_of(content.ptr + put, content.len - (size_t)put);
	}
	return true;
}

bool keyfile_read(const char *path, struct arena *arena, struct view *ret, struct error *error)
{
	CLEANUP(close_p) int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	uint8_t *bytes;

	if (descriptor < 0)
		return refuse(error, path, errno == ENOENT ? "does not exist: run setup" : "cannot be opened");
	if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
		return refuse(error, path, "is no plain file");
	if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return refuse(error, path, "may be used by others than its owner: chmod 600");
	if (status.st_size > CONTENT_MAX)
		return refuse(error, path, "is too large for a key file");
	bytes = arena_take(arena, (size_t)status.st_size + 1);
	if (!read_all(descriptor, bytes, (size_t)status.st_size))
		return refuse(error, path, "cannot be read");
	*ret = view_of(bytes, (size_t)status.st_size);
	return true;
}

/* A new name is safe on disk only once its folder is. */
static bool sync_folder(const char *path)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 1 : (size_t)(slash - path) + 1;

	if (len >= sizeof folder)
		return false;
	memcpy(folder, slash == NULL ? "." : path, len);
	folder[len] = '\0';
	{
		CLEANUP(close_p) int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		return descriptor >= 0 && fsync(descriptor) == 0;
	}
}

static bool create(const char *path, struct view content, struct error *error)
{
	CLEANUP(close_p) int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (descriptor < 0)
		return refuse(error, path, errno == EEXIST ? "exists already" : "cannot be created");
	if (fchmod(descriptor, 0600) != 0 || !write_all(descriptor, content) || fsync(descriptor) != 0) {
		(void)unlink(path);
		return refuse(error, path, "cannot be written");
	}
	return true;
}

bool keyfile_create(const char *path, struct view content, struct error *error)
{
	if (!create(path, content, error))
		return false;
	return sync_folder(path) ? true : refuse(error, path, "its folder cannot be synced");
}

bool keyfile_replace(const char *path, struct view content, struct error *error)
{
	char beside[4096];
	int n = snprintf(beside, sizeof beside, "%s.new", path);

	if (n < 0 || (size_t)n >= sizeof beside)
		return refuse(error, path, "its name is too long");
	(void)unlink(beside); /* left over from a crash: never in use */
	if (!create(beside, content, error))
		return false;
	if (rename(beside, path) != 0) {
		(void)unlink(beside);
		return refuse(error, path, "cannot be replaced");
	}
	return sync_folder(path) ? true : refuse(error, path, "its folder cannot be synced");
}

bool keyfile_read_key(const char *path, uint8_t ret_key[static CRYPTO_KEY_LEN], struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct view text = VIEW_NULL;

	if (!keyfile_read(path, &arena, &text, error))
		return false;
	if (text.len == KEY_DIGITS + 1 && text.ptr[KEY_DIGITS] == '\n')
		text.len--;
	if (!hex_decode(text, ret_key, CRYPTO_KEY_LEN))
		return refuse(error, path, "is not 64 hexadecimal digits");
	return true;
}

bool keyfile_create_key(const char *path, const uint8_t key[static CRYPTO_KEY_LEN], struct error *error)
{
	char text[KEY_DIGITS + 2];
	bool ok;

	hex_encode(key, CRYPTO_KEY_LEN, text);
	text[KEY_DIGITS] = '\n';
	ok = keyfile_create(path, view_of(text, KEY_DIGITS + 1), error);
	secret_wipe(text, sizeof text);
	return ok;
}
