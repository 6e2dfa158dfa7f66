/*
 * The system calls that a process of kato's cannot make, as a filter written by hand. It takes authority away from
 * its own process for good, and touches nothing else. Landlock bounds paths; this bounds everything that is no path.
 */
#include "kato.h"
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscalls.h"

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#define X32_BIT 0x40000000u
#define NAMESPACES 0x7e020000u /* every CLONE_NEW* that clone has */

struct filter {
  struct sock_filter *code;
  size_t count, room;
};

static void put(struct filter *filter, uint16_t code, uint32_t value, uint8_t yes, uint8_t no) {
  filter->code = more_room(filter->code, &filter->room, filter->count + 1, sizeof *filter->code);
  filter->code[filter->count++] = (struct sock_filter){.code = code, .jt = yes, .jf = no, .k = value};
}

static void load(struct filter *filter, size_t offset) { put(filter, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0); }
static void end_with(struct filter *filter, uint32_t action) { put(filter, BPF_RET | BPF_K, action, 0, 0); }

static size_t argument(int index) { return offsetof(struct seccomp_data, args) + 8u * (size_t)index; }

#define REFUSE(error) (SECCOMP_RET_ERRNO | (uint32_t)(error))

static void refuse(struct filter *filter, uint32_t number, int error) {
  put(filter, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
  end_with(filter, REFUSE(error));
}

/* Begins what holds for `number` alone; `length` instructions follow, and each way through them ends the filter. */
static void only_for(struct filter *filter, uint32_t number, uint8_t length) {
  put(filter, BPF_JMP | BPF_JEQ | BPF_K, number, 0, length);
}

/* Refused unless the low half of the argument is `value`. Flags and ids are no longer than that. */
static void require_equal(struct filter *filter, uint32_t number, int index, uint32_t value) {
  only_for(filter, number, 4);
  load(filter, argument(index));
  put(filter, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
  end_with(filter, SECCOMP_RET_ALLOW);
  end_with(filter, REFUSE(EPERM));
}

static void refuse_equal(struct filter *filter, uint32_t number, int index, uint32_t value) {
  only_for(filter, number, 3);
  load(filter, argument(index));
  put(filter, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
  end_with(filter, REFUSE(EPERM));
  /* Not this value: the next rule for the same call must see its number again. */
  load(filter, offsetof(struct seccomp_data, nr));
}

/* Landlock up to ABI 2 does not see that opening for reading can truncate. */
static void refuse_reading_truncation(struct filter *filter, uint32_t number, int index) {
  only_for(filter, number, 5);
  load(filter, argument(index));
  put(filter, BPF_ALU | BPF_AND | BPF_K, 01003, 0, 0); /* O_TRUNC | O_ACCMODE, the same on both architectures */
  put(filter, BPF_JMP | BPF_JEQ | BPF_K, 01000, 0, 1);
  end_with(filter, REFUSE(EPERM));
  end_with(filter, SECCOMP_RET_ALLOW);
}

/* A stream pair can go nowhere else; a datagram socket could be pointed at any socket of the machine. */
static void bound_socketpair(struct filter *filter) {
  only_for(filter, SYS_socketpair, 7);
  load(filter, argument(0));
  put(filter, BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 0, 4);
  load(filter, argument(1));
  put(filter, BPF_ALU | BPF_AND | BPF_K, 0xf, 0, 0);
  put(filter, BPF_JMP | BPF_JEQ | BPF_K, SOCK_STREAM, 0, 1);
  end_with(filter, SECCOMP_RET_ALLOW);
  end_with(filter, REFUSE(EPERM));
}

/* Sending is for what is connected: an address would be a way out. */
static void bound_sendto(struct filter *filter) {
  only_for(filter, SYS_sendto, 6);
  load(filter, argument(4));
  put(filter, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3);
  load(filter, argument(4) + 4);
  put(filter, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1);
  end_with(filter, SECCOMP_RET_ALLOW);
  end_with(filter, REFUSE(EPERM));
}

/* Threads only, and in no namespace of their own. A process of ours has no children. */
static void bound_clone(struct filter *filter, bool may_fork) {
  only_for(filter, SYS_clone, may_fork ? 4 : 5);
  load(filter, argument(0));
  put(filter, BPF_JMP | BPF_JSET | BPF_K, NAMESPACES, may_fork ? 1 : 2, 0);
  if (!may_fork) put(filter, BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1);
  end_with(filter, SECCOMP_RET_ALLOW);
  end_with(filter, REFUSE(EPERM));
}

/* One execve, the launcher's own: nobody else has these three addresses in his memory. */
static void bound_exec(struct filter *filter, const struct exec *exec) {
  const uint64_t values[] = {(uintptr_t)exec->path, (uintptr_t)exec->arguments, (uintptr_t)exec->environment};
  only_for(filter, SYS_execve, 14);
  for (int i = 0; i < 3; i++) {
    uint8_t left = (uint8_t)(4 * (2 - i));
    load(filter, argument(i));
    put(filter, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)values[i], 0, (uint8_t)(left + 3));
    load(filter, argument(i) + 4);
    put(filter, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(values[i] >> 32), 0, (uint8_t)(left + 1));
  }
  end_with(filter, SECCOMP_RET_ALLOW);
  end_with(filter, REFUSE(EPERM));
}

/* A terminal that is passed in would otherwise take "typed" commands for the shell outside. */
static void bound_ioctl(struct filter *filter) {
  static const uint32_t STEERING[] = {0x5412 /* TIOCSTI */, 0x541c /* TIOCLINUX */, 0x5423 /* TIOCSETD */};
  for (size_t i = 0; i < sizeof STEERING / sizeof *STEERING; i++) refuse_equal(filter, SYS_ioctl, 1, STEERING[i]);
}

static void build(struct filter *filter, enum kind kind, const struct exec *exec) {
  load(filter, offsetof(struct seccomp_data, arch));
  put(filter, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
  end_with(filter, SECCOMP_RET_KILL_PROCESS);
  load(filter, offsetof(struct seccomp_data, nr));
#if defined(__x86_64__)
  put(filter, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
  end_with(filter, SECCOMP_RET_KILL_PROCESS);
#endif
  /* What this list does not know yet is as if the kernel did not have it. */
  put(filter, BPF_JMP | BPF_JGT | BPF_K, NEWEST_CALL, 0, 1);
  end_with(filter, REFUSE(ENOSYS));
  for (size_t i = 0; i < sizeof REFUSED_CALLS / sizeof *REFUSED_CALLS; i++) refuse(filter, REFUSED_CALLS[i], EPERM);
  /* Its flags are in memory, where a filter cannot look; libc falls back to clone. */
  refuse(filter, NR_CLONE3, ENOSYS);
  refuse(filter, NR_OPENAT2, ENOSYS);
  if (kind != MONITOR) {
    for (size_t i = 0; i < sizeof RUNTIME_CALLS / sizeof *RUNTIME_CALLS; i++) refuse(filter, RUNTIME_CALLS[i], EPERM);
  }
  if (kind == ROLE) {
    for (size_t i = 0; i < sizeof ROLE_CALLS / sizeof *ROLE_CALLS; i++) refuse(filter, ROLE_CALLS[i], EPERM);
  }
  require_equal(filter, SYS_personality, 0, 0xffffffff); /* asking is allowed */
  bound_ioctl(filter);
  bound_socketpair(filter);
  bound_sendto(filter);
  bound_clone(filter, kind == MONITOR);
  if (kind != MONITOR) {
    uint32_t self = (uint32_t)getpid();
    require_equal(filter, SYS_kill, 0, self);
    require_equal(filter, SYS_tgkill, 0, self);
    require_equal(filter, SYS_rt_sigqueueinfo, 0, self);
    require_equal(filter, SYS_rt_tgsigqueueinfo, 0, self);
    require_equal(filter, SYS_prlimit64, 0, 0);
    refuse_equal(filter, SYS_prctl, 0, PR_SET_PDEATHSIG);
    refuse_reading_truncation(filter, SYS_openat, 2);
#ifdef SYS_open
    refuse_reading_truncation(filter, SYS_open, 1);
#endif
    bound_exec(filter, exec);
  }
  end_with(filter, SECCOMP_RET_ALLOW);
}

bool seccomp_present(void) {
  /* A filter at no address: a kernel that has filters answers that it cannot read it. */
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) != 0 && errno == EFAULT;
}

void seccomp_enforce(enum kind kind, const struct exec *exec) {
  struct filter filter = {0};
  build(&filter, kind, exec);
  struct sock_fprog program = {.len = (unsigned short)filter.count, .filter = filter.code};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) {
    fail(BUG, "cannot put the system-call filter into force: %s. Report this with the kernel's version", strerror(errno));
  }
  free(filter.code);
}
