/* Made by `deno task generate`: what each command takes. */
#ifndef KATO_USAGE_H
#define KATO_USAGE_H

/* Path; options without a value; options with one; commands below it; what may be suggested of each. */
#define USAGE_ROWS \
  {"", "--kernel-sandbox -V --version", "--plan-hash --kernel-missing --roles --administrator --output-made --landlock-abi --daemon-process --daemon-unit --daemon-misses --user-namespaces", "status sessions show tail search record capture stop export policy audit scan verify seal doctor init completions daemon fleet version help plan", "--version --help", "status sessions show tail search record capture stop export policy audit scan verify seal doctor init completions daemon fleet version help"}, \
  {"status", "--watch --json", "", "", "--watch --json --help --version", ""}, \
  {"sessions", "--json --expiring", "--limit --search --sort --provider --project --since", "", "--json --limit --search --sort --expiring --provider --project --since --help --version", ""}, \
  {"show", "", "--provider --last --from --since", "", "--provider --last --from --since --help --version", ""}, \
  {"tail", "", "--provider --last", "", "--provider --last --help --version", ""}, \
  {"search", "--json --update --rebuild", "--limit --in --role --provider --project --since --no-update", "", "--json --limit --in --role --provider --project --since --update --no-update --rebuild --help --version", ""}, \
  {"record", "--json", "--provider", "", "--json --provider --help --version", ""}, \
  {"capture", "--json", "--provider", "", "--json --provider --help --version", ""}, \
  {"stop", "--json", "--provider", "", "--json --provider --help --version", ""}, \
  {"export", "--all --redact --force --json", "--file -o --output --format --include --exclude --no-redact --provider --project --since --last --from", "", "--file --all --output --format --include --exclude --redact --no-redact --force --json --provider --project --since --last --from --help --version", ""}, \
  {"policy", "", "", "show check explain allow deny", "--help --version", "show check explain allow deny"}, \
  {"policy show", "--json", "", "", "--json --help --version", ""}, \
  {"policy check", "--json", "--as", "", "--as --json --help --version", ""}, \
  {"policy explain", "--json", "--as", "", "--as --json --help --version", ""}, \
  {"policy allow", "--json --default", "", "", "--json --default --help --version", ""}, \
  {"policy deny", "--json", "", "", "--json --help --version", ""}, \
  {"audit", "", "", "verify verify-all tail", "--help --version", "verify verify-all tail"}, \
  {"audit verify", "--archived --json", "--head", "", "--head --archived --json --help --version", ""}, \
  {"audit verify-all", "--archived --json", "--heads --host --uid", "", "--heads --host --uid --archived --json --help --version", ""}, \
  {"audit tail", "-f --follow --json", "-n --lines", "", "--lines --follow --json --help --version", ""}, \
  {"scan", "--json", "", "", "--json --help --version", ""}, \
  {"verify", "--json", "", "", "--json --help --version", ""}, \
  {"seal", "--json", "", "", "--json --help --version", ""}, \
  {"doctor", "--permissions --json", "", "", "--permissions --json --help --version", ""}, \
  {"init", "--json --auto", "", "", "--json --auto --help --version", ""}, \
  {"completions", "", "", "", "--help --version", ""}, \
  {"daemon", "--after-crash", "", "", "--help --version", ""}, \
  {"fleet", "", "", "status", "--help --version", "status"}, \
  {"fleet status", "--json", "", "", "--json --help --version", ""}, \
  {"version", "--attest --json", "", "", "--attest --json --help --version", ""}, \
  {"help", "", "", "", "--help --version", ""}, \
  {"plan", "", "", "", "--help --version", ""}
#endif
