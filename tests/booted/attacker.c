/*
 * What code that took over the service would try, without a runtime in its way. Prints `name<TAB>done`, or how it was
 * refused, a line each. Each attempt is made in a child, so that one that is killed is seen too. Arguments: the home of
 * the person and that of somebody else, a process of the person's. Linked without libraries, so it runs anywhere.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *home, *other;
static pid_t process;
static char text[4096];

static const char *in(const char *folder, const char *name) {
  static char paths[4][4096];
  static int next;
  char *path = paths[next++ % 4];
  snprintf(path, sizeof paths[0], "%s/%s", folder, name);
  return path;
}

static int write_file(const char *path) {
  int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0700);
  if (fd < 0) return -1;
  int written = write(fd, "x", 1) == 1 ? 0 : -1;
  unlink(path);
  return written;
}

static int read_file(const char *path) {
  int fd = open(path, O_RDONLY);
  return fd < 0 || read(fd, text, sizeof text) < 0 ? -1 : 0;
}

/* -1 and the reason when it does not run. */
static int run_file(const char *path) {
  char *words[] = {"x", "--nothing", NULL}, *none[] = {NULL};
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) return -1;
  pid_t child = fork();
  if (child < 0) return -1;
  if (child == 0) {
    execve(path, words, none);
    int why = errno;
    _exit(write(report[1], &why, sizeof why) == sizeof why ? 1 : 2);
  }
  close(report[1]);
  int why = 0;
  bool failed = read(report[0], &why, sizeof why) == sizeof why;
  waitpid(child, NULL, 0);
  errno = why;
  return failed ? -1 : 0;
}

static int copy_self(int to) {
  int from = open("/proc/self/exe", O_RDONLY);
  if (from < 0) return -1;
  for (ssize_t got; (got = read(from, text, sizeof text)) > 0;) {
    if (write(to, text, (size_t)got) != got) return -1;
  }
  return 0;
}

/* A program of its own making, in a folder that it may write to. */
static int plant(const char *folder) {
  const char *path = in(folder, "planted");
  int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0700);
  if (fd < 0 || copy_self(fd) != 0) return -1;
  close(fd);
  int ran = run_file(path), why = errno;
  unlink(path);
  errno = why;
  return ran;
}

static int from_memory(void) {
  int fd = memfd_create("x", 0);
  if (fd < 0 || copy_self(fd) != 0) return -1;
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  return run_file(path);
}

static int code_in_memory(void) {
  void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page == MAP_FAILED ? -1 : mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static int connect_bus(void) {
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  snprintf(to.sun_path, sizeof to.sun_path, "/run/user/%u/bus", getuid());
  return fd < 0 ? -1 : connect(fd, (struct sockaddr *)&to, sizeof to);
}

static int privileges_by_program(void) {
  errno = EPERM;
  return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? -1 : 0;
}

/* Does something to an open file of its own. */
static int to_own_file(int (*what)(int fd)) {
  const char *path = in(home, ".kato/state/planted");
  int made = open(path, O_CREAT | O_WRONLY, 0700);
  if (made < 0) return -1;
  close(made);
  int fd = open(path, O_RDONLY);
  int done = fd < 0 ? -1 : what(fd), why = errno;
  unlink(path);
  errno = why;
  return done;
}

static int lend_rights(int fd) { return fchmod(fd, 04755); }
static int open_to_others(int fd) { return fchmod(fd, 0666); }
static int take_lease(int fd) { return fcntl(fd, F_SETLEASE, F_RDLCK); }

static int change_flags(int fd) {
  int flags = 0;
  if (ioctl(fd, FS_IOC_GETFLAGS, &flags) != 0) return -1;
  flags ^= FS_NODUMP_FL;
  return ioctl(fd, FS_IOC_SETFLAGS, &flags);
}

/* What is written to it then signals another process: here one that means nothing to it. */
static int signal_by_descriptor(void) {
  int ends[2];
  if (pipe(ends) != 0 || fcntl(ends[0], F_SETOWN, process) != 0 || fcntl(ends[0], F_SETSIG, SIGURG) != 0) return -1;
  return fcntl(ends[0], F_SETFL, O_ASYNC);
}

static int move_process(void) {
  cpu_set_t set;
  memset(&set, 255, sizeof set);
  return sched_setaffinity(process, sizeof set, &set);
}

static char *of_process(const char *file) {
  static char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", process, file);
  return path;
}

#define ATTEMPT(name, body) \
  static int name(void) { return body; }
ATTEMPT(write_home, write_file(in(home, "planted")))
ATTEMPT(write_tmp, write_file("/tmp/planted"))
ATTEMPT(write_shm, write_file("/dev/shm/planted"))
ATTEMPT(write_run, write_file(in("/run/user/1000", "planted")))
ATTEMPT(write_sessions, write_file(in(home, ".claude/projects/planted")))
ATTEMPT(write_units, write_file(in(home, ".config/planted")))
ATTEMPT(read_key, read_file(in(home, ".ssh/id")))
ATTEMPT(read_other, read_file(in(other, "notes")))
ATTEMPT(unix_socket, socket(AF_UNIX, SOCK_STREAM, 0))
ATTEMPT(inet_socket, socket(AF_INET, SOCK_STREAM, 0))
ATTEMPT(inet6_socket, socket(AF_INET6, SOCK_DGRAM, 0))
ATTEMPT(netlink_socket, socket(AF_NETLINK, SOCK_RAW, 0))
ATTEMPT(packet_socket, socket(AF_PACKET, SOCK_RAW, 0))
ATTEMPT(run_true, run_file("/bin/true"))
ATTEMPT(run_state, plant(in(home, ".kato/state")))
ATTEMPT(run_logs, plant(in(home, ".kato/logs")))
ATTEMPT(run_exports, plant(in(home, ".kato/exports")))
ATTEMPT(user_namespace, unshare(CLONE_NEWUSER))
ATTEMPT(mount_over, unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 ? mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) : -1)
ATTEMPT(set_user_id, to_own_file(lend_rights))
ATTEMPT(share_file, to_own_file(open_to_others))
ATTEMPT(lease, to_own_file(take_lease))
ATTEMPT(file_flags, to_own_file(change_flags))
ATTEMPT(see_command, read_file(of_process("cmdline")))
ATTEMPT(see_environment, read_file(of_process("environ")))
ATTEMPT(trace_process, (int)ptrace(PTRACE_SEIZE, process, NULL, NULL))
ATTEMPT(signal_process, kill(process, 0))
ATTEMPT(use_keys, (int)syscall(SYS_keyctl, 0, -3, 1))
ATTEMPT(use_uring, (int)syscall(SYS_io_uring_setup, 1, memset(text, 0, 256)))

