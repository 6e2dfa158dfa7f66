/*
 * Checks the answers of seccomp.c's filter to system calls. The numbers of the calls come from the tables of the kernel,
 * not from the headers that the filter was made with. This program runs the filter instead of the kernel, so one machine
 * can check the filters of all architectures: `make CC=aarch64-linux-gnu-gcc filter`, then qemu-aarch64-static.
 */
#include "../seccomp.c"

#include <stdio.h>

/* A call's number on x86-64 and on arm64; -1 where it does not exist. */
#if defined(__x86_64__)
#define ARCH 0xc000003eu
#define BY(x64, arm64) x64
#elif defined(__aarch64__)
#define ARCH 0xc00000b7u
#define BY(x64, arm64) arm64
#endif

/* Those that depend on their arguments. */
enum {
  N_FCNTL = BY(72, 25), N_IOCTL = BY(16, 29), N_CLONE = BY(56, 220), N_OPENAT = BY(257, 56), N_OPEN = BY(2, -1),
  N_PRLIMIT64 = BY(302, 261), N_PRCTL = BY(157, 167), N_PERSONALITY = BY(135, 92), N_EXECVE = BY(59, 221), N_KILL
  = BY(62, 129), N_TGKILL = BY(234, 131), N_SOCKETPAIR = BY(53, 199), N_SENDTO = BY(44, 206), N_FCHMOD = BY(91,
  52), N_CHMOD = BY(90, -1), N_FCHMODAT = BY(268, 53)
};

/* Every number up to here is tried; the newest call of any kernel so far is far below. */
#define NUMBERS 1024

/* Where the launcher's own execve has its three arguments. */
#define PATH 0x1122334455667788u
#define ARGUMENTS 0x7fff00001000u
#define ENVIRONMENT 0x7fff00002000u
static const struct exec OWN = {
    .path = (const char *)PATH,
    .arguments = (char **)ARGUMENTS,
    .environment = (char **)ENVIRONMENT,
};

/* A letter for each answer: allowed, EPERM, ENOSYS, killed. */
static char letter_of(uint32_t action) {
  switch (action) {
    case SECCOMP_RET_ALLOW: return 'A';
    case REFUSED(EPERM): return 'D';
    case REFUSED(ENOSYS): return 'N';
    case SECCOMP_RET_KILL_PROCESS: return 'K';
    default: printf("an answer that is not known here: %#x\n", action); exit(1);
  }
}

static uint32_t run_filter(const struct filter *filter, const struct seccomp_data *data) {
  uint32_t value = 0;
  for (size_t at = 0; at < filter->count; at++) {
    const struct sock_filter *code = &filter->code[at];
    bool jumps = BPF_CLASS(code->code) == BPF_JMP, yes = false;
    switch (code->code) {
    case BPF_LD | BPF_W | BPF_ABS: memcpy(&value, (const char *)data + code->k, sizeof value); break;
    case BPF_ALU | BPF_AND | BPF_K: value &= code->k; break;
    case BPF_JMP | BPF_JEQ | BPF_K: yes = value == code->k; break;
    case BPF_JMP | BPF_JGE | BPF_K: yes = value >= code->k; break;
    case BPF_JMP | BPF_JGT | BPF_K: yes = value > code->k; break;
    case BPF_JMP | BPF_JSET | BPF_K: yes = (value & code->k) != 0; break;
    case BPF_RET | BPF_K: return code->k;
    default: printf("an instruction that is not known here: %#x\n", code->code); exit(1);
    }
    if (jumps) at += yes ? code->jt : code->jf;
  }
  printf("a way through the filter that ends nowhere\n");
  exit(1);
}

/* In the order of the letters below. */
static const enum kind KINDS[] = {PLANNER, COMMAND, ORCHESTRATOR, PARSER, WRITER, MONITOR};
static const char *const NAMES[] = {"planner", "command", "orchestrator", "parser", "writer", "monitor"};
#define KIND_COUNT (sizeof KINDS / sizeof *KINDS)

static struct filter filters[KIND_COUNT];
static int failures;

static void expect(const char *what, uint32_t arch, int number, const uint64_t *arguments, const char *said) {
  struct seccomp_data data = {.nr = number, .arch = arch};
  if (arguments != NULL) memcpy(data.args, arguments, sizeof data.args);
  for (size_t i = 0; i < KIND_COUNT; i++) {
    char letter = letter_of(run_filter(&filters[i], &data));
    if (letter == said[i]) continue;
    failures++;
    printf("%s (%d) of the %s: %c, not %c\n", what, number, NAMES[i], letter, said[i]);
  }
}

