/* Tables for the pure parts of the launcher. Runs under sanitizers and valgrind: `make check`. */
#include "../kato.h"
#include "../look/look.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int failures;

#define CHECK(condition, ...)                    \
  do {                                           \
    if (!(condition)) {                          \
      failures++;                                \
      printf("%s:%d: ", __FILE__, __LINE__);     \
      printf(__VA_ARGS__);                       \
      printf("\n");                              \
    }                                            \
  } while (0)

#define HEAD "kato-plan 1\0hash none\0profile help\0role help\0"
#define PLAN(text) {text, sizeof text - 1, NULL}
#define BAD(text, why) {text, sizeof text - 1, why}

static const struct {
  const char *text;
  size_t length;
  const char *why;
} PLANS[] = {
    PLAN(HEAD "end\0"),
    PLAN(HEAD "read /a,b\0list /a b\0write /a\xc3\xa9\0env HOME\0sys uid\0end\0"),
    PLAN("kato-plan 1\0hash 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\0profile daemon\0"
         "role daemon\0read /x\0role parser:claude-code\0read /y\0role writer\0write /z\0end\0"),
    PLAN(HEAD "read /\xf0\x9f\x90\xb1\0end\0"),
    BAD("", "has no end"),
    BAD("end\0", "has no end"),
    BAD("\0end\0", "does not begin with kato-plan 1"),
    BAD("kato-plan 2\0hash none\0profile help\0role help\0end\0", "does not begin with kato-plan 1"),
    BAD("kato-plan 1\0end\0", "has no hash"),
    BAD("kato-plan 1\0hash ABC\0profile help\0role help\0end\0", "has no hash"),
    BAD("kato-plan 1\0hash none\0end\0", "names no known profile"),
    BAD("kato-plan 1\0hash none\0profile root\0role root\0end\0", "names no known profile"),
    BAD("kato-plan 1\0hash none\0profile help\0end\0", "does not begin with the role of its profile"),
    BAD("kato-plan 1\0hash none\0profile help\0role daemon\0end\0", "does not begin with the role of its profile"),
    BAD("kato-plan 1\0hash none\0profile help\0read /x\0role help\0end\0", "has a grant before the first role"),
    BAD(HEAD "role help\0end\0", "names the role help twice"),
    BAD(HEAD "role He\0end\0", "names an odd role"),
    BAD(HEAD "role a:\0end\0", "names an odd role"),
    BAD(HEAD "role a:b:c\0end\0", "names an odd role"),
    BAD(HEAD "role \0end\0", "names an odd role"),
    BAD(HEAD "read /\0end\0", "has a path that is not absolute and plain: /"),
    BAD(HEAD "read x\0end\0", "has a path that is not absolute and plain: x"),
    BAD(HEAD "read \0end\0", "has a path that is not absolute and plain: "),
    BAD(HEAD "read /a/../b\0end\0", "has a path that is not absolute and plain: /a/../b"),
    BAD(HEAD "read /a/./b\0end\0", "has a path that is not absolute and plain: /a/./b"),
    BAD(HEAD "read /a//b\0end\0", "has a path that is not absolute and plain: /a//b"),
    BAD(HEAD "read /a/\0end\0", "has a path that is not absolute and plain: /a/"),
    PLAN(HEAD "read /a/...\0end\0"),
    BAD(HEAD "exec /a\0end\0", "has a field that it should not have"),
    BAD(HEAD "read\0end\0", "has a field that it should not have"),
    BAD(HEAD "\0end\0", "has a field that it should not have"),
    BAD(HEAD "end\0read /x\0end\0", "has a field that it should not have"),
    BAD(HEAD "env home\0end\0", "names an odd variable"),
    BAD(HEAD "sys u-id\0end\0", "names an odd item of sys"),
    BAD(HEAD "read /a\nb\0end\0", "holds a control character"),
    BAD(HEAD "read /a\x7f\0end\0", "holds a control character"),
    BAD(HEAD "read /a\xc2\x9b\0end\0", "holds a control character"),
    BAD(HEAD "read /a\xff\0end\0", "is not UTF-8"),
    BAD(HEAD "read /a\xc0\xaf\0end\0", "is not UTF-8"),
    BAD(HEAD "read /a\xed\xa0\x80\0end\0", "is not UTF-8"),
    BAD(HEAD "read /a\xf4\x90\x80\x80\0end\0", "is not UTF-8"),
    BAD(HEAD "read /a\xef\xbf\xbd\0end\0", "is not UTF-8"),
    BAD(HEAD "read /a\xe2\x82\0end\0", "is not UTF-8"),
};

