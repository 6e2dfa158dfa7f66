/*
 * Landlock by direct system calls, since libc has no functions for it. Makes rules and puts them into force; grants.c decides
 * their content. Opens nothing.
 */
#include "kato.h"
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The used part of the kernel's interface, so that old headers suffice. */
#define NR_CREATE_RULESET 444
#define NR_ADD_RULE 445
#define NR_RESTRICT_SELF 446
#define CREATE_VERSION 1u
#define RULE_PATH_BENEATH 1

#define FS(bit) (UINT64_C(1) << (bit))
#define FS_EXECUTE FS(0)
#define FS_WRITE_FILE FS(1)
#define FS_READ_FILE FS(2)
#define FS_READ_DIR FS(3)
#define FS_REMOVE_DIR FS(4)
#define FS_REMOVE_FILE FS(5)
#define FS_MAKE_DIR FS(7)
#define FS_MAKE_REG FS(8)
#define FS_REFER FS(13)
#define FS_TRUNCATE FS(14)
#define FS_IOCTL_DEV FS(15)

struct ruleset_attributes {
  uint64_t fs, net, scoped;
};
struct path_beneath {
  uint64_t access;
  int32_t fd;
} __attribute__((packed));

const uint64_t ALLOW_READ = FS_READ_FILE | FS_READ_DIR;
const uint64_t ALLOW_LIST = FS_READ_DIR;
/* No rule allows making links, devices, pipes or sockets: kato needs none, and each could lead out. */
const uint64_t ALLOW_WRITE =
    FS_WRITE_FILE | FS_TRUNCATE | FS_MAKE_REG | FS_MAKE_DIR | FS_REMOVE_FILE | FS_REMOVE_DIR | FS_REFER;
const uint64_t ALLOW_FILE = FS_WRITE_FILE | FS_TRUNCATE;
const uint64_t ALLOW_REMOVE = FS_REMOVE_FILE | FS_REMOVE_DIR;
const uint64_t ALLOW_RUN = FS_EXECUTE | FS_READ_FILE;

/* The rights that a rule on a single file can have. */
static const uint64_t OF_FILES = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV;

int landlock_abi(void) {
  long abi = syscall(NR_CREATE_RULESET, NULL, 0, CREATE_VERSION);
  return abi < 0 ? 0 : (int)abi;
}

static uint64_t handled_by(int abi) {
  uint64_t handled = FS(13) - 1; /* the thirteen of the first version */
  if (abi >= 2) handled |= FS_REFER;
  if (abi >= 3) handled |= FS_TRUNCATE;
  if (abi >= 5) handled |= FS_IOCTL_DEV;
  return handled;
}

void ruleset_make(struct ruleset *rules, int abi) {
  *rules = (struct ruleset){.fd = -1, .handled = 0};
  if (abi <= 0) return;
  struct ruleset_attributes attributes = {.fs = handled_by(abi)};
  if (abi >= 4) attributes.net = 3;    /* TCP: bind and connect, without an exception */
  if (abi >= 6) attributes.scoped = 3; /* abstract sockets and signals stay inside */
  size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  long fd = syscall(NR_CREATE_RULESET, &attributes, size, 0);
  if (fd < 0) fail(BUG, "cannot make Landlock rules: %s. Report this with the kernel's version", strerror(errno));
  rules->fd = (int)fd;
  rules->handled = attributes.fs;
}

void ruleset_allow(const struct ruleset *rules, int fd, uint64_t access) {
  if (rules->fd < 0) return;
  struct stat status;
  if (fstat(fd, &status) != 0) fail(BUG, "cannot look at what a plan grants: %s", strerror(errno));
  if (!S_ISDIR(status.st_mode)) access &= OF_FILES;
  access &= rules->handled;
  if (access == 0) return;
  struct path_beneath rule = {.access = access, .fd = fd};
  if (syscall(NR_ADD_RULE, rules->fd, RULE_PATH_BENEATH, &rule, 0) != 0) {
    fail(BUG, "cannot make a Landlock rule: %s. Report this with the kernel's version", strerror(errno));
  }
}

void ruleset_enforce(struct ruleset *rules) {
  if (rules->fd < 0) return;
  if (syscall(NR_RESTRICT_SELF, rules->fd, 0) != 0) {
    fail(BUG, "cannot put Landlock rules into force: %s. Report this with the kernel's version", strerror(errno));
  }
  close(rules->fd);
  rules->fd = -1;
}
