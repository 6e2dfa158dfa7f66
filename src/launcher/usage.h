/* Made by `deno task generate`: what each command takes. */
#ifndef KATO_USAGE_H
#define KATO_USAGE_H

/* How a value is checked; how long it may be; its words; what to write instead of another, and of 0. */
#define USAGE_KINDS \
  {CHECK_UNSURE, 0, "", NULL, NULL}, \
  {CHECK_NUMBER, 7, "", "Write a whole number.", NULL}, \
  {CHECK_ANY, 0, "", NULL, NULL}, \
  {CHECK_WORD, 0, "active started size title project", "Choose from active, started, size, title, project.", NULL}, \
  {CHECK_WORD, 0, "claude-code codex gemini copilot qwen pi kimi", "Choose from claude-code, codex, gemini, copilot, qwen, pi, kimi.", NULL}, \
  {CHECK_TIME, 6, "", "Write 30m, 12h, 7d, 2w or a date such as 2026-11-23.", NULL}, \
  {CHECK_NUMBER, 7, "", "Write a whole number.", "Write a whole number from 1 on."}, \
  {CHECK_WORD, 0, "sessions recordings", "Choose from sessions, recordings.", NULL}, \
  {CHECK_WORDS, 0, "user assistant thinking tool_call tool_result decision notice", "Choose from user, assistant, thinking, tool_call, tool_result, decision, notice.", NULL}, \
  {CHECK_WORD, 0, "md jsonl html", "Choose from md, jsonl, html.", NULL}, \
  {CHECK_WORDS, 0, "thinking tools results agents notices", "Choose from thinking, tools, results, agents, notices.", NULL}, \
  {CHECK_WORD, 0, "organisation user", "Choose from organisation, user.", NULL}, \
  {CHECK_WORD, 0, "chat export", "Choose from chat, export.", NULL}, \
  {CHECK_HEX, 64, "", "Write all 64 hexadecimal digits, as the journal has them after head=.", NULL}, \
  {CHECK_NUMBER, 10, "", "Write a user's number, as 'id -u' prints it.", NULL}, \
  {CHECK_WORD, 0, "bash zsh fish", "Choose from bash, zsh, fish.", NULL}

