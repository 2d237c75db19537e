/* Faults for programs that load this first. They share the two numbers in the file FAULTS:
   the seconds that the time of day is ahead or behind (what measures how long something takes stays as it is), and
   what the folder FAULTS_FOLDER does: 0 is well, 1 takes nothing more, also from who has a file of it open (EROFS), 2 gives no
   byte of a database to anybody who reads one, and lets them wait. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { WELL, READ_ONLY, HANGS };

static volatile int64_t *shared;
static char folder[PATH_MAX];

#define REAL(name) \
    ({ \
        static __typeof__(&name) real; \
        if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name); \
        real; \
    })

__attribute__((constructor)) static void begin(void) {
    const char *name = getenv("FAULTS"), *where = getenv("FAULTS_FOLDER");
    int file = name ? REAL(open)(name, O_RDONLY | O_CLOEXEC) : -1;
    if (where) snprintf(folder, sizeof folder, "%s/", where);
    if (file < 0) return;
    void *seen = mmap(NULL, 2 * sizeof *shared, PROT_READ, MAP_SHARED, file, 0);
    if (seen != MAP_FAILED) shared = seen;
    close(file);
}

static int64_t ahead(void) { return shared ? shared[0] : 0; }
static int is(int what) { return shared && folder[0] && shared[1] == what; }

static int in_folder(const char *path) { return path && strncmp(path, folder, strlen(folder)) == 0; }

/* Where a file lies that is open; empty if that is nowhere. */
static const char *place_of(int file, char *place) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, place, PATH_MAX - 1);
    place[length > 0 ? length : 0] = 0;
    return place;
}

static int refused(int file) {
    char place[PATH_MAX];
    if (!is(READ_ONLY) || !in_folder(place_of(file, place))) return 0;
    errno = EROFS;
    return 1;
}

static int refused_at(const char *path) {
    if (!is(READ_ONLY) || !in_folder(path)) return 0;
    errno = EROFS;
    return 1;
}

static void wait_for(int file) {
    char place[PATH_MAX];
    while (is(HANGS) && in_folder(place_of(file, place)) && strstr(place, ".db")) usleep(100000);
}

#define WRITES(result, name, parameters, file, arguments) \
    result name parameters { \
        if (refused(file)) return -1; \
        return REAL(name) arguments; \
    }
#define CHANGES(name, parameters, path, arguments) \
    int name parameters { \
        if (refused_at(path)) return -1; \
        return REAL(name) arguments; \
    }
#define READS(name, parameters, arguments) \
    ssize_t name parameters { \
        wait_for(file); \
        return REAL(name) arguments; \
    }

WRITES(ssize_t, write, (int file, const void *from, size_t size), file, (file, from, size))
WRITES(ssize_t, writev, (int file, const struct iovec *from, int count), file, (file, from, count))
WRITES(ssize_t, pwrite, (int file, const void *from, size_t size, off_t at), file, (file, from, size, at))
WRITES(ssize_t, pwrite64, (int file, const void *from, size_t size, off64_t at), file, (file, from, size, at))
WRITES(int, ftruncate, (int file, off_t size), file, (file, size))
WRITES(int, ftruncate64, (int file, off64_t size), file, (file, size))
CHANGES(truncate, (const char *path, off_t size), path, (path, size))
CHANGES(unlink, (const char *path), path, (path))
CHANGES(mkdir, (const char *path, mode_t mode), path, (path, mode))
CHANGES(rename, (const char *from, const char *to), to, (from, to))
READS(pread, (int file, void *to, size_t size, off_t at), (file, to, size, at))
READS(pread64, (int file, void *to, size_t size, off64_t at), (file, to, size, at))

static int wants_to_write(int how) { return (how & O_ACCMODE) != O_RDONLY || (how & (O_CREAT | O_TRUNC)); }

#define OPENS(name) \
    int name(const char *path, int how, ...) { \
        va_list rest; \
        va_start(rest, how); \
        mode_t mode = how & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        if (wants_to_write(how) && refused_at(path)) return -1; \
        return REAL(name)(path, how, mode); \
    }
#define OPENS_AT(name) \
    int name(int base, const char *path, int how, ...) { \
        va_list rest; \
        va_start(rest, how); \
        mode_t mode = how & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        if (wants_to_write(how) && refused_at(path)) return -1; \
        return REAL(name)(base, path, how, mode); \
    }

OPENS(open)
OPENS(open64)
OPENS_AT(openat)
OPENS_AT(openat64)

int clock_gettime(clockid_t which, struct timespec *now) {
    int result = REAL(clock_gettime)(which, now);
    if (result == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) now->tv_sec += ahead();
    return result;
}

time_t time(time_t *where) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (where) *where = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *now, void *zone) {
    struct timespec exact;
    (void)zone;
    int result = clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return result;
}
