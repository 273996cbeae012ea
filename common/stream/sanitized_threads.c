/*
 * For builds with the thread sanitizer only. librdkafka uses C11's threads and locks, which gcc 12's sanitizer does not know: it crashes in a thread
 * that it has not seen begin, and sees no lock. These go before glibc's and do the same by POSIX's, which the sanitizer follows.
 */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name, performance-no-int-to-ptr, bugprone-reserved-identifier): glibc's and the
 * sanitizer's interfaces are as they are. */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

_Static_assert(sizeof(mtx_t) >= sizeof(pthread_mutex_t), "glibc keeps a POSIX mutex in a C11 one");
_Static_assert(sizeof(cnd_t) >= sizeof(pthread_cond_t), "glibc keeps a POSIX condition in a C11 one");

static int answer(int error)
{
	if (error == 0)
		return thrd_success;
	if (error == ETIMEDOUT)
		return thrd_timedout;
	return error == EBUSY ? thrd_busy : thrd_error;
}

struct beginning {
	thrd_start_t start;
	void *argument;
};

static void *begin(void *argument)
{
	struct beginning beginning = *(struct beginning *)argument;

	free(argument);
	return (void *)(intptr_t)beginning.start(beginning.argument);
}

int thrd_create(thrd_t *thread, thrd_start_t start, void *argument)
{
	struct beginning *beginning = malloc(sizeof *beginning);

	if (beginning == NULL)
		return thrd_nomem;
	*beginning = (struct beginning){start, argument};
	return answer(pthread_create(thread, NULL, begin, beginning));
}

int thrd_join(thrd_t thread, int *ret)
{
	void *value = NULL;
	int error = pthread_join(thread, &value);

	if (ret != NULL)
		*ret = (int)(intptr_t)value;
	return answer(error);
}

int mtx_init(mtx_t *lock, int type)
{
	pthread_mutexattr_t attributes;
	int error;

	(void)pthread_mutexattr_init(&attributes);
	if ((type & mtx_recursive) != 0)
		(void)pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
	error = pthread_mutex_init((pthread_mutex_t *)lock, &attributes);
	(void)pthread_mutexattr_destroy(&attributes);
	return answer(error);
}

void mtx_destroy(mtx_t *lock)
{
	(void)pthread_mutex_destroy((pthread_mutex_t *)lock);
}

int mtx_lock(mtx_t *lock)
{
	return answer(pthread_mutex_lock((pthread_mutex_t *)lock));
}

int mtx_trylock(mtx_t *lock)
{
	return answer(pthread_mutex_trylock((pthread_mutex_t *)lock));
}

int mtx_unlock(mtx_t *lock)
{
	return answer(pthread_mutex_unlock((pthread_mutex_t *)lock));
}

int cnd_init(cnd_t *condition)
{
	return answer(pthread_cond_init((pthread_cond_t *)condition, NULL));
}

void cnd_destroy(cnd_t *condition)
{
	(void)pthread_cond_destroy((pthread_cond_t *)condition);
}

int cnd_signal(cnd_t *condition)
{
	return answer(pthread_cond_signal((pthread_cond_t *)condition));
}

int cnd_broadcast(cnd_t *condition)
{
	return answer(pthread_cond_broadcast((pthread_cond_t *)condition));
}

int cnd_wait(cnd_t *condition, mtx_t *lock)
{
	return answer(pthread_cond_wait((pthread_cond_t *)condition, (pthread_mutex_t *)lock));
}

int cnd_timedwait(cnd_t *restrict condition, mtx_t *restrict lock, const struct timespec *restrict at)
{
	return answer(pthread_cond_timedwait((pthread_cond_t *)condition, (pthread_mutex_t *)lock, at));
}

const char *__tsan_default_suppressions(void);

/* librdkafka itself is not instrumented: its reference counts by atomic instructions are not seen. By the top frame alone it cannot be told, which is
 * the sanitizer's own where it frees or copies. */
const char *__tsan_default_suppressions(void)
{
	return "race:librdkafka.so\nmutex:librdkafka.so\n";
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name, performance-no-int-to-ptr, bugprone-reserved-identifier) */
