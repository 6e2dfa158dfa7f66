/*
 * What the filter of seccomp.c says of system calls, by numbers from the tables of the kernel and not from the headers
 * that the filter was made with. The filter is run here and not by the kernel, so that it is checked for an architecture
 * on a machine of another: `make CC=aarch64-linux-gnu-gcc filter`, then qemu-aarch64-static.
 */
#include "../seccomp.c"

#include <stdio.h>

#if defined(__x86_64__)
#define ARCH 0xc000003eu
enum {
  N_READ = 0, N_WRITE = 1, N_OPENAT = 257, N_MMAP = 9, N_MPROTECT = 10, N_FUTEX = 202, N_EXIT_GROUP = 231, N_GETPID =
  39, N_PREAD = 17, N_SOCKET = 41, N_CONNECT = 42, N_SOCKETPAIR = 53, N_SENDTO = 44, N_SENDMSG = 46, N_BIND = 49,
  N_LISTEN = 50, N_ACCEPT4 = 288, N_CLONE = 56, N_EXECVE = 59, N_EXECVEAT = 322, N_KILL = 62, N_TGKILL = 234, N_TKILL
  = 200, N_SETSID = 112, N_PRCTL = 157, N_PTRACE = 101, N_PROCESS_VM_READV = 310, N_UNSHARE = 272, N_SETNS = 308,
  N_MOUNT = 165, N_UMOUNT = 166, N_PIVOT_ROOT = 155, N_CHROOT = 161, N_INIT_MODULE = 175, N_FINIT_MODULE = 313,
  N_KEXEC_LOAD = 246, N_BPF_CALL = 321, N_PERF_EVENT_OPEN = 298, N_USERFAULTFD = 323, N_KEYCTL = 250, N_ADD_KEY = 248,
  N_MEMFD_CREATE = 319, N_SHMGET = 29, N_MSGGET = 68, N_SEMGET = 64, N_MQ_OPEN = 240, N_TRUNCATE = 76, N_FTRUNCATE =
  77, N_FCHOWNAT = 260, N_SETXATTR = 188, N_FCHMODAT = 268, N_UTIMENSAT = 280, N_SECCOMP = 317, N_PERSONALITY = 135,
  N_PRLIMIT64 = 302, N_REBOOT = 169, N_NAME_TO_HANDLE_AT = 303, N_IOCTL = 16
};
#elif defined(__aarch64__)
#define ARCH 0xc00000b7u
enum {
  N_READ = 63, N_WRITE = 64, N_OPENAT = 56, N_MMAP = 222, N_MPROTECT = 226, N_FUTEX = 98, N_EXIT_GROUP = 94, N_GETPID
  = 172, N_PREAD = 67, N_SOCKET = 198, N_CONNECT = 203, N_SOCKETPAIR = 199, N_SENDTO = 206, N_SENDMSG = 211, N_BIND =
  200, N_LISTEN = 201, N_ACCEPT4 = 242, N_CLONE = 220, N_EXECVE = 221, N_EXECVEAT = 281, N_KILL = 129, N_TGKILL = 131,
  N_TKILL = 130, N_SETSID = 157, N_PRCTL = 167, N_PTRACE = 117, N_PROCESS_VM_READV = 270, N_UNSHARE = 97, N_SETNS =
  268, N_MOUNT = 40, N_UMOUNT = 39, N_PIVOT_ROOT = 41, N_CHROOT = 51, N_INIT_MODULE = 105, N_FINIT_MODULE = 273,
  N_KEXEC_LOAD = 104, N_BPF_CALL = 280, N_PERF_EVENT_OPEN = 241, N_USERFAULTFD = 282, N_KEYCTL = 219, N_ADD_KEY = 217,
  N_MEMFD_CREATE = 279, N_SHMGET = 194, N_MSGGET = 186, N_SEMGET = 190, N_MQ_OPEN = 180, N_TRUNCATE = 45, N_FTRUNCATE
  = 46, N_FCHOWNAT = 54, N_SETXATTR = 5, N_FCHMODAT = 53, N_UTIMENSAT = 88, N_SECCOMP = 277, N_PERSONALITY = 92,
  N_PRLIMIT64 = 261, N_REBOOT = 142, N_NAME_TO_HANDLE_AT = 264, N_IOCTL = 29
};
#endif
/* The same on both. */
enum {
  N_PIDFD_SEND_SIGNAL = 424, N_IO_URING_SETUP = 425, N_FSOPEN = 430, N_PIDFD_OPEN = 434, N_CLONE3 = 435,
  N_LANDLOCK_RESTRICT_SELF = 446, N_FILE_SETATTR = 469
};

#define ALLOW SECCOMP_RET_ALLOW
#define DENY REFUSE(EPERM)
#define ABSENT REFUSE(ENOSYS)
#define KILLED SECCOMP_RET_KILL_PROCESS

