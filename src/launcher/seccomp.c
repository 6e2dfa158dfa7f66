/*
 * The system calls that kato's processes may make: a filter made from the rows of syscalls.def. It refuses every other call,
 * permanently, and touches nothing else. Landlock limits paths; this filter limits everything that has no path, and
 * everything that a descriptor allows.
 */
#include "kato.h"
#include <errno.h>
#include <fcntl.h>
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

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#define X32_BIT 0x40000000u
#define NAMESPACES 0x7e020000u /* every CLONE_NEW* that clone has */

/* file_setattr of Linux 6.17. Newer calls are answered as if the kernel did not have them. */
#define NEWEST_CALL 469u

/* Answered in the same way: libc and the runtime then use other calls. */
static const uint32_t ABSENT[] = {
    435, 437, 436, 439, 441, 452, /* clone3, openat2, close_range, faccessat2, epoll_pwait2, fchmodat2 */
    449, 454, 455, 456, 453, 462, /* futex_waitv, _wake, _wait, _requeue, map_shadow_stack, mseal */
    SYS_pkey_alloc, SYS_membarrier, SYS_copy_file_range,
};

struct filter {
  struct sock_filter *code;
  size_t count, room;
  enum kind kind;
  const struct exec *exec;
};

#define REFUSED(error) (SECCOMP_RET_ERRNO | (uint32_t)(error))

static void put(struct filter *filter, uint16_t code, uint32_t value, uint8_t yes, uint8_t no) {
  filter->code = more_room(filter->code, &filter->room, filter->count + 1, sizeof *filter->code);
  filter->code[filter->count++] = (struct sock_filter){.code = code, .jt = yes, .jf = no, .k = value};
}

static void load(struct filter *filter, size_t offset) { put(filter, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0); }
static void keep_bits(struct filter *filter, uint32_t bits) { put(filter, BPF_ALU | BPF_AND | BPF_K, bits, 0, 0); }
static void end_with(struct filter *filter, uint32_t action) { put(filter, BPF_RET | BPF_K, action, 0, 0); }
static void allow(struct filter *filter) { end_with(filter, SECCOMP_RET_ALLOW); }
static void refuse(struct filter *filter) { end_with(filter, REFUSED(EPERM)); }

/* Loads the low half of an argument. Flags, commands, process ids and modes are no longer. */
static void load_argument(struct filter *filter, int index) {
  load(filter, offsetof(struct seccomp_data, args) + 8u * (size_t)index);
}

static void load_high_half(struct filter *filter, int index) {
  load(filter, offsetof(struct seccomp_data, args) + 8u * (size_t)index + 4);
}

