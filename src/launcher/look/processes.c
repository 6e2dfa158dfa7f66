/*
 * The kernel's facts about the daemon's processes, for `kato doctor`. The runtime opens /proc to no script, and the daemon's
 * own word would prove nothing. The process that holds the lock is the daemon. Reads /proc and the lock; changes nothing.
 */
#include "look.h"
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct process {
  pid_t pid, parent;
  uid_t user;
  bool is_launcher;
  unsigned no_new_privs, seccomp;
  unsigned long long capabilities;
};

static FILE *open_proc(pid_t pid, const char *file) {
  char *path = pid == 0 ? text_of("/proc/%s", file) : text_of("/proc/%d/%s", pid, file);
  FILE *opened = fopen(path, "re");
  free(path);
  return opened;
}

/* False when the process is gone, or the kernel does not tell everything. */
static bool look_at(pid_t pid, struct process *process) {
  FILE *file = open_proc(pid, "status");
  if (file == NULL) return false;
  *process = (struct process){.pid = pid};
  char *line = NULL;
  size_t room = 0;
  int found = 0;
  while (getline(&line, &room, file) >= 0) {
    if (strncmp(line, "Name:\tkato", strlen("Name:\tkato")) == 0) process->is_launcher = true;
    found += sscanf(line, "PPid: %d", &process->parent) == 1 || sscanf(line, "Uid: %u", &process->user) == 1 ||
             sscanf(line, "NoNewPrivs: %u", &process->no_new_privs) == 1 ||
             sscanf(line, "Seccomp: %u", &process->seccomp) == 1 ||
             sscanf(line, "CapEff: %llx", &process->capabilities) == 1;
  }
  free(line);
  fclose(file);
  return found == 5 && process->user == getuid();
}

/* The process that holds the lock on the file with this inode. 0: none, or the kernel does not say. */
static pid_t lock_holder(unsigned long long inode) {
  FILE *file = open_proc(0, "locks");
  if (file == NULL) return 0;
  char *line = NULL;
  size_t room = 0;
  pid_t holder = 0;
  struct process process;
  while (holder == 0 && getline(&line, &room, file) >= 0) {
    pid_t pid;
    unsigned long long locked;
    /* The device is not compared: some file systems show another device number here than stat shows. */
    bool is_lock = sscanf(line, "%*u: FLOCK %*s WRITE %d %*x:%*x:%llu", &pid, &locked) == 2;
    if (is_lock && locked == inode && look_at(pid, &process)) holder = pid;
  }
  free(line);
  fclose(file);
  return holder;
}

/* Recognises a role by its script, the last word that the launcher put on its command line. */
static const char *role_by_script(pid_t pid) {
  FILE *file = open_proc(pid, "cmdline");
  if (file == NULL) return "other";
  const char *role = "other";
  char *word = NULL;
  size_t room = 0;
  while (getdelim(&word, &room, '\0', file) >= 0) {
    const char *name = strrchr(word, '/');
    if (name != NULL && strcmp(name, "/parser.js") == 0) role = "parser";
    if (name != NULL && strcmp(name, "/writer.js") == 0) role = "writer";
    if (name != NULL && strcmp(name, "/html_writer.js") == 0) role = "writer";
  }
  free(word);
  fclose(file);
  return role;
}

static void add_process(struct list *arguments, const char *role, const struct process *process) {
  list_add(arguments, "--daemon-process");
  list_take(arguments, text_of("%s,%d,%u,%u,%016llx", role, process->pid, process->no_new_privs, process->seccomp,
                               process->capabilities));
}

static void add_roles(struct list *arguments, pid_t monitor, pid_t orchestrator) {
  DIR *folder = opendir("/proc");
  if (folder == NULL) return;
  struct process process;
  for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    pid_t pid = isdigit((unsigned char)entry->d_name[0]) ? (pid_t)strtol(entry->d_name, NULL, 10) : 0;
    if (pid == 0 || pid == orchestrator || !look_at(pid, &process) || process.parent != monitor) continue;
    add_process(arguments, role_by_script(pid), &process);
  }
  closedir(folder);
}

/*
 * The service in this line of /proc/PID/cgroup, up to the line's end: systemd names control groups after services. NULL: no
 * service, or another hierarchy.
 */
const char *service_of(const char *line) {
  bool is_systemds = strncmp(line, "0::", 3) == 0 || strstr(line, ":name=systemd:") != NULL;
  const char *slash = strrchr(line, '/');
  if (!is_systemds || slash == NULL) return NULL;
  size_t length = strlen(slash + 1), suffix = strlen(".service");
  return length > suffix && strcmp(slash + 1 + length - suffix, ".service") == 0 ? slash + 1 : NULL;
}

static void add_unit(struct list *arguments, pid_t pid) {
  FILE *file = open_proc(pid, "cgroup");
  if (file == NULL) return;
  char *line = NULL;
  size_t room = 0;
  while (getline(&line, &room, file) >= 0) {
    line[strcspn(line, "\n")] = '\0';
    const char *service = service_of(line);
    if (service == NULL) continue;
    list_add(arguments, "--daemon-unit");
    list_add(arguments, service);
    break;
  }
  free(line);
  fclose(file);
}

/* The facts about the daemon of this home, as far as the kernel tells them. The daemon should see `folders`. */
void process_arguments(struct list *arguments, const char *home, char *const *folders) {
  char *path = text_of("%s/.kato/state/daemon.lock", home);
  struct stat lock;
  bool there = stat(path, &lock) == 0;
  free(path);
  pid_t orchestrator = there ? lock_holder(lock.st_ino) : 0;
  struct process process, monitor;
  if (orchestrator == 0 || !look_at(orchestrator, &process)) return;
  bool has_monitor = look_at(process.parent, &monitor) && monitor.is_launcher;
  if (has_monitor) add_process(arguments, "monitor", &monitor);
  add_process(arguments, "orchestrator", &process);
  if (has_monitor) add_roles(arguments, monitor.pid, orchestrator);
  add_unit(arguments, orchestrator);
  view_arguments(arguments, orchestrator, folders);
}
