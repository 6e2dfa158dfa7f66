/* Made by `deno task generate`: tables that the launcher shares with the code. */
#ifndef KATO_CLIENTS_H
#define KATO_CLIENTS_H

/* In these folders programs keep settings, and clients their sessions. */
#define RESERVED_IN_HOME \
  ".aws", \
  ".config", \
  ".docker", \
  ".gnupg", \
  ".kube", \
  ".local/bin", \
  ".local/share/systemd", \
  ".ssh", \
  ".claude", \
  ".codex", \
  ".gemini", \
  ".copilot", \
  ".qwen", \
  ".pi/agent", \
  ".kimi-code"

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
  "copilot-instructions.md", \
  "qwen.md", \
  "append_system.md", \
  "agents.md", \
  "system.md", \
  "agent.md", \
  "conventions.md", \
  "codebuddy.md", \
  ".clinerules", \
  "crush.md", \
  "crush.local.md", \
  ".cursorrules", \
  ".goosehints", \
  "iflow.md", \
  "jules.md", \
  "guidelines.md", \
  "replit.md", \
  ".roorules", \
  "warp.md", \
  ".windsurfrules", \
  ".rules"

/* By these, clients are told where to keep their logs. */
#define CLIENT_VARIABLES \
  "CLAUDE_CONFIG_DIR", \
  "CODEX_HOME", \
  "GEMINI_CLI_HOME", \
  "COPILOT_HOME", \
  "QWEN_RUNTIME_DIR", \
  "QWEN_HOME", \
  "PI_CODING_AGENT_SESSION_DIR", \
  "PI_CODING_AGENT_DIR", \
  "KIMI_CODE_HOME"
#endif
