/* Made by `deno task generate`: tables that the launcher shares with the code. */
#ifndef KATO_TABLES_H
#define KATO_TABLES_H

/* Nothing that a person keeps is in these. */
#define SYSTEM_LOCATIONS \
  "/bin", \
  "/boot", \
  "/dev", \
  "/etc", \
  "/lib", \
  "/lib32", \
  "/lib64", \
  "/proc", \
  "/root", \
  "/run", \
  "/sbin", \
  "/sys", \
  "/usr", \
  "/var"

/* What is beside a home in a folder of this name is another's home. */
#define HOME_FOLDERS \
  "home", \
  "homes"

/* How the name of a recording ends. */
#define DESTINATION_KINDS \
  "md", \
  "jsonl", \
  "html"

/* Agents load files of these names by themselves. */
#define AGENT_MEMORY \
  "claude.md", \
  "claude.local.md", \
  "memory.md", \
  "skill.md", \
  "review.md", \
  "agents.md", \
  "agents.override.md", \
  "codex.md", \
  "gemini.md", \
  "system.md", \
  "agent.md", \
  "conventions.md", \
  "codebuddy.md", \
  ".clinerules", \
  "crush.md", \
  "crush.local.md", \
  ".cursorrules", \
  "copilot-instructions.md", \
  ".goosehints", \
  "iflow.md", \
  "jules.md", \
  "guidelines.md", \
  "qwen.md", \
  "replit.md", \
  ".roorules", \
  "warp.md", \
  ".windsurfrules", \
  ".rules"

/* By these, clients are told where to keep their logs. */
#define CLIENT_VARIABLES \
  "CLAUDE_CONFIG_DIR", \
  "CODEX_HOME", \
  "GEMINI_CLI_HOME"
#endif