static const struct {
  const char *name;
  int (*run)(void);
} ATTEMPTS[] = {
    {"write to the home", write_home},
    {"write to /tmp", write_tmp},
    {"write to /dev/shm", write_shm},
    {"write to /run", write_run},
    {"write to session logs", write_sessions},
    {"write a person's settings", write_units},
    {"read a key in ~/.ssh", read_key},
    {"read another person's file", read_other},
    {"open a unix socket", unix_socket},
    {"open an internet socket", inet_socket},
    {"open an IPv6 socket", inet6_socket},
    {"open a netlink socket", netlink_socket},
    {"open a packet socket", packet_socket},
    {"connect to the message bus", connect_bus},
    {"run a program", run_true},
    {"run what it wrote to the state", run_state},
    {"run what it wrote to the logs", run_logs},
    {"run what it wrote to the exports", run_exports},
    {"run from memory", from_memory},
    {"make code in memory", code_in_memory},
    {"gain capabilities in a namespace", user_namespace},
    {"mount in a namespace", mount_over},
    {"gain privileges by a program", privileges_by_program},
    {"make a set-uid program", set_user_id},
    {"open a file of its own to others", share_file},
    {"hold others up with a lease", lease},
    {"change flags of an open file", file_flags},
    {"see another process's command", see_command},
    {"see another process's environment", see_environment},
    {"trace another process", trace_process},
    {"signal another process", signal_process},
    {"signal another process by a descriptor", signal_by_descriptor},
    {"choose another process's processors", move_process},
    {"use the session's keys", use_keys},
    {"use io_uring", use_uring},
};

/* How a child ended: 0, an errno, or 128 and a signal. */
static int attempt(int (*run)(void)) {
  pid_t child = fork();
  if (child < 0) return errno;
  if (child == 0) {
    errno = 0;
    _exit(run() >= 0 ? 0 : errno == 0 ? 1 : errno);
  }
  int status;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int count, char **words) {
  if (count < 4) return 0; /* run by itself, to see whether it can be */
  home = words[1];
  other = words[2];
  process = atoi(words[3]);
  for (size_t i = 0; i < sizeof ATTEMPTS / sizeof *ATTEMPTS; i++) {
    int how = attempt(ATTEMPTS[i].run);
    const char *said = how == 0 ? "done" : how > 128 ? sigabbrev_np(how - 128) : strerrorname_np(how);
    printf("%s\t%s\n", ATTEMPTS[i].name, said == NULL ? "refused" : said);
    fflush(stdout);
  }
  return 0;
}