/* Where the launcher's own execve has its three arguments. */
#define PATH 0x1122334455667788u
#define ARGUMENTS 0x7fff00001000u
#define ENVIRONMENT 0x7fff00002000u
static const struct exec OWN = {
    .path = (const char *)PATH,
    .arguments = (char **)ARGUMENTS,
    .environment = (char **)ENVIRONMENT,
};

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

static int failures;

static void expect_call(enum kind kind, const char *what, uint32_t arch, int number, const uint64_t *arguments,
                        uint32_t expected) {
  struct filter filter = {0};
  build(&filter, kind, &OWN);
  struct seccomp_data data = {.nr = number, .arch = arch};
  if (arguments != NULL) memcpy(data.args, arguments, sizeof data.args);
  uint32_t said = run_filter(&filter, &data);
  free(filter.code);
  if (said == expected) return;
  failures++;
  printf("%s (%d) of kind %d: %#x, not %#x\n", what, number, (int)kind, said, expected);
}

#define CALL(name, monitor, one_shot, role) {#name, N_##name, {monitor, one_shot, role}}
#define EVERYBODY(name, said) {#name, N_##name, {said, said, said}}

/* Without arguments, as the monitor, a command of the runtime, and a parser or writer make them. */
static const struct {
  const char *name;
  int number;
  uint32_t said[3];
} CALLS[] = {
    EVERYBODY(READ, ALLOW), EVERYBODY(WRITE, ALLOW), EVERYBODY(OPENAT, ALLOW), EVERYBODY(MMAP, ALLOW),
    EVERYBODY(MPROTECT, ALLOW), EVERYBODY(FUTEX, ALLOW), EVERYBODY(EXIT_GROUP, ALLOW), EVERYBODY(GETPID, ALLOW),
    EVERYBODY(PREAD, ALLOW), EVERYBODY(FTRUNCATE, ALLOW), EVERYBODY(PERSONALITY, DENY),
    EVERYBODY(SOCKET, DENY), EVERYBODY(CONNECT, DENY), EVERYBODY(SENDMSG, DENY), EVERYBODY(BIND, DENY),
    EVERYBODY(LISTEN, DENY), EVERYBODY(ACCEPT4, DENY), EVERYBODY(SOCKETPAIR, DENY), EVERYBODY(IO_URING_SETUP, DENY),
    EVERYBODY(PTRACE, DENY), EVERYBODY(PROCESS_VM_READV, DENY), EVERYBODY(TKILL, DENY), EVERYBODY(UNSHARE, DENY),
    EVERYBODY(SETNS, DENY), EVERYBODY(MOUNT, DENY), EVERYBODY(UMOUNT, DENY), EVERYBODY(PIVOT_ROOT, DENY),
    EVERYBODY(CHROOT, DENY), EVERYBODY(FSOPEN, DENY), EVERYBODY(INIT_MODULE, DENY), EVERYBODY(FINIT_MODULE, DENY),
    EVERYBODY(KEXEC_LOAD, DENY), EVERYBODY(BPF_CALL, DENY), EVERYBODY(PERF_EVENT_OPEN, DENY),
    EVERYBODY(USERFAULTFD, DENY), EVERYBODY(KEYCTL, DENY), EVERYBODY(ADD_KEY, DENY), EVERYBODY(MEMFD_CREATE, DENY),
    EVERYBODY(EXECVEAT, DENY), EVERYBODY(SHMGET, DENY), EVERYBODY(MSGGET, DENY), EVERYBODY(SEMGET, DENY),
    EVERYBODY(MQ_OPEN, DENY), EVERYBODY(TRUNCATE, DENY), EVERYBODY(FCHOWNAT, DENY), EVERYBODY(SETXATTR, DENY),
    EVERYBODY(REBOOT, DENY), EVERYBODY(NAME_TO_HANDLE_AT, DENY), EVERYBODY(FILE_SETATTR, DENY),
    EVERYBODY(CLONE3, ABSENT), {"newer than the list", 470, {ABSENT, ABSENT, ABSENT}},
    CALL(SETSID, ALLOW, DENY, DENY), CALL(PIDFD_OPEN, ALLOW, DENY, DENY), CALL(PIDFD_SEND_SIGNAL, ALLOW, DENY, DENY),
    CALL(SECCOMP, ALLOW, DENY, DENY), CALL(LANDLOCK_RESTRICT_SELF, ALLOW, DENY, DENY),
    CALL(FCHMODAT, ALLOW, ALLOW, DENY), CALL(UTIMENSAT, ALLOW, ALLOW, DENY),
};

#define AT(...) {__VA_ARGS__}