static void allow_if(struct filter *filter, uint32_t value) {
  put(filter, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
  allow(filter);
}

static void refuse_unless(struct filter *filter, uint32_t value) {
  put(filter, BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0);
  refuse(filter);
}

static void refuse_if_any(struct filter *filter, uint32_t bits) {
  put(filter, BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1);
  refuse(filter);
}

/* The rules for arguments. Each path through a rule ends the filter. */

static void rule_any(struct filter *filter) { allow(filter); }

/* Not allowed: a descriptor's owner and signal (they reach any process), leases (others wait), seals, pipe sizes. */
static void rule_fcntl(struct filter *filter) {
  static const uint32_t ALLOWED[] = {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_GETLK, F_SETLK, F_SETLKW};
  load_argument(filter, 1);
  for (size_t i = 0; i < sizeof ALLOWED / sizeof *ALLOWED; i++) allow_if(filter, ALLOWED[i]);
  refuse_unless(filter, F_SETFL);
  load_argument(filter, 2);
  refuse_if_any(filter, O_ASYNC);
  allow(filter);
}

/* Allowed: asking for a terminal and its width, and non-blocking streams. Nothing that changes a file or a terminal. */
static void rule_ioctl(struct filter *filter) {
  static const uint32_t ALLOWED[] = {0x5401 /* TCGETS */, 0x5413 /* TIOCGWINSZ */, 0x5421 /* FIONBIO */, 0x5451 /* FIOCLEX */};
  load_argument(filter, 1);
  for (size_t i = 0; i < sizeof ALLOWED / sizeof *ALLOWED; i++) allow_if(filter, ALLOWED[i]);
  refuse(filter);
}

/* Threads only, in no namespace of their own. The monitor may also start children, its roles. */
static void rule_clone(struct filter *filter) {
  load_argument(filter, 0);
  refuse_if_any(filter, NAMESPACES);
  if (filter->kind != MONITOR) {
    put(filter, BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0);
    refuse(filter);
  }
  allow(filter);
}

static void bound_open(struct filter *filter, int index) {
  load_argument(filter, index);
  switch (filter->kind) {
    case MONITOR: /* makes a writer's file */
      break;
    case PLANNER:
    case PARSER:
      refuse_if_any(filter, O_ACCMODE | O_CREAT | O_TRUNC);
      break;
    case WRITER: /* the monitor made its file */
      refuse_if_any(filter, O_CREAT);
      /* fall through */
    default:
      /* Landlock up to ABI 2 does not check truncation by an open for reading. */
      keep_bits(filter, O_TRUNC | O_ACCMODE);
      put(filter, BPF_JMP | BPF_JEQ | BPF_K, O_TRUNC, 0, 1);
      refuse(filter);
  }
  allow(filter);
}

static void rule_openat(struct filter *filter) { bound_open(filter, 2); }
#if defined(__x86_64__)
static void rule_open(struct filter *filter) { bound_open(filter, 1); }
#endif

/* Modes of existing files: for the owner only, without set-uid, set-gid and sticky bits. */
static void bound_mode(struct filter *filter, int index) {
  if (filter->kind == MONITOR) return allow(filter);
  load_argument(filter, index);
  refuse_if_any(filter, 07077);
  allow(filter);
}

static void rule_fchmod(struct filter *filter) { bound_mode(filter, 1); }
static void rule_fchmodat(struct filter *filter) { bound_mode(filter, 2); }

static void bound_to(struct filter *filter, uint32_t value) {
  if (filter->kind == MONITOR) return allow(filter);
  load_argument(filter, 0);
  refuse_unless(filter, value);
  allow(filter);
}

static void rule_own_limits(struct filter *filter) { bound_to(filter, 0); }
static void rule_own_signal(struct filter *filter) { bound_to(filter, (uint32_t)getpid()); }

/* Naming a thread. The monitor's children also confine themselves and arrange to die with the monitor. */
static void rule_prctl(struct filter *filter) {
  static const uint32_t OF_MONITOR[] = {PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, PR_SET_DUMPABLE};
  load_argument(filter, 0);
  allow_if(filter, PR_SET_NAME);
  for (size_t i = 0; filter->kind == MONITOR && i < sizeof OF_MONITOR / sizeof *OF_MONITOR; i++) allow_if(filter, OF_MONITOR[i]);
  refuse(filter);
}

/* Only asking is allowed. */
static void rule_personality(struct filter *filter) {
  load_argument(filter, 0);
  refuse_unless(filter, 0xffffffff);
  allow(filter);
}

/* Allows one execve, the launcher's own: no other code knows these three addresses (see become.c). */
static void rule_execve(struct filter *filter) {
  if (filter->kind == MONITOR) return allow(filter);
  const struct exec *exec = filter->exec;
  const uint64_t values[] = {(uintptr_t)exec->path, (uintptr_t)exec->arguments, (uintptr_t)exec->environment};
  for (int i = 0; i < 3; i++) {
    load_argument(filter, i);
    refuse_unless(filter, (uint32_t)values[i]);
    load_high_half(filter, i);
    refuse_unless(filter, (uint32_t)(values[i] >> 32));
  }
  allow(filter);
}

/* A stream pair is connected for good. A datagram socket could send to any socket of the machine. */
static void rule_socketpair(struct filter *filter) {
  load_argument(filter, 0);
  refuse_unless(filter, AF_UNIX);
  load_argument(filter, 1);
  keep_bits(filter, 0xf);
  refuse_unless(filter, SOCK_STREAM);
  allow(filter);
}

/* Only connected sockets may send: an address would be a way out. */
static void rule_sendto(struct filter *filter) {
  load_argument(filter, 4);
  refuse_unless(filter, 0);
  load_high_half(filter, 4);
  refuse_unless(filter, 0);
  allow(filter);
}

/* The kinds of process in the rows, one bit each. */
#define BIT(kind) (1u << (kind))
enum {
  OF_LAUNCHER = 0,
  OF_MONITOR = BIT(MONITOR),
  OF_EVERYBODY = BIT(MONITOR) | BIT(PLANNER) | BIT(COMMAND) | BIT(ORCHESTRATOR) | BIT(PARSER) | BIT(WRITER),
  OF_WRITING = BIT(MONITOR) | BIT(COMMAND) | BIT(ORCHESTRATOR) | BIT(WRITER),
  OF_KEEPING = BIT(MONITOR) | BIT(COMMAND) | BIT(ORCHESTRATOR),
  OF_FOLLOWING = BIT(MONITOR) | BIT(ORCHESTRATOR) | BIT(PARSER),
};

static const struct call {
  uint32_t number, who;
  void (*rule)(struct filter *filter);
} CALLS[] = {
#define CALL(name, who, rule) {SYS_##name, OF_##who, rule_##rule},
#if defined(__x86_64__)
#define X86(name, who, rule) CALL(name, who, rule)
#else
#define X86(name, who, rule)
#endif
#include "syscalls.def"
};

/* Adds the check of one call. Every path through the rule ends the filter, so only its length must be known. */
static void put_call(struct filter *filter, const struct call *call) {
  size_t at = filter->count;
  put(filter, BPF_JMP | BPF_JEQ | BPF_K, call->number, 0, 0);
  call->rule(filter);
  filter->code[at].jf = (uint8_t)(filter->count - at - 1);
}

static void build(struct filter *filter) {
  load(filter, offsetof(struct seccomp_data, arch));
  put(filter, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
  end_with(filter, SECCOMP_RET_KILL_PROCESS);
  load(filter, offsetof(struct seccomp_data, nr));
#if defined(__x86_64__)
  put(filter, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
  end_with(filter, SECCOMP_RET_KILL_PROCESS);
#endif
  for (size_t i = 0; i < sizeof CALLS / sizeof *CALLS; i++) {
    if ((CALLS[i].who & BIT(filter->kind)) != 0) put_call(filter, &CALLS[i]);
  }
  for (size_t i = 0; i < sizeof ABSENT / sizeof *ABSENT; i++) {
    put(filter, BPF_JMP | BPF_JEQ | BPF_K, ABSENT[i], 0, 1);
    end_with(filter, REFUSED(ENOSYS));
  }
  put(filter, BPF_JMP | BPF_JGT | BPF_K, NEWEST_CALL, 0, 1);
  end_with(filter, REFUSED(ENOSYS));
  refuse(filter);
}

bool seccomp_present(void) {
  /* Passes a filter at address 0: a kernel with filters answers that it cannot read it. */
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) != 0 && errno == EFAULT;
}

void seccomp_enforce(enum kind kind, const struct exec *exec) {
  struct filter filter = {.kind = kind, .exec = exec};
  build(&filter);
  struct sock_fprog program = {.len = (unsigned short)filter.count, .filter = filter.code};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) {
    fail(BUG, "cannot put the system-call filter into force: %s. Report this with the kernel's version", strerror(errno));
  }
  free(filter.code);
}