static void check_plans(void) {
  for (size_t i = 0; i < sizeof PLANS / sizeof *PLANS; i++) {
    /* A copy of exactly this length, so that one byte too far is seen. */
    char *text = malloc(PLANS[i].length + 1);
    memcpy(text, PLANS[i].text, PLANS[i].length);
    struct plan plan;
    char *why = parse_plan(text, PLANS[i].length, &plan);
    const char *expected = PLANS[i].why;
    bool same = expected == NULL ? why == NULL : why != NULL && strcmp(why, expected) == 0;
    CHECK(same, "plan %zu: %s, not %s", i, why == NULL ? "ok" : why, expected == NULL ? "ok" : expected);
    free(why);
    free_plan(&plan);
    free(text);
  }
  char *long_text = calloc(1, PLAN_BYTES + 1);
  struct plan plan;
  char *why = parse_plan(long_text, PLAN_BYTES + 1, &plan);
  CHECK(strcmp(why, "is longer than 65536 bytes") == 0, "a plan that is too long: %s", why);
  free(why);
  free_plan(&plan);
  free(long_text);
}

static void check_bound(const char *profile, const char *verb, const char *path, bool allowed, size_t kept) {
  char *text = text_of("kato-plan 1%chash none%cprofile %s%crole %s%c%s %s%cend%c", 1, 1, profile, 1, profile, 1, verb,
                       path, 1, 1);
  size_t length = strlen(text);
  for (size_t i = 0; i < length; i++) {
    if (text[i] == 1) text[i] = '\0';
  }
  struct plan plan;
  char *wrong = parse_plan(text, length, &plan);
  CHECK(wrong == NULL, "%s %s: %s", verb, path, wrong);
  char *why = wrong == NULL ? bound_plan(&plan, "/home/ada", "/srv/home/ada") : NULL;
  CHECK((why == NULL) == allowed, "%s %s %s: %s", profile, verb, path, why == NULL ? "allowed" : why);
  if (allowed && why == NULL) CHECK(plan.roles[0].count == kept, "%s %s: %zu grants", verb, path, plan.roles[0].count);
  free(wrong);
  free(why);
  free_plan(&plan);
  free(text);
}

static void check_message(const char *message, const char *plain) {
  char *made = plain_message(text_of("%s", message));
  CHECK(strcmp(made, plain) == 0, "a message: %s", made);
  free(made);
}

static void check_messages(void) {
  check_message("caf\xc3\xa9", "caf\xc3\xa9");
  check_message("a\nb\x1b[2J\x7f", "a?b?[2J?");
  check_message("a\xc2\x85z", "a??z");
  check_message("a\xe2\x80\xaetxt\xe2\x80\xa8 <0>kato: forged\xef\xbb\xbf", "a???txt??? <0>kato: forged???");
  check_message("tag \xf3\xa0\x80\x81, soft\xc2\xadhyphen, \xd8\x9c", "tag ????, soft??hyphen, ??");
  check_message("\xf0\x9f\x98\x80 \xe2\x9c\x93 \xc2\xa0", "\xf0\x9f\x98\x80 \xe2\x9c\x93 \xc2\xa0");
  check_message("latin \xe9", "latin ?");
  check_message("cut short \xe2", "cut short ?");
  char *long_one = malloc(3 * MESSAGE_BYTES + 1);
  for (size_t i = 0; i < MESSAGE_BYTES; i++) memcpy(long_one + 3 * i, "\xe2\x82\xac", 3);
  long_one[3 * MESSAGE_BYTES] = '\0';
  char *made = plain_message(long_one);
  CHECK(strlen(made) <= MESSAGE_BYTES + 3 && is_utf8(made), "a long message: %zu bytes", strlen(made));
  free(made);
}

