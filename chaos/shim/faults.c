/*
 * Faults of disk and clock, for a process that is started with this in LD_PRELOAD.
 *
 * CHAOS_CONTROL names a file that is mapped, so that whoever writes to it changes what holds at once:
 *   int64 at 0   offset of the wall clock, in microseconds
 *   int32 at 8   not 0: writes to an append-only file fail with ENOSPC
 *   int32 at 12  milliseconds that each sync of an append-only file takes longer
 *   int32 at 16  not 0: syncs of an append-only file fail with EIO
 *
 * CHAOS_SYNCED names a folder. It holds, under each append-only file's own name, how many of its bytes
 * have been synced: what a power cut leaves of it. The bytes of a sync are those that were written
 * before it began.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct control {
  volatile int64_t clock_offset_us;
  volatile int32_t disk_full;
  volatile int32_t sync_delay_ms;
  volatile int32_t sync_fails;
};

static struct control none;
static struct control *control = &none;
static char synced_folder[256];

__attribute__((constructor)) static void load(void) {
  const char *file = getenv("CHAOS_CONTROL");
  const char *folder = getenv("CHAOS_SYNCED");
  if (folder) snprintf(synced_folder, sizeof synced_folder, "%s", folder);
  int fd = file ? open(file, O_RDONLY) : -1;
  if (fd < 0) return;
  void *mapped = mmap(0, sizeof(struct control), PROT_READ, MAP_SHARED, fd, 0);
  if (mapped != MAP_FAILED) control = mapped;
  close(fd);
}

/* Writes the file's own name to `name`; 0 where it is no append-only file. */
static int append_only(int fd, char *name, size_t size) {
  char link[64], path[512];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 9) return 0;
  path[length] = 0;
  if (strcmp(path + length - 9, ".incr.aof") != 0) return 0;
  const char *last = strrchr(path, '/');
  snprintf(name, size, "%s", last ? last + 1 : path);
  return 1;
}

ssize_t write(int fd, const void *bytes, size_t count) {
  char name[256];
  if (control->disk_full && append_only(fd, name, sizeof name)) {
    errno = ENOSPC;
    return -1;
  }
  return syscall(SYS_write, fd, bytes, count);
}

static void note_synced(const char *name, off_t size) {
  char path[640], text[32];
  if (!synced_folder[0]) return;
  snprintf(path, sizeof path, "%s/%s", synced_folder, name);
  int fd = open(path, O_WRONLY | O_CREAT, 0600);
  if (fd < 0) return;
  int length = snprintf(text, sizeof text, "%020lld", (long long)size);
  pwrite(fd, text, length, 0);
  close(fd);
}

static int synced(int fd, long call) {
  char name[256];
  struct stat before;
  if (!append_only(fd, name, sizeof name)) return syscall(call, fd);
  if (control->sync_delay_ms > 0) usleep(control->sync_delay_ms * 1000);
  if (control->sync_fails) {
    errno = EIO;
    return -1;
  }
  fstat(fd, &before);
  int result = syscall(call, fd);
  if (result == 0) note_synced(name, before.st_size);
  return result;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

static int is_wall(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int result = real ? real(clock, time) : (int)syscall(SYS_clock_gettime, clock, time);
  if (result == 0 && is_wall(clock) && control->clock_offset_us) {
    int64_t us = (int64_t)time->tv_sec * 1000000 + time->tv_nsec / 1000 + control->clock_offset_us;
    time->tv_nsec = (us % 1000000) * 1000 + time->tv_nsec % 1000;
    time->tv_sec = us / 1000000;
  }
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}