/* Path; options without a value; commands below it; what may be suggested of each; what is wrong with it alone; */
/* options with a value, each with its kind; arguments: whether it must be there, may be several, and its kind. */
#define USAGE_ROWS \
  {"", "--kernel-sandbox -V --version", "status sessions show tail search record capture stop forget export policy audit scan verify seal clean doctor init completions daemon fleet version help plan", "--version --help", "status sessions show tail search record capture stop forget export policy audit scan verify seal clean doctor init completions daemon fleet version help", NULL, \
   (const struct usage_option[]){{"--plan-hash", "--plan-hash <hash>", 0}, {"--kernel-missing", "--kernel-missing <words>", 0}, {"--roles", "--roles <host>", 0}, {"--administrator", "--administrator <uid>", 0}, {"--output-made", "--output-made <id>", 0}, {"--landlock-abi", "--landlock-abi <n>", 0}, {"--daemon-process", "--daemon-process <facts>", 0}, {"--daemon-unit", "--daemon-unit <name>", 0}, {"--daemon-misses", "--daemon-misses <path>", 0}, {"--user-namespaces", "--user-namespaces <usable>", 0}, {NULL, NULL, 0}}, \
   (const struct usage_argument[]){{NULL, false, false, 0}}}, \
  {"status", "--watch --json", "", "--watch --json --help --version", "", NULL, \
   (const struct usage_option[]){{NULL, NULL, 0}}, \
   (const struct usage_argument[]){{NULL, false, false, 0}}}, \
  {"sessions", "--json --expiring", "", "--json --limit --search --sort --expiring --provider --project --since --help --version", "", NULL, \
   (const struct usage_option[]){{"--limit", "--limit <n>", 1}, {"--search", "--search <text>", 2}, {"--sort", "--sort <order>", 3}, {"--provider", "--provider <provider>", 4}, {"--project", "--project <dir>", 2}, {"--since", "--since <when>", 5}, {NULL, NULL, 0}}, \
   (const struct usage_argument[]){{NULL, false, false, 0}}}, \
  {"show", "", "", "--provider --last --from --since --help --version", "", NULL, \
   (const struct usage_option[]){{"--provider", "--provider <provider>", 4}, {"--last", "--last <n>", 6}, {"--from", "--from <seq>", 1}, {"--since", "--since <when>", 5}, {NULL, NULL, 0}}, \
   (const struct usage_argument[]){{"session", true, false, 2}, {NULL, false, false, 0}}}, \
  {"tail", "", "", "--provider --last --help --version", "", NULL, \
   (const struct usage_option[]){{"--provider", "--provider <provider>", 4}, {"--last", "--last <n>", 6}, {NULL, NULL, 0}}, \
   (const struct usage_argument[]){{"session", true, false, 2}, {NULL, false, false, 0}}}, \
  {"search", "--json --update --no-update --rebuild", "", "--json --limit --in --role --provider --project --since --update --no-update --rebuild --help --version", "", "say what to search for.", \
   (const struct usage_option[]){{"--limit", "--limit <n>", 6}, {"--in", "--in <where>", 7}, {"--role", "--role <roles>", 8}, {"--provider", "--provider <provider>", 4}, {"--project", "--project <dir>", 2}, {"--since", "--since <when>", 5}, {NULL, NULL, 0}}, \
   (const struct usage_argument[]){{"word", false, true, 2}, {NULL, false, false, 0}}}, \
  {"record", "--json", "", "--json --provider --help --version", "", NULL, \
   (const struct usage_option[]){{"--provider", "--provider <provider>", 4}, {NULL, NULL, 0}}, \
   (const struct usage_argument[]){{"session", true, false, 2}, {"dest", false, false, 2}, {NULL, false, false, 0}}}, \
  {"capture", "--json", "", "--json --provider --help --version", "", NULL, \
   (const struct usage_option[]){{"--provider", "--provider <provider>", 4}, {NULL, NULL, 0}}, \
   (const struct usage_argument[]){{"session", true, false, 2}, {"dest", false, false, 2}, {NULL, false, false, 0}}}, \
  {"stop", "--json", "", "--json --provider --help --version", "", NULL, \
   (const struct usage_option[]){{"--provider", "--provider <provider>", 4}, {NULL, NULL, 0}}, \
   (const struct usage_argument[]){{"session", true, false, 2}, {NULL, false, false, 0}}}, \
  {"forget", "--json --recordings", "", "--json --provider --recordings --help --version", "", NULL, \
   (const struct usage_option[]){{"--provider", "--provider <provider>", 4}, {NULL, NULL, 0}}, \
   (const struct usage_argument[]){{"session", true, false, 2}, {NULL, false, false, 0}}}, \
  {"export", "--all --redact --no-redact --force --json", "", "--file --all --output --format --include --exclude --redact --no-redact --force --json --provider --project --since --last --from --help --version", "", "say which sessions: SESSION, --file LOG or --all.", \
   (const struct usage_option[]){{"--file", "--file <log>", 2}, {"-o --output", "-o, --output <dest>", 2}, {"--format", "--format <format>", 9}, {"--include", "--include <parts>", 10}, {"--exclude", "--exclude <parts>", 10}, {"--provider", "--provider <provider>", 4}, {"--project", "--project <dir>", 2}, {"--since", "--since <when>", 5}, {"--last", "--last <n>", 6}, {"--from", "--from <seq>", 1}, {NULL, NULL, 0}}, \
   (const struct usage_argument[]){{"session", false, true, 2}, {NULL, false, false, 0}}}, \
  {"policy", "", "show check explain allow deny", "--help --version", "show check explain allow deny", "missing command.", \
   (const struct usage_option[]){{NULL, NULL, 0}}, \
   (const struct usage_argument[]){{NULL, false, false, 0}}}, \
  {"policy show", "--json", "", "--json --help --version", "", NULL, \
   (const struct usage_option[]){{NULL, NULL, 0}}, \
   (const struct usage_argument[]){{NULL, false, false, 0}}}, \
  {"policy check", "--json", "", "--as --json --help --version", "", NULL, \
   (const struct usage_option[]){{"--as", "--as <layer>", 11}, {NULL, NULL, 0}}, \
   (const struct usage_argument[]){{"file", false, false, 2}, {NULL, false, false, 0}}}, \
  {"policy explain", "--json", "", "--as --json --help --version", "", NULL, \
   (const struct usage_option[]){{"--as", "--as <asker>", 12}, {NULL, NULL, 0}}, \
   (const struct usage_argument[]){{"key-or-path", true, false, 2}, {NULL, false, false, 0}}}, \
  {"policy allow", "--json --default", "", "--json --default --help --version", "", NULL, \
   (const struct usage_option[]){{NULL, NULL, 0}}, \
   (const struct usage_argument[]){{"dir", true, false, 2}, {NULL, false, false, 0}}}, \
  {"policy deny", "--json", "", "--json --help --version", "", NULL, \
   (const struct usage_option[]){{NULL, NULL, 0}}, \
   (const struct usage_argument[]){{"dir", true, false, 2}, {NULL, false, false, 0}}}, \
  {"audit", "", "verify verify-all tail", "--help --version", "verify verify-all tail", "missing command.", \
   (const struct usage_option[]){{NULL, NULL, 0}}, \
   (const struct usage_argument[]){{NULL, false, false, 0}}}, \
  {"audit verify", "--archived --json", "", "--head --archived --json --help --version", "", NULL, \
   (const struct usage_option[]){{"--head", "--head <hash>", 13}, {NULL, NULL, 0}}, \
   (const struct usage_argument[]){{"copy", false, true, 2}, {NULL, false, false, 0}}}, \
  {"audit verify-all", "--archived --json", "", "--heads --host --uid --archived --json --help --version", "", NULL, \
   (const struct usage_option[]){{"--heads", "--heads <dir>", 2}, {"--host", "--host <host>", 2}, {"--uid", "--uid <uid>", 14}, {NULL, NULL, 0}}, \
   (const struct usage_argument[]){{"dir", true, false, 2}, {NULL, false, false, 0}}}, \
  {"audit tail", "-f --follow --json", "", "--lines --follow --json --help --version", "", NULL, \
   (const struct usage_option[]){{"-n --lines", "-n, --lines <n>", 1}, {NULL, NULL, 0}}, \
   (const struct usage_argument[]){{NULL, false, false, 0}}}, \
  {"scan", "--json", "", "--json --help --version", "", "say which files to look at.", \
   (const struct usage_option[]){{NULL, NULL, 0}}, \
   (const struct usage_argument[]){{"file", false, true, 2}, {NULL, false, false, 0}}}, \
  {"verify", "--json", "", "--json --help --version", "", NULL, \
   (const struct usage_option[]){{NULL, NULL, 0}}, \
   (const struct usage_argument[]){{"file", true, false, 2}, {NULL, false, false, 0}}}, \
  {"seal", "--json", "", "--json --help --version", "", NULL, \
   (const struct usage_option[]){{NULL, NULL, 0}}, \
   (const struct usage_argument[]){{"file", true, false, 2}, {NULL, false, false, 0}}}, \
  {"clean", "--json --dry-run", "", "--json --dry-run --help --version", "", NULL, \
   (const struct usage_option[]){{NULL, NULL, 0}}, \
   (const struct usage_argument[]){{NULL, false, false, 0}}}, \
  {"doctor", "--permissions --json", "", "--permissions --json --help --version", "", NULL, \
   (const struct usage_option[]){{NULL, NULL, 0}}, \
   (const struct usage_argument[]){{NULL, false, false, 0}}}, \
  {"init", "--json --auto", "", "--json --auto --help --version", "", NULL, \
   (const struct usage_option[]){{NULL, NULL, 0}}, \
   (const struct usage_argument[]){{NULL, false, false, 0}}}, \
  {"completions", "", "", "--help --version", "", NULL, \
   (const struct usage_option[]){{NULL, NULL, 0}}, \
   (const struct usage_argument[]){{"shell", true, false, 15}, {NULL, false, false, 0}}}, \
  {"daemon", "--after-crash", "", "--help --version", "", NULL, \
   (const struct usage_option[]){{NULL, NULL, 0}}, \
   (const struct usage_argument[]){{NULL, false, false, 0}}}, \
  {"fleet", "", "status", "--help --version", "status", "missing command.", \
   (const struct usage_option[]){{NULL, NULL, 0}}, \
   (const struct usage_argument[]){{NULL, false, false, 0}}}, \
  {"fleet status", "--json", "", "--json --help --version", "", NULL, \
   (const struct usage_option[]){{NULL, NULL, 0}}, \
   (const struct usage_argument[]){{NULL, false, false, 0}}}, \
  {"version", "--attest --json", "", "--attest --json --help --version", "", NULL, \
   (const struct usage_option[]){{NULL, NULL, 0}}, \
   (const struct usage_argument[]){{NULL, false, false, 0}}}, \
  {"help", "", "", "--help --version", "", NULL, \
   (const struct usage_option[]){{NULL, NULL, 0}}, \
   (const struct usage_argument[]){{"command", false, true, 0}, {NULL, false, false, 0}}}, \
  {"plan", "", "", "--help --version", "", NULL, \
   (const struct usage_option[]){{NULL, NULL, 0}}, \
   (const struct usage_argument[]){{"argument", false, true, 2}, {NULL, false, false, 0}}}
#endif