static void check_bounds(void) {
  check_bound("daemon", "write", "/home/ada/.kato/state", true, 1);
  check_bound("daemon", "write", "/srv/home/ada/notes", true, 1);
  check_bound("daemon", "write", "/home/bob/notes", false, 0);
  check_bound("daemon", "write", "/srv/home/bob/notes", false, 0);
  check_bound("daemon", "write", "/home/ada", false, 0);
  check_bound("daemon", "write", "/srv/home/ada", false, 0);
  check_bound("daemon", "write", "/home/ada/.bashrc", false, 0);
  check_bound("daemon", "write", "/home/ada/.local", false, 0);
  check_bound("daemon", "write", "/home/ada/notes/.git", false, 0);
  check_bound("daemon", "write", "/data/.hidden/notes", false, 0);
  check_bound("daemon", "write", "/data/notes", true, 1);
  check_bound("daemon", "write", "/home/ada/.kato/exports", true, 1);
  check_bound("daemon", "write", "/home", false, 0);
  check_bound("daemon", "write", "/srv/home", false, 0);
  check_bound("daemon", "write", "/etc", false, 0);
  check_bound("daemon", "write", "/etc/kato", false, 0);
  check_bound("daemon", "write", "/usr/lib/kato/kato.js", false, 0);
  check_bound("daemon", "write", "/etcetera", true, 1);
  check_bound("export", "write", "/etc/x.md", true, 0);
  check_bound("export", "write", "/tmp/x.md", true, 1);
  check_bound("export", "write", "/home", true, 0);
  check_bound("daemon", "write", "/home/ada/.ssh/keys.md", false, 0);
  check_bound("daemon", "write", "/srv/home/ada/.local/bin", false, 0);
  check_bound("daemon", "write", "/home/ada/sshx", true, 1);
  check_bound("export", "write", "/home/ada/.config/x.md", true, 0);
  check_bound("policy:edit", "write", "/home/ada/.config", false, 0);
  check_bound("policy:edit", "write", "/home/ada/.config/systemd/user", false, 0);
  check_bound("policy:edit", "write", "/home/ada/.config/systemd/user/kato.service.d", true, 1);
  check_bound("daemon", "write", "/home/ada/.config/systemd/user/kato.service.d", false, 0);
  check_bound("export", "write", "/home/ada/.config/systemd/user/kato.service.d/x.md", true, 0);
  check_bound("policy:edit", "write", "/home/ada/.config/systemd/user/other.service.d", false, 0);
  check_bound("daemon", "read", "/etc/kato", true, 1);
  check_bound("daemon", "read", "/etc", false, 0);
  check_bound("daemon", "read", "/proc/1/environ", false, 0);
  check_bound("daemon", "read", "/dev/sda", false, 0);
  check_bound("daemon", "read", "/home", false, 0);
  check_bound("daemon", "list", "/home", true, 1);
}

static void check_sum(const char *text, size_t repeated, const char *expected) {
  struct sha256 sum;
  char digits[65];
  sha256_begin(&sum);
  for (size_t i = 0; i < repeated; i++) sha256_add(&sum, (const uint8_t *)text, strlen(text));
  sha256_end(&sum, digits);
  CHECK(strcmp(digits, expected) == 0, "%zu times \"%s\": %s", repeated, text, digits);
}