/* With arguments. */
static const struct {
  const char *what;
  int number;
  uint64_t arguments[6];
  uint32_t said[3];
} BOUNDED[] = {
    {"a pair of local streams", N_SOCKETPAIR, AT(1, 1 | 02000000), {ALLOW, ALLOW, ALLOW}},
    {"a pair of local datagrams", N_SOCKETPAIR, AT(1, 2), {DENY, DENY, DENY}},
    {"a pair of another family", N_SOCKETPAIR, AT(2, 1), {DENY, DENY, DENY}},
    {"sending to what is connected", N_SENDTO, AT(3, 1, 1, 0, 0, 0), {ALLOW, ALLOW, ALLOW}},
    {"sending to an address", N_SENDTO, AT(3, 1, 1, 0, 0x1000, 16), {DENY, DENY, DENY}},
    {"sending to a high address", N_SENDTO, AT(3, 1, 1, 0, 0x700000000000u, 16), {DENY, DENY, DENY}},
    {"a thread", N_CLONE, AT(0x3d0f00), {ALLOW, ALLOW, ALLOW}},
    {"a child", N_CLONE, AT(17), {ALLOW, DENY, DENY}},
    {"a thread in a user namespace", N_CLONE, AT(0x3d0f00 | 0x10000000), {DENY, DENY, DENY}},
    {"a child in a network namespace", N_CLONE, AT(17 | 0x40000000), {DENY, DENY, DENY}},
    {"the launcher's own execve", N_EXECVE, AT(PATH, ARGUMENTS, ENVIRONMENT), {ALLOW, ALLOW, ALLOW}},
    {"another program", N_EXECVE, AT(PATH + 1, ARGUMENTS, ENVIRONMENT), {ALLOW, DENY, DENY}},
    {"other arguments", N_EXECVE, AT(PATH, ARGUMENTS - 0x100000000u, ENVIRONMENT), {ALLOW, DENY, DENY}},
    {"another environment", N_EXECVE, AT(PATH, ARGUMENTS, ENVIRONMENT + 8), {ALLOW, DENY, DENY}},
    {"a signal to init", N_KILL, AT(1, 9), {ALLOW, DENY, DENY}},
    {"a thread's signal to init", N_TGKILL, AT(1, 1, 9), {ALLOW, DENY, DENY}},
    {"another process's limits", N_PRLIMIT64, AT(1), {ALLOW, DENY, DENY}},
    {"own limits", N_PRLIMIT64, AT(0), {ALLOW, ALLOW, ALLOW}},
    {"lifting the death signal", N_PRCTL, AT(1, 0), {ALLOW, DENY, DENY}},
    {"naming a thread", N_PRCTL, AT(15), {ALLOW, ALLOW, ALLOW}},
    {"asking for the personality", N_PERSONALITY, AT(0xffffffffu), {ALLOW, ALLOW, ALLOW}},
    {"typing into a terminal", N_IOCTL, AT(0, 0x5412), {DENY, DENY, DENY}},
    {"a terminal's selection", N_IOCTL, AT(0, 0x541c), {DENY, DENY, DENY}},
    {"a terminal's size", N_IOCTL, AT(0, 0x5413), {ALLOW, ALLOW, ALLOW}},
    {"opening for reading that truncates", N_OPENAT, AT(0, 0, 01000), {ALLOW, DENY, DENY}},
    {"opening for writing that truncates", N_OPENAT, AT(0, 0, 01001), {ALLOW, ALLOW, ALLOW}},
};

int main(void) {
  static const enum kind KINDS[] = {MONITOR, ONE_SHOT, ROLE};
  for (size_t k = 0; k < 3; k++) {
    for (size_t i = 0; i < sizeof CALLS / sizeof *CALLS; i++) {
      expect_call(KINDS[k], CALLS[i].name, ARCH, CALLS[i].number, NULL, CALLS[i].said[k]);
    }
    for (size_t i = 0; i < sizeof BOUNDED / sizeof *BOUNDED; i++) {
      expect_call(KINDS[k], BOUNDED[i].what, ARCH, BOUNDED[i].number, BOUNDED[i].arguments, BOUNDED[i].said[k]);
    }
    uint64_t self[6] = {(uint64_t)getpid(), 15};
    expect_call(KINDS[k], "a signal to itself", ARCH, N_KILL, self, ALLOW);
    expect_call(KINDS[k], "a call by 32-bit numbers", 0x40000003u, N_READ, NULL, KILLED);
    expect_call(KINDS[k], "a call by 32-bit ARM's numbers", 0x40000028u, N_READ, NULL, KILLED);
#if defined(__x86_64__)
    expect_call(KINDS[k], "a call by x32's numbers", ARCH, 0x40000000, NULL, KILLED);
#endif
  }
  if (failures == 0) printf("the filter says of every call what it should\n");
  return failures == 0 ? 0 : 1;
}
