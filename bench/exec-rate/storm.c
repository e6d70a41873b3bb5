// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// storm SENSOR PROGRAM COUNT ROUNDS: runs PROGRAM COUNT times bare, then with the sensor's programs attached, and
// prints one line a round: nanoseconds bare, nanoseconds with the sensor stopped (kernel side alone), nanoseconds
// with it draining, records submitted, dropped.
#include <errno.h>
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

static uint64_t storm(char *program, int count)
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

struct sensor {
  pid_t pid;
  int fd;
};

static struct sensor start_sensor(char *path)
{
  struct sensor s;
  int pair[2];

  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    exit(4);
  s.pid = fork();
  if (s.pid == 0) {
    dup2(pair[1], 3);
    execl(path, path, "run", NULL);
    _exit(127);
  }
  close(pair[1]);
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

  storm(argv[2], 200);
  for (int i = 0; i < rounds; i++) {
    uint64_t submitted, dropped, bare = storm(argv[2], count), kernel, draining;
    struct sensor s = start_sensor(argv[1]);

    settle(s.fd, 1, &submitted, &dropped);
    storm(argv[2], 50);
    settle(s.fd, submitted + 150, &submitted, &dropped);
    kill(s.pid, SIGSTOP);
    kernel = storm(argv[2], count);
    kill(s.pid, SIGCONT);
    settle(s.fd, submitted + 3ul * count, &submitted, &dropped);
    // Nobody reads meanwhile; what the sensor holds back is bounded and small enough here.
    draining = storm(argv[2], count);
    settle(s.fd, submitted + 3ul * count, &submitted, &dropped);
    printf("round %llu %llu %llu %llu %llu\n", (unsigned long long)bare, (unsigned long long)kernel,
           (unsigned long long)draining, (unsigned long long)submitted, (unsigned long long)dropped);
    fflush(stdout);
    close(s.fd);
    waitpid(s.pid, NULL, 0);
    // The programs are freed a little later.
    usleep(300000);
  }
  return 0;
}