/* The answer to these is the same for all arguments. The filter refuses a number that is in neither table. */
static const struct {
  const char *name;
  int number;
  const char *said;
} CALLS_ANYHOW[] = {
    {"read", BY(0, 63), "AAAAAA"}, {"write", BY(1, 64), "AAAAAA"}, {"readv", BY(19, 65), "AAAAAA"}, {"writev",
    BY(20, 66), "AAAAAA"}, {"pread64", BY(17, 67), "AAAAAA"}, {"lseek", BY(8, 62), "AAAAAA"}, {"close", BY(3, 57),
    "AAAAAA"}, {"futex", BY(202, 98), "AAAAAA"}, {"epoll_create1", BY(291, 20), "AAAAAA"}, {"epoll_ctl", BY(233,
    21), "AAAAAA"}, {"epoll_wait", BY(232, -1), "AAAAAA"}, {"epoll_pwait", BY(281, 22), "AAAAAA"}, {"poll", BY(7,
    -1), "AAAAAA"}, {"ppoll", BY(271, 73), "AAAAAA"}, {"eventfd2", BY(290, 19), "AAAAAA"}, {"set_robust_list",
    BY(273, 99), "AAAAAA"}, {"set_tid_address", BY(218, 96), "AAAAAA"}, {"rseq", BY(334, 293), "AAAAAA"},
    {"sched_yield", BY(24, 124), "AAAAAA"}, {"sched_getaffinity", BY(204, 123), "AAAAAA"}, {"sched_getparam",
    BY(143, 121), "AAAAAA"}, {"sched_getscheduler", BY(145, 120), "AAAAAA"}, {"clock_gettime", BY(228, 113),
    "AAAAAA"}, {"clock_getres", BY(229, 114), "AAAAAA"}, {"gettimeofday", BY(96, 169), "AAAAAA"}, {"time", BY(201,
    -1), "AAAAAA"}, {"clock_nanosleep", BY(230, 115), "AAAAAA"}, {"nanosleep", BY(35, 101), "AAAAAA"},
    {"restart_syscall", BY(219, 128), "AAAAAA"}, {"mmap", BY(9, 222), "AAAAAA"}, {"munmap", BY(11, 215), "AAAAAA"},
    {"mprotect", BY(10, 226), "AAAAAA"}, {"mremap", BY(25, 216), "AAAAAA"}, {"madvise", BY(28, 233), "AAAAAA"},
    {"brk", BY(12, 214), "AAAAAA"}, {"newfstatat", BY(262, 79), "AAAAAA"}, {"fstat", BY(5, 80), "AAAAAA"}, {"statx",
    BY(332, 291), "AAAAAA"}, {"stat", BY(4, -1), "AAAAAA"}, {"lstat", BY(6, -1), "AAAAAA"}, {"access", BY(21, -1),
    "AAAAAA"}, {"faccessat", BY(269, 48), "AAAAAA"}, {"readlink", BY(89, -1), "AAAAAA"}, {"readlinkat", BY(267, 78),
    "AAAAAA"}, {"getdents64", BY(217, 61), "AAAAAA"}, {"getcwd", BY(79, 17), "AAAAAA"}, {"getpid", BY(39, 172),
    "AAAAAA"}, {"getppid", BY(110, 173), "AAAAAA"}, {"gettid", BY(186, 178), "AAAAAA"}, {"getuid", BY(102, 174),
    "AAAAAA"}, {"geteuid", BY(107, 175), "AAAAAA"}, {"getgid", BY(104, 176), "AAAAAA"}, {"getegid", BY(108, 177),
    "AAAAAA"}, {"getrandom", BY(318, 278), "AAAAAA"}, {"uname", BY(63, 160), "AAAAAA"}, {"sysinfo", BY(99, 179),
    "AAAAAA"}, {"arch_prctl", BY(158, -1), "AAAAAA"}, {"exit", BY(60, 93), "AAAAAA"}, {"exit_group", BY(231, 94),
    "AAAAAA"}, {"rt_sigaction", BY(13, 134), "AAAAAA"}, {"rt_sigprocmask", BY(14, 135), "AAAAAA"}, {"rt_sigreturn",
    BY(15, 139), "AAAAAA"}, {"sigaltstack", BY(131, 132), "AAAAAA"}, {"recvfrom", BY(45, 207), "AAAAAA"},
    {"fdatasync", BY(75, 83), "DAADAA"}, {"fsync", BY(74, 82), "DAADAA"}, {"ftruncate", BY(77, 46), "DAADAA"},
    {"pwrite64", BY(18, 68), "DAADDA"}, {"flock", BY(73, 32), "DAADDA"}, {"rename", BY(82, -1), "DAADDA"},
    {"renameat", BY(264, 38), "DAADDA"}, {"renameat2", BY(316, 276), "DAADDA"}, {"unlink", BY(87, -1), "DAADDA"},
    {"rmdir", BY(84, -1), "DAADDA"}, {"unlinkat", BY(263, 35), "DAADDA"}, {"mkdir", BY(83, -1), "DAADDA"},
    {"mkdirat", BY(258, 34), "DAADDA"}, {"inotify_init1", BY(294, 26), "DDAADA"}, {"inotify_add_watch", BY(254, 27),
    "DDAADA"}, {"inotify_rm_watch", BY(255, 28), "DDAADA"}, {"wait4", BY(61, 260), "DDDDDA"}, {"pipe2", BY(293, 59),
    "DDDDDA"}, {"dup2", BY(33, -1), "DDDDDA"}, {"dup3", BY(292, 24), "DDDDDA"}, {"setsid", BY(112, 157), "DDDDDA"},
    {"signalfd4", BY(289, 74), "DDDDDA"}, {"seccomp", BY(317, 277), "DDDDDA"}, {"landlock_create_ruleset", BY(444,
    444), "DDDDDA"}, {"landlock_add_rule", BY(445, 445), "DDDDDA"}, {"landlock_restrict_self", BY(446, 446),
    "DDDDDA"},
    {"clone3", 435, "NNNNNN"}, {"close_range", 436, "NNNNNN"}, {"openat2", 437, "NNNNNN"},
    {"faccessat2", 439, "NNNNNN"}, {"epoll_pwait2", 441, "NNNNNN"}, {"futex_waitv", 449, "NNNNNN"},
    {"fchmodat2", 452, "NNNNNN"}, {"map_shadow_stack", 453, "NNNNNN"}, {"futex_wake", 454, "NNNNNN"},
    {"futex_wait", 455, "NNNNNN"}, {"futex_requeue", 456, "NNNNNN"}, {"mseal", 462, "NNNNNN"},
    {"pkey_alloc", BY(330, 289), "NNNNNN"}, {"membarrier", BY(324, 283), "NNNNNN"},
    {"copy_file_range", BY(326, 285), "NNNNNN"},
};