/* NIST's examples, and lengths around a block's end. */
static void check_sums(void) {
  check_sum("abc", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  check_sum("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  check_sum("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  check_sum("a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  check_sum("0123456789", 100, "ab6c5f3237f551d208fc2ca5225a4cca20b3fd638794a804f0ed5549d5041734");
  check_sum("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34");
  check_sum("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
  check_sum("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
  check_sum("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
}

static void check_destinations(void) {
  static const char *const GOOD[] = {"/x.md", "/a/b/x.jsonl", "/..x.html", "/..a/x.md", "/a b/x.y.md",
                                     "/claude.md/x.md", "/my-claude.md", "/claude.html", "/agents.md.md",
                                     "/x.assets/0.png", "/a/x.y.assets/0.jpg", "/..x.assets/0.webp"};
  static const char *const BAD[] = {"/.x.md", "/.git/x.md", "/a/.b/x.md", "/x", "/x.txt", "/x.MD", "/.md", "/a.md/x", "/x.", "",
                                    "/claude.md", "/CLAUDE.md", "/a/Agents.md", "/a/b/gEmInI.md", "/copilot-instructions.md",
                                    "/x.png", "/assets/x.png", "/x.assets/a/b.png", "/x.assets/x.svg", "/.assets/x.png", "/x.assets/.png"};
  for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
    CHECK(why_no_destination(GOOD[i]) == NULL, "%s: %s", GOOD[i], why_no_destination(GOOD[i]));
  }
  for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
    CHECK(why_no_destination(BAD[i]) != NULL, "%s may be a destination", BAD[i]);
  }
}

static void check_environment(void) {
  char big[8192];
  memset(big, 'x', sizeof big - 1);
  memcpy(big, "TERM=", 5);
  big[sizeof big - 1] = '\0';
  char *inherited[] = {"HOME=/h",        "HOME=/other",   "LD_PRELOAD=x",    "DENO_DIR=/evil", "NODE_OPTIONS=x", "PATH=/evil",
                       "LC_ALL=C",       "LC_=x",         "LC_all=x",        "NOEQUALS",       "=odd",           "TZ=",
                       "LANG=\xff",      big,             "DENO_V8_FLAGS=x", "HOMEX=y",        "CODEX_HOME=/c",  "LC_TIME=x=y",
                       "JOURNAL_STREAM=8:1", "DENO_NO_UPDATE_CHECK=", NULL};
  const char *expected[] = {"HOME=/h",     "LC_ALL=C",           "TZ=", "CODEX_HOME=/c", "LC_TIME=x=y", "JOURNAL_STREAM=8:1",
                            "DENO_DIR=/dev/null/none", "DENO_NO_UPDATE_CHECK=1",
                            "DENO_LOG=error,deno::cache::cache_db=off", "MALLOC_ARENA_MAX=1"};
  struct list made = {0};
  build_environment(inherited, true, &made);
  size_t count = sizeof expected / sizeof *expected;
  CHECK(made.count == count, "%zu variables", made.count);
  for (size_t i = 0; i < count && i < made.count; i++) {
    CHECK(strcmp(made.items[i], expected[i]) == 0, "variable %zu is %s", i, made.items[i]);
  }
  add_resident_environment(&made);
  CHECK(strcmp(made.items[count], "DENO_USR2_MEMORY_TRIM=1") == 0, "the runtime gives memory back on a signal");
  CHECK(made.count == count + 4, "%zu variables of what runs for days", made.count - count);
  list_free(&made);
  struct list elsewhere = {0};
  build_environment(inherited, false, &elsewhere);
  CHECK(elsewhere.count == count - 1, "%zu variables where standard error is not the journal", elsewhere.count);
  list_free(&elsewhere);
}

static bool has(const struct list *list, const char *text) {
  for (size_t i = 0; i < list->count; i++) {
    if (strcmp(list->items[i], text) == 0) return true;
  }
  return false;
}

static void check_flags(void) {
  char paths[][8] = {"/a,b", "/c", "/c", "/w,,", "HOME", "uid"};
  struct grant grants[] = {{READ, paths[0]}, {LIST, paths[1]}, {READ, paths[2]},
                           {WRITE, paths[3]}, {ENV, paths[4]}, {SYS, paths[5]}};
  char name[] = "daemon";
  struct role role = {.name = name, .grants = grants, .count = 6};
  struct role empty = {.name = name};
  struct command command = {.script = "kato.js", .role = &role, .engine = engine_flags("daemon")};
  struct list made = {0};
  build_flags(&made, "/lib/kato", &command);
  CHECK(has(&made, "--allow-read=/a,,b,/c"), "read, with list, each once, commas doubled");
  CHECK(has(&made, "--allow-write=/w,,,,"), "write");
  CHECK(has(&made, "--allow-env=HOME") && has(&made, "--allow-sys=uid"), "env and sys");
  CHECK(has(&made, "--deny-net") && has(&made, "--deny-run") && has(&made, "--deny-ffi"), "never");
  CHECK(has(&made, "--v8-flags=--jitless,--max-semi-space-size=1,--minor-gc-task-trigger=20"), "engine");
  CHECK(strcmp(made.items[made.count - 1], "/lib/kato/kato.js") == 0, "the script is last");
  list_free(&made);
  command.role = &empty;
  build_flags(&made, "/lib/kato", &command);
  CHECK(has(&made, "--deny-read") && has(&made, "--deny-write") && has(&made, "--deny-env") && has(&made, "--deny-sys"),
        "what is not granted is denied by name");
  list_free(&made);
  CHECK(is_reserved_argument("--kernel-sandbox") && is_reserved_argument("--plan-hash=x"), "reserved");
  CHECK(is_reserved_argument("--administrator"), "reserved");
  CHECK(strstr(planner_flags("daemon"), "--jitless") != NULL, "a planner in a service has no compiler");
  CHECK(strstr(planner_flags("export"), "jitless") == NULL && planner_flags(NULL) != NULL, "other planners have");
  CHECK(!is_reserved_argument("--plan-hashes") && !is_reserved_argument("daemon"), "not reserved");
}

/* Lines of /proc/PID/cgroup, and the service that they name. */
static const struct {
  const char *line, *service;
} GROUPS[] = {
    {"0::/user.slice/user-1000.slice/user@1000.service/app.slice/kato.service", "kato.service"},
    {"0::/system.slice/system-kato.slice/kato@ada.service", "kato@ada.service"},
    {"1:name=systemd:/user.slice/user@1000.service/kato.service", "kato.service"},
    {"0::/user.slice/user-1000.slice/user@1000.service/app.slice/vte-spawn-1.scope", NULL},
    {"0::/", NULL},
    {"0::/x/.service", NULL},
    {"4:memory:/user.slice/kato.service", NULL},
    {"", NULL},
};

static void check_services(void) {
  for (size_t i = 0; i < sizeof GROUPS / sizeof *GROUPS; i++) {
    const char *service = service_of(GROUPS[i].line), *wanted = GROUPS[i].service;
    bool same = service == NULL || wanted == NULL ? service == wanted : strcmp(service, wanted) == 0;
    CHECK(same, "%s is of %s", GROUPS[i].line, service == NULL ? "no service" : service);
  }
}

/* Of /proc/self/uid_map: of the machine itself, of a person's service, of a system service, of containers. */
static const struct {
  const char *map;
  bool maps;
} MAPS[] = {
    {"         0          0 4294967295\n", true},
    {"      1000       1000          1\n", false},
    {"         0          0          1\n      1000       1000          1\n", true},
    {"      1000       1000          1\n         0     100000          1\n", true},
    {"         1     100000      65536\n", false},
    {"", false},
    {"odd", false},
};

static void check_owners(void) {
  for (size_t i = 0; i < sizeof MAPS / sizeof *MAPS; i++) {
    CHECK(maps_root(MAPS[i].map) == MAPS[i].maps, "map %zu", i);
  }
  char home[] = "/tmp/kato-unit-XXXXXX";
  if (mkdtemp(home) == NULL) abort();
  char *kato = text_of("%s/.kato", home), *state = text_of("%s/.kato/state", home);
  struct stat roots = {.st_uid = 0, .st_mode = S_IFDIR | 0755};
  CHECK(!is_service_home(home, &roots), "a home of root's without a state folder");
  mkdir(kato, 0700);
  if (symlink("/tmp", state) != 0) abort();
  CHECK(!is_service_home(home, &roots), "a state folder that is a link");
  unlink(state);
  mkdir(state, 0700);
  CHECK(is_service_home(home, &roots), "a service's home");
  CHECK(find_replaced(home) == NULL, "kato's own folders, as far as there are any");
  char *logs = text_of("%s/.kato/logs", home);
  if (symlink("/tmp", logs) != 0) abort();
  char *replaced = find_replaced(home);
  CHECK(replaced != NULL && strcmp(replaced, logs) == 0, "a link in place of the logs");
  unlink(logs);
  free(replaced);
  free(logs);
  roots.st_mode |= S_IWOTH;
  CHECK(!is_service_home(home, &roots), "a home that others can change");
  roots = (struct stat){.st_uid = getuid() + 1, .st_mode = S_IFDIR | 0700};
  CHECK(!is_service_home(home, &roots), "somebody else's home");
  struct place place = {.home = home, .real_home = home, .service_home = true};
  int own = open(state, O_RDONLY), foreign = open("/proc/1", O_RDONLY);
  CHECK(!is_planted(own, state, &place), "the person's own folder in a service's home");
  if (getuid() != 0 && foreign >= 0) CHECK(is_planted(foreign, state, &place), "somebody else's under that name");
  CHECK(!is_planted(foreign, "/srv/team", &place), "outside of home the administrator alone says what is there");
  place.service_home = false;
  CHECK(!is_planted(foreign, state, &place), "in a home of the person's own");
  close(own);
  close(foreign);
  rmdir(state);
  rmdir(kato);
  rmdir(home);
  free(kato);
  free(state);
}

#define MESSAGE(text, kind) {text, sizeof text - 1, kind}
static const struct {
  const char *text;
  size_t length;
  enum message message;
} MESSAGES[] = {
    MESSAGE("beat\0", BEAT),
    MESSAGE("end\0" "7\0", END),
    MESSAGE("start\0" "4294967295\0parser:codex\0", START_PARSER),
    MESSAGE("start\0" "2\0writer\0create\0/a/b.md\0/a\0", START_WRITER),
    MESSAGE("start\0" "2\0writer\0existing\0/a/b.md\0", START_WRITER),
    MESSAGE("start\0" "2\0writer\0existing\0/a/b.md\0/a\0", WRONG),
    MESSAGE("start\0" "2\0writer\0append\0/a/b.md\0", WRONG),
    MESSAGE("start\0" "2\0writer\0create\0", WRONG),
    MESSAGE("start\0" "2\0writer\0create\0/a/../b.md\0", WRONG),
    MESSAGE("start\0" "2\0writer\0create\0/a\nb.md\0", WRONG),
    MESSAGE("look\0" "3\0parser:codex\0", LOOK),
    MESSAGE("look\0" "3\0parser:codex\0x\0", WRONG),
    MESSAGE("look\0" "3\0writer\0create\0/a/b.md\0", WRONG),
    MESSAGE("look\0" "0\0parser:codex\0", WRONG),
    MESSAGE("look\0" "3\0", WRONG),
    MESSAGE("start\0" "2\0daemon\0", WRONG),
    MESSAGE("start\0" "2\0", WRONG),
    MESSAGE("start\0" "0\0parser:codex\0", WRONG),
    MESSAGE("start\0" "01\0parser:codex\0", WRONG),
    MESSAGE("start\0" "4294967296\0parser:codex\0", WRONG),
    MESSAGE("start\0" "-1\0parser:codex\0", WRONG),
    MESSAGE("start\0" "1\0parser:codex\0x\0", WRONG),
    MESSAGE("beat\0x\0", WRONG),
    MESSAGE("end\0", WRONG),
    MESSAGE("beat", WRONG),
    MESSAGE("\0", WRONG),
    MESSAGE("", WRONG),
};

static void check_control(void) {
  for (size_t i = 0; i < sizeof MESSAGES / sizeof *MESSAGES; i++) {
    char *text = malloc(MESSAGES[i].length + 1);
    memcpy(text, MESSAGES[i].text, MESSAGES[i].length);
    struct control control;
    parse_control(text, MESSAGES[i].length, &control);
    CHECK(control.message == MESSAGES[i].message, "message %zu is %d", i, (int)control.message);
    free_control(&control);
    free(text);
  }
}

static void check_queue(void) {
  struct queue queue = {0};
  uint8_t bytes[1000] = {1};
  for (int i = 0; i < 300; i++) {
    queue_fragment(&queue, 7, bytes, sizeof bytes);
    queue_take(&queue, 600);
  }
  CHECK(queue.length == 300 * (1008 - 600), "%zu bytes are left", queue.length);
  queue_take(&queue, queue.length);
  queue_fragment(&queue, 0x01020304, bytes, 5);
  CHECK(queue.length == 13 && read_u32(queue.bytes) == 0x01020304 && read_u32(queue.bytes + 4) == 5, "a head");
  queue_free(&queue);
}

static void check_values(void) {
  static const struct value_kind word = {CHECK_WORD, 0, "md jsonl html", "choose", NULL};
  static const struct value_kind words = {CHECK_WORDS, 0, "tools results", "choose", NULL};
  static const struct value_kind count = {CHECK_NUMBER, 7, "", "number", NULL};
  static const struct value_kind some = {CHECK_NUMBER, 7, "", "number", "from 1"};
  static const struct value_kind hash = {CHECK_HEX, 4, "", "hash", NULL};
  static const struct value_kind since = {CHECK_TIME, 6, "", "time", NULL};
  static const struct value_kind any = {CHECK_ANY, 0, "", NULL, NULL}, unsure = {CHECK_UNSURE, 0, "", NULL, NULL};
  /* NULL: right. "": the runtime knows. */
  static const struct {
    const struct value_kind *kind;
    const char *text, *mend;
  } values[] = {
      {&word, "md", NULL},           {&word, "m", "choose"},          {&word, "", "choose"},
      {&word, "md jsonl", "choose"}, {&words, "tools", NULL},         {&words, " tools , results ", NULL},
      {&words, "tools,", "choose"},  {&words, "tools,,results", "choose"}, {&words, ",", "choose"},
      {&words, "tool s", "choose"},  {&words, "tools\t", ""},         {&count, "0", NULL},
      {&count, "1234567", NULL},     {&count, "12345678", "number"},  {&count, "", "number"},
      {&count, "1x", "number"},      {&count, "\xd9\xa1", ""},        {&some, "0", "from 1"},
      {&some, "", "from 1"},         {&some, "000000000", "from 1"},  {&some, "01", NULL},
      {&hash, "beEF", NULL},         {&hash, "bee", "hash"},          {&hash, "beefe", "hash"},
      {&hash, "bee\"", ""},          {&since, "7d", NULL},            {&since, "123456w", NULL},
      {&since, "1234567w", ""},      {&since, "7", ""},               {&since, "7dd", ""},
      {&since, "2026-13-01", ""},    {&since, "yesterday", "time"},   {&since, "", "time"},
      {&any, "\"", NULL},            {&unsure, "md", ""},
  };
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    const char *mend = value_mend(values[i].kind, values[i].text);
    bool same = mend == NULL || values[i].mend == NULL ? mend == values[i].mend : strcmp(mend, values[i].mend) == 0;
    CHECK(same, "value %zu, %s: %s", i, values[i].text, mend == NULL ? "right" : mend);
  }
}

#define ASKED (12u * MIB)

/* A role that was asked at 0 ms and has returned memory until it holds 10 MiB: what it did since, and whether it is asked. */
static const struct {
  size_t worked;
  int64_t worked_at, now;
  uint64_t kib;
  bool due;
  const char *what;
} TIDY[] = {
    {0, 0, 20000, 1023, false, "less than a mebibyte, without work"},
    {0, 0, 20000, 1024, true, "a mebibyte"},
    {0, 0, 9999, 5000, false, "much, but too soon"},
    {8 * KIB, 15000, 16000, 256, true, "a little, at rest after work"},
    {8 * KIB, 15000, 16000, 255, false, "less than that"},
    {8 * KIB, 15000, 15999, 1023, false, "a little, at work"},
    {8 * KIB, 15000, 15999, 1024, true, "a mebibyte, at work"},
    {8 * KIB - 1, 15000, 16000, 1023, false, "a little, after signs of life"},
    {8 * KIB, 2000, 3000, 256, true, "a little, at rest, soon after the last time"},
    {8 * KIB, 1000, 2999, 1023, false, "a little, at rest, too soon"},
};

static void check_tidy(void) {
  for (size_t i = 0; i < sizeof TIDY / sizeof *TIDY; i++) {
    struct tidiness tidy;
    tidy_begin(&tidy, -3000);
    CHECK(!tidy_due(&tidy, ASKED, -1), "during the start");
    CHECK(tidy_due(&tidy, ASKED, 0), "after the start");
    CHECK(!tidy_due(&tidy, 10 * MIB, 1000) && !tidy_due(&tidy, 0, 1000), "it has returned memory");
    tidy_worked(&tidy, TIDY[i].worked, TIDY[i].worked_at);
    uint64_t memory = 10 * MIB + TIDY[i].kib * KIB;
    CHECK(tidy_due(&tidy, memory, TIDY[i].now) == TIDY[i].due, "tidy: %s", TIDY[i].what);
    if (!TIDY[i].due) continue;
    /* What it did before counts no more. */
    CHECK(!tidy_due(&tidy, memory + 1023 * KIB, TIDY[i].now + 20000), "once more: %s", TIDY[i].what);
  }
}

int main(void) {
  check_plans();
  check_values();
  check_bounds();
  check_messages();
  check_sums();
  check_destinations();
  check_environment();
  check_flags();
  check_services();
  check_owners();
  check_control();
  check_queue();
  check_tidy();
  printf(failures == 0 ? "all unit tests of the launcher passed\n" : "%d failed\n", failures);
  return failures == 0 ? 0 : 1;
}
