/*
 * Prepares the process itself: descriptors, limits, privileges, signals. Opens /dev/null and nothing else.
 */
#include "kato.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NR_CLOSE_RANGE 436
#define SET_MDWE 65
#define MDWE_REFUSE_EXEC_GAIN 1ul
#define MOST_OPEN 4096u

void close_above(int last) {
  if (syscall(NR_CLOSE_RANGE, (unsigned)last + 1, ~0u, 0u) == 0) return;
  /* For an old kernel. An open descriptor may lie above the current limit, but not above the system's limit. */
  struct rlimit limit;
  rlim_t end = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max != RLIM_INFINITY ? limit.rlim_max : 1048576;
  for (rlim_t fd = (rlim_t)last + 1; fd < end; fd++) close((int)fd);
}

/* Otherwise the first opened file would become standard output. */
void open_standard(void) {
  for (int fd = 0; fd <= 2; fd++) {
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    int null = open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY);
    /* The kernel gives out the lowest free descriptor, and all lower ones are open. */
    if (null != fd) _exit(REFUSED);
  }
}

static void lower(__rlimit_resource_t resource, rlim_t most) {
  struct rlimit limit;
  if (getrlimit(resource, &limit) != 0) fail(BUG, "cannot read a limit: %s", strerror(errno));
  if (limit.rlim_max > most) limit.rlim_max = most;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(resource, &limit) != 0) fail(BUG, "cannot lower a limit: %s", strerror(errno));
}

void lower_limits(void) {
  /* A limit of 0 stops core files only. A limit of 1 also stops cores to a program that collects them (core(5)). */
  lower(RLIMIT_CORE, 1);
  lower(RLIMIT_MSGQUEUE, 0);
  lower(RLIMIT_RTPRIO, 0);
}

/* The monitor holds three pipes for each role. */
void raise_open_files(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max < MOST_OPEN ? limit.rlim_max : MOST_OPEN;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/* `kept`: a set of capabilities that stay, as far as this process has them. */
static void drop_capabilities(uint32_t kept) {
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++) {
    if (capability < 32 && (kept >> capability & 1) != 0) continue;
    prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); /* works only with CAP_SETPCAP, and is needed only then */
  }
  struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  struct __user_cap_data_struct has[2], none[2] = {{0, 0, 0}, {0, 0, 0}};
  bool known = syscall(SYS_capget, &head, has) == 0;
  if (known && memcmp(has, none, sizeof none) == 0) return;
  none[0].permitted = none[0].effective = known ? has[0].permitted & kept : 0;
  /* A unit's filter may refuse this call. Inheritable capabilities are then left, and no_new_privs lets no program gain them. */
  bool inert = known && has[0].permitted == 0 && has[1].permitted == 0;
  head.version = _LINUX_CAPABILITY_VERSION_3;
  if (syscall(SYS_capset, &head, none) != 0 && !inert) fail(BUG, "cannot drop capabilities: %s", strerror(errno));
}

/* Permanent: no program that this process starts can gain rights. */
void drop_privileges(bool sees_people) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail(BUG, "cannot set no_new_privs: %s", strerror(errno));
  /* Holds until the runtime starts: an execve makes a process dumpable again. The monitor stays undumpable. */
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) fail(BUG, "cannot become undumpable: %s", strerror(errno));
  /* Other people's state folders are closed even to root without it. The plan bounds what can be read by it. */
  drop_capabilities(sees_people ? UINT32_C(1) << CAP_DAC_READ_SEARCH : 0);
}

/* Memory that could be written never becomes code, from Linux 6.3; the engine runs without its compiler. */
void refuse_new_code(void) { prctl(SET_MDWE, MDWE_REFUSE_EXEC_GAIN, 0, 0, 0); }

/* Blocked and ignored signals are inherited, and would keep a person from ending a command. */
void reset_signals(void) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (int signal_number = 1; signal_number < NSIG; signal_number++) {
    /* nohup ignores SIGHUP so that a command outlives its terminal */
    struct sigaction now;
    if (signal_number == SIGHUP && sigaction(SIGHUP, NULL, &now) == 0 && now.sa_handler == SIG_IGN) continue;
    signal(signal_number, SIG_DFL);
  }
}