#define AT(...) {__VA_ARGS__}

/* Where arguments decide. */
static const struct {
  const char *what;
  int number;
  uint64_t arguments[6];
  const char *said;
} BOUNDED[] = {
    {"a pair of local streams", N_SOCKETPAIR, AT(1, 1 | 02000000), "AAAAAA"},
    {"a pair of local datagrams", N_SOCKETPAIR, AT(1, 2), "DDDDDD"},
    {"a pair of another family", N_SOCKETPAIR, AT(2, 1), "DDDDDD"},
    {"sending to what is connected", N_SENDTO, AT(3, 1, 1, 0, 0, 0), "AAAAAA"},
    {"sending to an address", N_SENDTO, AT(3, 1, 1, 0, 0x1000, 16), "DDDDDD"},
    {"sending to a high address", N_SENDTO, AT(3, 1, 1, 0, 0x700000000000u, 16), "DDDDDD"},
    {"a thread", N_CLONE, AT(0x3d0f00), "AAAAAA"},
    {"a child", N_CLONE, AT(17), "DDDDDA"},
    {"a thread in a user namespace", N_CLONE, AT(0x3d0f00 | 0x10000000), "DDDDDD"},
    {"a child in a network namespace", N_CLONE, AT(17 | 0x40000000), "DDDDDD"},
    {"the launcher's own execve", N_EXECVE, AT(PATH, ARGUMENTS, ENVIRONMENT), "AAAAAA"},
    {"another program", N_EXECVE, AT(PATH + 1, ARGUMENTS, ENVIRONMENT), "DDDDDA"},
    {"another program, far away", N_EXECVE, AT(PATH ^ (UINT64_C(1) << 40), ARGUMENTS, ENVIRONMENT), "DDDDDA"},
    {"other arguments", N_EXECVE, AT(PATH, ARGUMENTS - 0x100000000u, ENVIRONMENT), "DDDDDA"},
    {"another environment", N_EXECVE, AT(PATH, ARGUMENTS, ENVIRONMENT + 8), "DDDDDA"},
    {"a signal to init", N_KILL, AT(1, 9), "DDDDDA"},
    {"a signal to all of a group", N_KILL, AT(0, 9), "DDDDDA"},
    {"a thread's signal to init", N_TGKILL, AT(1, 1, 9), "DDDDDA"},
    {"another process's limits", N_PRLIMIT64, AT(1), "DDDDDA"},
    {"own limits", N_PRLIMIT64, AT(0), "AAAAAA"},
    {"lifting the death signal", N_PRCTL, AT(1, 0), "DDDDDA"},
    {"one more filter", N_PRCTL, AT(22, 2), "DDDDDA"},
    {"becoming dumpable", N_PRCTL, AT(4, 1), "DDDDDA"},
    {"another's tracer", N_PRCTL, AT(0x59616d61, 1), "DDDDDD"},
    {"memory that tells its own place", N_PRCTL, AT(35, 1), "DDDDDD"},
    {"naming a thread", N_PRCTL, AT(15), "AAAAAA"},
    {"asking for the personality", N_PERSONALITY, AT(0xffffffffu), "AAAAAA"},
    {"setting the personality", N_PERSONALITY, AT(0x0040000), "DDDDDD"},
    {"a copy of a descriptor", N_FCNTL, AT(3, 0), "AAAAAA"},
    {"a closing copy of a descriptor", N_FCNTL, AT(3, 1030, 3), "AAAAAA"},
    {"flags of a descriptor", N_FCNTL, AT(3, 1), "AAAAAA"},
    {"setting flags of a descriptor", N_FCNTL, AT(3, 2, 1), "AAAAAA"},
    {"flags of a file", N_FCNTL, AT(3, 3), "AAAAAA"},
    {"a file that does not wait", N_FCNTL, AT(3, 4, 04000), "AAAAAA"},
    {"a file that signals", N_FCNTL, AT(3, 4, 020000), "DDDDDD"},
    {"a file that does not wait and signals", N_FCNTL, AT(3, 4, 024000), "DDDDDD"},
    {"who has a lock", N_FCNTL, AT(3, 5, 0x1000), "AAAAAA"},
    {"a lock", N_FCNTL, AT(3, 6, 0x1000), "AAAAAA"},
    {"a lock that waits", N_FCNTL, AT(3, 7, 0x1000), "AAAAAA"},
    {"the owner of a file's signals", N_FCNTL, AT(3, 8, 1), "DDDDDD"},
    {"whose signals a file sends", N_FCNTL, AT(3, 9), "DDDDDD"},
    {"which signal a file sends", N_FCNTL, AT(3, 10, 9), "DDDDDD"},
    {"the owner of a file's signals, at length", N_FCNTL, AT(3, 15, 0x1000), "DDDDDD"},
    {"a lease", N_FCNTL, AT(3, 1024, 0), "DDDDDD"},
    {"being told of a folder", N_FCNTL, AT(3, 1026, 1), "DDDDDD"},
    {"the size of a pipe", N_FCNTL, AT(3, 1031, 4096), "DDDDDD"},
    {"a seal", N_FCNTL, AT(3, 1033, 1), "DDDDDD"},
    {"a hint on a file's life", N_FCNTL, AT(3, 1036, 0x1000), "DDDDDD"},
    {"a terminal's settings", N_IOCTL, AT(0, 0x5401), "AAAAAA"},
    {"setting a terminal", N_IOCTL, AT(0, 0x5402), "DDDDDD"},
    {"typing into a terminal", N_IOCTL, AT(0, 0x5412), "DDDDDD"},
    {"a terminal's selection", N_IOCTL, AT(0, 0x541c), "DDDDDD"},
    {"a terminal's foreground", N_IOCTL, AT(0, 0x5410), "DDDDDD"},
    {"taking a terminal", N_IOCTL, AT(0, 0x540e), "DDDDDD"},
    {"a terminal's size", N_IOCTL, AT(0, 0x5413), "AAAAAA"},
    {"a pair that does not wait", N_IOCTL, AT(6, 0x5421, 0x1000), "AAAAAA"},
    {"attributes of a file", N_IOCTL, AT(3, 0x40086602, 0x1000), "DDDDDD"},
    {"the owner of a descriptor", N_IOCTL, AT(3, 0x8901, 0x1000), "DDDDDD"},
    {"the group of a socket", N_IOCTL, AT(3, 0x8902, 0x1000), "DDDDDD"},
    {"a descriptor that signals", N_IOCTL, AT(3, 0x5452, 0x1000), "DDDDDD"},
    {"opening for reading", N_OPENAT, AT(0, 0, 02000000), "AAAAAA"},
    {"opening for writing", N_OPENAT, AT(0, 0, 1), "DAADAA"},
    {"opening for both", N_OPENAT, AT(0, 0, 2), "DAADAA"},
    {"opening in a mode without a name", N_OPENAT, AT(0, 0, 3), "DAADAA"},
    {"making a file", N_OPENAT, AT(0, 0, 0101), "DAADDA"},
    {"making a file to read", N_OPENAT, AT(0, 0, 0100), "DAADDA"},
    {"opening for reading that truncates", N_OPENAT, AT(0, 0, 01000), "DDDDDA"},
    {"opening for writing that truncates", N_OPENAT, AT(0, 0, 01001), "DAADAA"},
    {"a mode for its person alone", N_FCHMOD, AT(3, 0600), "DAADDA"},
    {"a mode for others to read", N_FCHMOD, AT(3, 0604), "DDDDDA"},
    {"a mode for a group to write", N_FCHMOD, AT(3, 0620), "DDDDDA"},
    {"a set-uid program", N_FCHMOD, AT(3, 04700), "DDDDDA"},
    {"a set-gid folder", N_FCHMOD, AT(3, 02700), "DDDDDA"},
    {"a mode by name, for its person alone", N_FCHMODAT, AT(0, 0, 0600), "DAADDA"},
    {"a set-uid program by name", N_FCHMODAT, AT(0, 0, 04700), "DDDDDA"},
#if defined(__x86_64__)
    {"opening for writing, without a folder", N_OPEN, AT(0, 1), "DAADAA"},
    {"making a file, without a folder", N_OPEN, AT(0, 0101), "DAADDA"},
    {"a mode by name, without a folder", N_CHMOD, AT(0, 0600), "DAADDA"},
    {"a set-uid program by name, without a folder", N_CHMOD, AT(0, 04700), "DDDDDA"},
#endif
};

