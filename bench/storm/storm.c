// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// storm SENSOR WHAT COUNT ROUNDS: runs the program WHAT, or opens and closes the file of `open:FILE`, COUNT times bare,
// then with the sensor's programs attached, and prints one line a round: nanoseconds bare, nanoseconds with the sensor
// stopped (kernel side alone), nanoseconds with it draining, records submitted, dropped.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static uint64_t now(void)
{
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + t.tv_nsec;
}

static uint64_t storm_of_opens(const char *path, int count)
{
  uint64_t start = now();

  for (int i = 0; i < count; i++) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
      exit(7);
    close(fd);
  }
  return now() - start;
}

static uint64_t storm_of_programs(char *program, int count)
{
  char *argv[] = {program, "one", "two", NULL};
  uint64_t start = now();

  for (int i = 0; i < count; i++) {
    pid_t pid;

    if (posix_spawn(&pid, program, NULL, NULL, argv, environ) != 0)
      exit(3);
    waitpid(pid, NULL, 0);
  }
  return now() - start;
}

#define OPEN "open:"

static int is_open(const char *what)
{
  return strncmp(what, OPEN, strlen(OPEN)) == 0;
}

static uint64_t storm(char *what, int count)
{
  return is_open(what) ? storm_of_opens(what + strlen(OPEN), count) : storm_of_programs(what, count);
}

struct sensor {
  pid_t starter;
  pid_t pid;
  int fd;
};

static struct sensor start_sensor(char *path)
{
  struct sensor s;
  int pair[2], told[2];

  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0 || pipe2(told, O_CLOEXEC) != 0)
    exit(4);
  // By another process: what the one that starts a sensor does itself is not looked at.
  s.starter = fork();
  if (s.starter == 0) {
    pid_t sensor = fork();

    if (sensor == 0) {
      dup2(pair[1], 3);
      execl(path, path, "run", NULL);
      _exit(127);
    }
    close(pair[0]);
    close(pair[1]);
    if (write(told[1], &sensor, sizeof(sensor)) != sizeof(sensor))
      _exit(126);
    waitpid(sensor, NULL, 0);
    _exit(0);
  }
  close(pair[1]);
  if (read(told[0], &s.pid, sizeof(s.pid)) != sizeof(s.pid))
    exit(8);
  close(told[0]);
  close(told[1]);
  s.fd = pair[0];
  return s;
}

static void read_all(int fd, unsigned char *to, size_t length)
{
  while (length > 0) {
    ssize_t n = read(fd, to, length);

    if (n <= 0)
      exit(5);
    to += n;
    length -= n;
  }
}

// Reads until a heartbeat that has received all that was submitted, at least `least`.
static void settle(int fd, uint64_t least, uint64_t *submitted, uint64_t *dropped)
{
  static unsigned char frame[65536];
  uint64_t received;

  for (;;) {
    uint32_t length;

    read_all(fd, frame, 8);
    memcpy(&length, frame, 4);
    if (length < 48 || length > sizeof(frame))
      exit(6);
    read_all(fd, frame + 8, length - 8);
    if (frame[7] != 2)
      continue;
    memcpy(submitted, frame + 48, 8);
    memcpy(dropped, frame + 56, 8);
    memcpy(&received, frame + 72, 8);
    if (received == *submitted && *submitted + *dropped >= least)
      return;
  }
}

int main(int argc, char **argv)
{
  if (argc != 5)
    return 2;
  int count = atoi(argv[3]), rounds = atoi(argv[4]);
  // A program is told by fork, exec and exit; of opens only the first is told.
  uint64_t records = is_open(argv[2]) ? 0 : 3;

  storm(argv[2], 200);
  for (int i = 0; i < rounds; i++) {
    uint64_t submitted, dropped, bare = storm(argv[2], count), kernel, draining;
    struct sensor s = start_sensor(argv[1]);

    settle(s.fd, 1, &submitted, &dropped);
    storm(argv[2], 50);
    settle(s.fd, submitted + 50 * records, &submitted, &dropped);
    kill(s.pid, SIGSTOP);
    kernel = storm(argv[2], count);
    kill(s.pid, SIGCONT);
    settle(s.fd, submitted + records * count, &submitted, &dropped);
    // Nobody reads meanwhile; what the sensor holds back is bounded and small enough here.
    draining = storm(argv[2], count);
    settle(s.fd, submitted + records * count, &submitted, &dropped);
    printf("round %llu %llu %llu %llu %llu\n", (unsigned long long)bare, (unsigned long long)kernel,
           (unsigned long long)draining, (unsigned long long)submitted, (unsigned long long)dropped);
    fflush(stdout);
    close(s.fd);
    waitpid(s.starter, NULL, 0);
    // The programs are freed a little later.
    usleep(300000);
  }
  return 0;
}
