/* Made by `deno task generate`: what the launcher answers by itself. */
#ifndef KATO_HELP_H
#define KATO_HELP_H

#define HELP_COLUMNS 80

#define VERSION_LINE(source) "kato 0.2.0 (" source ", Deno 2.9.5)\n"

#define HELP_PAGES \
  {"", \
    "\001Usage:\002 kato COMMAND [ARGUMENT…]\n" \
    "\n" \
    "Keeps the conversations you have with coding agents, where your policy allows.\n" \
    "In the chat, '::record' on a line of its own begins recording, '::stop' ends it.\n" \
    "\n" \
    "\001Sessions:\002\n" \
    "  status                  say whether kato runs, and what it records\n" \
    "  sessions                list the sessions on this machine, newest first\n" \
    "  show SESSION            read a session in the terminal\n" \
    "  tail SESSION            follow a session in the terminal\n" \
    "  search [WORD…]          find words in what was said\n" \
    "  record SESSION [DEST]   record a session from now on\n" \
    "  capture SESSION [DEST]  write a session so far, then go on recording it\n" \
    "  stop SESSION            stop recording a session\n" \
    "  forget SESSION          have kato forget a session\n" \
    "  export [SESSION…]       write sessions to a file or folder, once\n" \
    "\n" \
    "\001Rules and evidence:\002 policy, audit, scan, verify, seal, clean, doctor\n" \
    "\001Installation:\002 init, completions, daemon, fleet, version, help\n" \
    "\n" \
    "'kato help COMMAND' says more, with an example.\n"}, \
  {"status", \
    "\001Usage:\002 kato status [OPTION…]\n" \
    "\n" \
    "Says whether kato runs, what it follows, what it records and what it denied.\n" \
    "Exit status 69 when it does not run; the reason is said: it was never started,\n" \
    "could not start, was stopped by the person or by policy, or ended by itself.\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --watch     show it live on the terminal, until interrupted\n" \
    "  --json      print JSON\n" \
    "  -h, --help  show this\n" \
    "\n" \
    "Example:\n" \
    "  kato status --watch\n"}, \
  {"sessions", \
    "\001Usage:\002 kato sessions [OPTION…]\n" \
    "\n" \
    "Lists the sessions on this machine, newest first. A dot before an id: it is\n" \
    "being recorded; a circle: it was. On a terminal, titles are cut to its width;\n" \
    "elsewhere nothing is cut. Works whether kato runs or not.\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --json               print JSON\n" \
    "  --limit N            show at most this many (0: all; 25 on a terminal)\n" \
    "  --search TEXT        only those with this text in their title, in any letter\n" \
    "                       case\n" \
    "  --sort ORDER         by active (the default), started, size, title or project\n" \
    "  --expiring           only those whose logs the client may delete within a week\n" \
    "  --provider PROVIDER  claude-code, codex, gemini, copilot, qwen, pi or kimi\n" \
    "  --project DIR        sessions held in this folder or below it\n" \
    "  --since WHEN         sessions active since: 30m, 12h, 7d, 2w or a date\n" \
    "  -h, --help           show this\n" \
    "\n" \
    "Example:\n" \
    "  kato sessions --search parser --since 7d\n"}, \
  {"show", \
    "\001Usage:\002 kato show [OPTION…] SESSION\n" \
    "\n" \
    "Shows a session for reading: what was said, each tool call in a line with its\n" \
    "outcome, results cut short. Secrets are replaced as in exports. Works whether\n" \
    "kato runs or not.\n" \
    "\n" \
    "\001Arguments:\002\n" \
    "  SESSION              an id from 'kato sessions', or its beginning\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --provider PROVIDER  claude-code, codex, gemini, copilot, qwen, pi or kimi\n" \
    "  --last N             only the last N turns\n" \
    "  --from SEQ           only from this event on; JSON Lines and links of pages\n" \
    "                       have its number\n" \
    "  --since WHEN         only what came since: 30m, 12h, 7d, 2w, a date or a time\n" \
    "  -h, --help           show this\n" \
    "\n" \
    "Example:\n" \
    "  kato show 5d8aa099 --last 3\n"}, \
  {"tail", \
    "\001Usage:\002 kato tail [OPTION…] SESSION\n" \
    "\n" \
    "Shows the last turns of a session as 'kato show' does, and then what comes. A\n" \
    "tool call comes with its outcome, and the work of a sub-agent when it reports\n" \
    "back. Ctrl-C ends it. Works whether kato runs or not.\n" \
    "\n" \
    "\001Arguments:\002\n" \
    "  SESSION              an id from 'kato sessions', or its beginning\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --provider PROVIDER  claude-code, codex, gemini, copilot, qwen, pi or kimi\n" \
    "  --last N             begin with the last N turns (default: 3)\n" \
    "  -h, --help           show this\n" \
    "\n" \
    "Example:\n" \
    "  kato tail 5d8aa099\n"}, \
  {"search", \
    "\001Usage:\002 kato search [OPTION…] [WORD…]\n" \
    "\n" \
    "Finds words in the sessions on this machine and in recordings, by an index that\n" \
    "policy must allow (search.enabled). Takes what is new in the logs into the index\n" \
    "first. Secrets are replaced before a text is indexed. Works whether kato runs or\n" \
    "not.\n" \
    "\n" \
    "\001Arguments:\002\n" \
    "  WORD                 words, 'two words' side by side, or begin*\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --json               print JSON\n" \
    "  --limit N            show at most this many hits (default: 20)\n" \
    "  --in WHERE           sessions or recordings (default: sessions, and recordings\n" \
    "                       whose sessions are not indexed)\n" \
    "  --role ROLES         only what these said: user, assistant, thinking,\n" \
    "                       tool_call, tool_result, decision, notice\n" \
    "  --provider PROVIDER  claude-code, codex, gemini, copilot, qwen, pi or kimi\n" \
    "  --project DIR        sessions held in this folder or below it\n" \
    "  --since WHEN         only what was said since: 30m, 12h, 7d, 2w, a date or a\n" \
    "                       time\n" \
    "  --update             bring the index up to date first, however much is new\n" \
    "  --no-update          search what is indexed, and read no log\n" \
    "  --rebuild            make the index anew from the logs\n" \
    "  -h, --help           show this\n" \
    "\n" \
    "Example:\n" \
    "  kato search 'disk full' 'retr*' --since 7d\n"}, \
  {"record", \
    "\001Usage:\002 kato record [OPTION…] SESSION [DEST]\n" \
    "\n" \
    "Records a session from now on, as ::record in the chat does. kato must be\n" \
    "running.\n" \
    "\n" \
    "\001Arguments:\002\n" \
    "  SESSION              an id from 'kato sessions', or its beginning\n" \
    "  DEST                 where to; relative to the export root (default: the\n" \
    "                       session's file)\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --json               print JSON\n" \
    "  --provider PROVIDER  claude-code, codex, gemini, copilot, qwen, pi or kimi\n" \
    "  -h, --help           show this\n" \
    "\n" \
    "Example:\n" \
    "  kato record 5d8aa099 plan.md\n"}, \
  {"capture", \
    "\001Usage:\002 kato capture [OPTION…] SESSION [DEST]\n" \
    "\n" \
    "Writes a session so far, then goes on recording it, as ::capture does. kato must\n" \
    "be running.\n" \
    "\n" \
    "\001Arguments:\002\n" \
    "  SESSION              an id from 'kato sessions', or its beginning\n" \
    "  DEST                 where to; relative to the export root (default: the\n" \
    "                       session's file)\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --json               print JSON\n" \
    "  --provider PROVIDER  claude-code, codex, gemini, copilot, qwen, pi or kimi\n" \
    "  -h, --help           show this\n" \
    "\n" \
    "Example:\n" \
    "  kato capture 5d8aa099\n"}, \
  {"stop", \
    "\001Usage:\002 kato stop [OPTION…] SESSION\n" \
    "\n" \
    "Stops recording a session, as ::stop in the chat does. kato must be running.\n" \
    "\n" \
    "\001Arguments:\002\n" \
    "  SESSION              an id from 'kato sessions', or its beginning\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --json               print JSON\n" \
    "  --provider PROVIDER  claude-code, codex, gemini, copilot, qwen, pi or kimi\n" \
    "  -h, --help           show this\n" \
    "\n" \
    "Example:\n" \
    "  kato stop 5d8aa099\n"}, \
  {"forget", \
    "\001Usage:\002 kato forget [OPTION…] SESSION\n" \
    "\n" \
    "Removes what kato's state and the search index have of a session, and keeps it\n" \
    "from coming back. Its recordings stay: their paths are printed. The client's log\n" \
    "stays, too. kato must be running.\n" \
    "\n" \
    "\001Arguments:\002\n" \
    "  SESSION              an id from 'kato sessions', or its beginning\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --json               print JSON\n" \
    "  --provider PROVIDER  claude-code, codex, gemini, copilot, qwen, pi or kimi\n" \
    "  --recordings         say how to remove its recordings, too, where they are as\n" \
    "                       kato left them\n" \
    "  -h, --help           show this\n" \
    "\n" \
    "Example:\n" \
    "  kato forget 5d8aa099\n"}, \
  {"export", \
    "\001Usage:\002 kato export [OPTION…] [SESSION…]\n" \
    "\n" \
    "Writes sessions, whole or from --last, --from or --since on, to a file, a folder\n" \
    "or standard output, once. Works whether kato runs or not. SESSION is an id from\n" \
    "'kato sessions', or the beginning of one.\n" \
    "\n" \
    "\001Arguments:\002\n" \
    "  SESSION              the sessions to write\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --file LOG           a session's log by its path, instead of SESSION\n" \
    "  --all                every session that the filters let through\n" \
    "  -o, --output DEST    needed: a file, a folder (for several sessions), or - for\n" \
    "                       standard output\n" \
    "  --format FORMAT      md, jsonl or html (default: as DEST ends, else md)\n" \
    "  --include PARTS      also show these: thinking,tools,results,agents,notices\n" \
    "  --exclude PARTS      leave these out, of the same list\n" \
    "  --redact             replace secrets, even where policy keeps them\n" \
    "  --no-redact          keep secrets; the audit log has it\n" \
    "  --force              replace a file that exists\n" \
    "  --json               print JSON\n" \
    "  --provider PROVIDER  claude-code, codex, gemini, copilot, qwen, pi or kimi\n" \
    "  --project DIR        sessions held in this folder or below it\n" \
    "  --since WHEN         only what came since: 30m, 12h, 7d, 2w, a date or a time;\n" \
    "                       with --all: sessions active since\n" \
    "  --last N             only the last N turns\n" \
    "  --from SEQ           only from this event on; JSON Lines and links of pages\n" \
    "                       have its number\n" \
    "  -h, --help           show this\n" \
    "\n" \
    "Example:\n" \
    "  kato export 5d8aa099 --output ~/notes/plan.md\n"}, \
  {"policy", \
    "\001Usage:\002 kato policy COMMAND\n" \
    "\n" \
    "Shows the policy that holds, says why it does, checks its files, or changes your\n" \
    "own.\n" \
    "\n" \
    "\001Options:\002\n" \
    "  -h, --help           show this\n" \
    "\n" \
    "\001Commands:\002\n" \
    "  show                 print every value that holds, with where it comes from\n" \
    "  check [FILE]         say what is wrong in the settings files, and where\n" \
    "  explain KEY-OR-PATH  say why a value holds, or why a path may be written or\n" \
    "                       not\n" \
    "  allow DIR            allow recordings in a folder\n" \
    "  deny DIR             take a folder back that was allowed\n" \
    "\n" \
    "Example:\n" \
    "  kato policy allow ~/notes\n"}, \
  {"policy show", \
    "\001Usage:\002 kato policy show [OPTION…]\n" \
    "\n" \
    "Prints every value that holds, with where it comes from, and the policy's hash.\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --json      print JSON\n" \
    "  -h, --help  show this\n" \
    "\n" \
    "Example:\n" \
    "  kato policy show --json\n"}, \
  {"policy check", \
    "\001Usage:\002 kato policy check [OPTION…] [FILE]\n" \
    "\n" \
    "Says what is wrong in the settings files that are in use, or in FILE as if it\n" \
    "were in use: the line, and what to write instead. Exit status 78 when something\n" \
    "is. With '--as organisation' it prints the hash that the policy has on every\n" \
    "machine, whatever people's homes and own policies are.\n" \
    "\n" \
    "\001Arguments:\002\n" \
    "  FILE        a policy file to try, or - for standard input\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --as LAYER  organisation or user: whose file FILE is (default: by where it is)\n" \
    "  --json      print JSON\n" \
    "  -h, --help  show this\n" \
    "\n" \
    "Example:\n" \
    "  kato policy check ./policy.toml\n"}, \
  {"policy explain", \
    "\001Usage:\002 kato policy explain [OPTION…] KEY-OR-PATH\n" \
    "\n" \
    "Says of a key (or a table of them) which layer of policy decided, and what the\n" \
    "others said. Says of a path whether a recording may be written there, step by\n" \
    "step, and what to do about it; exit status 77 when it may not. A relative path\n" \
    "is taken as in the chat.\n" \
    "\n" \
    "\001Arguments:\002\n" \
    "  KEY-OR-PATH  destinations.roots, destinations, ~/notes/plan.md, plan.md\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --as ASKER   chat: a command in the chat (default); export: 'kato export\n" \
    "               --output'\n" \
    "  --json       print JSON\n" \
    "  -h, --help   show this\n" \
    "\n" \
    "Example:\n" \
    "  kato policy explain ~/notes/plan.md\n"}, \
  {"policy allow", \
    "\001Usage:\002 kato policy allow [OPTION…] DIR\n" \
    "\n" \
    "Adds a folder of yours to destinations.roots in ~/.kato/config/policy.toml, if\n" \
    "it may be one, and shows it to the service's sandbox. With --default, '::record'\n" \
    "alone and relative names go there, too. Says what to restart.\n" \
    "\n" \
    "\001Arguments:\002\n" \
    "  DIR         a folder that is there, is yours, and that only you can write to\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --json      print JSON\n" \
    "  --default   make it the folder of '::record' alone and of relative names, too\n" \
    "  -h, --help  show this\n" \
    "\n" \
    "Example:\n" \
    "  kato policy allow ~/Recordings --default\n"}, \
  {"policy deny", \
    "\001Usage:\002 kato policy deny [OPTION…] DIR\n" \
    "\n" \
    "Takes a folder out of destinations.roots in ~/.kato/config/policy.toml and out\n" \
    "of the service's sandbox. Says what to restart. No recording is touched.\n" \
    "\n" \
    "\001Arguments:\002\n" \
    "  DIR         one of the folders that 'kato policy show' lists\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --json      print JSON\n" \
    "  -h, --help  show this\n" \
    "\n" \
    "Example:\n" \
    "  kato policy deny ~/notes\n"}, \
  {"audit", \
    "\001Usage:\002 kato audit COMMAND\n" \
    "\n" \
    "Verifies or reads the security log: one record for each decision, each chained\n" \
    "to the last.\n" \
    "\n" \
    "\001Options:\002\n" \
    "  -h, --help      show this\n" \
    "\n" \
    "\001Commands:\002\n" \
    "  verify [COPY…]  check the chain of records over all files of the log\n" \
    "  verify-all DIR  check all that a collector has: every chain, against the\n" \
    "                  journals' heads\n" \
    "  tail            print the latest records\n" \
    "\n" \
    "Example:\n" \
    "  kato audit verify\n"}, \
  {"audit verify", \
    "\001Usage:\002 kato audit verify [OPTION…] [COPY…]\n" \
    "\n" \
    "Checks the chain of records over all files of the log, or of a copy of one log\n" \
    "that was collected elsewhere; exit status 1 when it is broken.\n" \
    "\n" \
    "\001Arguments:\002\n" \
    "  COPY         files of a copy, or a folder that holds them; in any order\n" \
    "               (default: your own log)\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --head HASH  a record's hash that the chain must hold, as the journal has it\n" \
    "  --archived   the oldest files were moved elsewhere\n" \
    "  --json       print JSON\n" \
    "  -h, --help   show this\n" \
    "\n" \
    "Example:\n" \
    "  kato audit verify\n"}, \
  {"audit verify-all", \
    "\001Usage:\002 kato audit verify-all [OPTION…] DIR\n" \
    "\n" \
    "Checks every chain of records in a collector's folder, and that each head which\n" \
    "the collected journals hold is in a chain of the machine and person that wrote\n" \
    "it. Exit status: 2 a chain is broken, 3 a head is in no chain, 4 a head is in\n" \
    "another's chain, 5 a log was begun anew, 6 no head proves a chain, 7 a journal\n" \
    "cannot be read; of several the smallest.\n" \
    "\n" \
    "\001Arguments:\002\n" \
    "  DIR          the collector's folder, with the records of all machines and\n" \
    "               people\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --heads DIR  the folder with the collected journals (*.journal)\n" \
    "  --host HOST  only this machine: its name, its id, or the folder of its records\n" \
    "  --uid UID    only the person with this number\n" \
    "  --archived   the oldest files were moved elsewhere\n" \
    "  --json       print JSON\n" \
    "  -h, --help   show this\n" \
    "\n" \
    "Example:\n" \
    "  kato audit verify-all /var/log/kato-audit --heads /var/log/journal/remote\n"}, \
  {"audit tail", \
    "\001Usage:\002 kato audit tail [OPTION…]\n" \
    "\n" \
    "Prints the latest records of the security log.\n" \
    "\n" \
    "\001Options:\002\n" \
    "  -n, --lines N  how many (default: 10)\n" \
    "  -f, --follow   wait for more, until interrupted\n" \
    "  --json         print the records as they are, one a line\n" \
    "  -h, --help     show this\n" \
    "\n" \
    "Example:\n" \
    "  kato audit tail -n 50 --follow\n"}, \
  {"scan", \
    "\001Usage:\002 kato scan [OPTION…] [FILE…]\n" \
    "\n" \
    "Finds secrets in files that are written already, by the rules that kato writes\n" \
    "with. Prints file, line and the rule for each, and never the secret. Exit status\n" \
    "1 when it finds one. Changes nothing.\n" \
    "\n" \
    "\001Arguments:\002\n" \
    "  FILE        the files to look at: Markdown, HTML, JSONL or any other text\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --json      print JSON\n" \
    "  -h, --help  show this\n" \
    "\n" \
    "Example:\n" \
    "  kato scan ~/.kato/exports/*.md\n"}, \
  {"verify", \
    "\001Usage:\002 kato verify [OPTION…] FILE\n" \
    "\n" \
    "Recomputes a recording or export from the session's log, and says where the file\n" \
    "differs. Where the log is gone, a seal of 'kato seal' is enough. Exit status 0:\n" \
    "it is what its source gives; 1: it differs; 2: kato cannot tell, and why.\n" \
    "Changes nothing.\n" \
    "\n" \
    "\001Arguments:\002\n" \
    "  FILE        a recording or an export: Markdown, HTML or JSON Lines\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --json      print JSON\n" \
    "  -h, --help  show this\n" \
    "\n" \
    "Example:\n" \
    "  kato verify ~/.kato/exports/talk.md\n"}, \
  {"seal", \
    "\001Usage:\002 kato seal [OPTION…] FILE\n" \
    "\n" \
    "Writes FILE.seal.json: the file's hash, the events and logs that it came from,\n" \
    "kato's version, the policy's hash, and the audit record of the seal. 'kato\n" \
    "verify FILE' checks the file against it, also when the log is gone. A seal is no\n" \
    "signature.\n" \
    "\n" \
    "\001Arguments:\002\n" \
    "  FILE        a recording or an export: Markdown, HTML or JSON Lines\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --json      print JSON\n" \
    "  -h, --help  show this\n" \
    "\n" \
    "Example:\n" \
    "  kato seal ~/.kato/exports/talk.md\n"}, \
  {"clean", \
    "\001Usage:\002 kato clean [OPTION…]\n" \
    "\n" \
    "Removes the state of sessions whose logs are gone and that no recording, rule or\n" \
    "command needs, and files that a crash left in kato's own folders, and gives back\n" \
    "free space of the search index. Recordings, the audit log and the memory of\n" \
    "forgotten sessions and obeyed commands stay. kato must be running.\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --json      print JSON\n" \
    "  --dry-run   say what would be removed, and remove nothing\n" \
    "  -h, --help  show this\n" \
    "\n" \
    "Example:\n" \
    "  kato clean --dry-run\n"}, \
  {"doctor", \
    "\001Usage:\002 kato doctor [OPTION…]\n" \
    "\n" \
    "Says what protects this installation and what does not, and what needs\n" \
    "attention.\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --permissions  print what each command and role may touch on this machine\n" \
    "  --json         print JSON\n" \
    "  -h, --help     show this\n" \
    "\n" \
    "Example:\n" \
    "  kato doctor --permissions\n"}, \
  {"init", \
    "\001Usage:\002 kato init [OPTION…]\n" \
    "\n" \
    "Writes ~/.kato/config/config.toml and policy.toml with every key explained and\n" \
    "commented out, unless they are there already. With --auto, policy.toml also gets\n" \
    "a rule that has kato record each new session below your home without a command.\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --json      print JSON\n" \
    "  --auto      add a rule that records new sessions by itself\n" \
    "  -h, --help  show this\n" \
    "\n" \
    "Example:\n" \
    "  kato init\n"}, \
  {"completions", \
    "\001Usage:\002 kato completions SHELL\n" \
    "\n" \
    "Prints what makes a shell complete kato's commands. Packages install it; for one\n" \
    "person without a package, put it where the shell looks.\n" \
    "\n" \
    "\001Arguments:\002\n" \
    "  SHELL       bash, zsh or fish\n" \
    "\n" \
    "\001Options:\002\n" \
    "  -h, --help  show this\n" \
    "\n" \
    "Example:\n" \
    "  kato completions fish > ~/.config/fish/completions/kato.fish\n"}, \
  {"daemon", \
    "\001Usage:\002 kato daemon\n" \
    "\n" \
    "Follows the session logs and records what it is told to, in the foreground; the\n" \
    "service unit runs this. SIGTERM ends it in good order.\n" \
    "\n" \
    "\001Options:\002\n" \
    "  -h, --help  show this\n" \
    "\n" \
    "Example:\n" \
    "  systemctl --user enable --now kato\n"}, \
  {"fleet", \
    "\001Usage:\002 kato fleet COMMAND\n" \
    "\n" \
    "Looks at everybody's kato on this machine, for root.\n" \
    "\n" \
    "\001Options:\002\n" \
    "  -h, --help  show this\n" \
    "\n" \
    "\001Commands:\002\n" \
    "  status      say of every person of this machine whether kato runs, for root\n" \
    "\n" \
    "Example:\n" \
    "  sudo kato fleet status --json\n"}, \
  {"fleet status", \
    "\001Usage:\002 kato fleet status [OPTION…]\n" \
    "\n" \
    "Says of every person of this machine whether kato should run, runs, in which\n" \
    "version, under which organisation's policy, when it was last heard of, and why\n" \
    "it does not run. Reads files alone: nothing is started. Exit status: 2\n" \
    "somebody's kato should run and does not, 3 one runs under another policy, 4 one\n" \
    "is another version, 5 somebody's cannot be seen; of several the smallest.\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --json      print JSON\n" \
    "  -h, --help  show this\n" \
    "\n" \
    "Example:\n" \
    "  sudo kato fleet status --json\n"}, \
  {"version", \
    "\001Usage:\002 kato version [OPTION…]\n" \
    "\n" \
    "Prints kato's version, the commit that it was built from, and the version of its\n" \
    "runtime.\n" \
    "\n" \
    "\001Options:\002\n" \
    "  --attest    print what it was made of, and compare its files with the sums of\n" \
    "              its build\n" \
    "  --json      print JSON\n" \
    "  -h, --help  show this\n" \
    "\n" \
    "Example:\n" \
    "  kato version\n"}, \
  {"help", \
    "\001Usage:\002 kato help [COMMAND…]\n" \
    "\n" \
    "Says what a command does and takes, with an example; without a command, lists\n" \
    "them all.\n" \
    "\n" \
    "\001Arguments:\002\n" \
    "  COMMAND     one of the commands, such as export or policy show\n" \
    "\n" \
    "\001Options:\002\n" \
    "  -h, --help  show this\n" \
    "\n" \
    "Example:\n" \
    "  kato help policy allow\n"}
#endif