static bool depends(int number) {
  for (size_t i = 0; i < sizeof BOUNDED / sizeof *BOUNDED; i++) {
    if (BOUNDED[i].number == number) return true;
  }
  return false;
}

static const char *said_of(int number) {
  for (size_t i = 0; i < sizeof CALLS_ANYHOW / sizeof *CALLS_ANYHOW; i++) {
    if (CALLS_ANYHOW[i].number == number) return CALLS_ANYHOW[i].said;
  }
  return number > 469 ? "NNNNNN" : "DDDDDD";
}

int main(void) {
  for (size_t i = 0; i < KIND_COUNT; i++) {
    filters[i] = (struct filter){.kind = KINDS[i], .exec = &OWN};
    build(&filters[i]);
  }
  for (int number = 0; number < NUMBERS; number++) {
    if (!depends(number)) expect("a call", ARCH, number, NULL, said_of(number));
  }
  for (size_t i = 0; i < sizeof BOUNDED / sizeof *BOUNDED; i++) {
    expect(BOUNDED[i].what, ARCH, BOUNDED[i].number, BOUNDED[i].arguments, BOUNDED[i].said);
  }
  uint64_t self[6] = {(uint64_t)getpid(), 15};
  expect("a signal to itself", ARCH, N_KILL, self, "AAAAAA");
  expect("a thread's signal to itself", ARCH, N_TGKILL, self, "AAAAAA");
  expect("a call by 32-bit numbers", 0x40000003u, 0, NULL, "KKKKKK");
  expect("a call by 32-bit ARM's numbers", 0x40000028u, 0, NULL, "KKKKKK");
#if defined(__x86_64__)
  expect("a call by x32's numbers", ARCH, 0x40000000, NULL, "KKKKKK");
#endif
  for (size_t i = 0; i < KIND_COUNT; i++) {
    printf("%s: %zu instructions\n", NAMES[i], filters[i].count);
    free(filters[i].code);
  }
  if (failures == 0) printf("the filter says of every call what it should\n");
  return failures == 0 ? 0 : 1;
}
