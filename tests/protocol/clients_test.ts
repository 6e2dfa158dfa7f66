/** The table of clients: where each keeps its sessions, and what the shape of an entry can say. */
import assert from "node:assert/strict";
import { type Client, clientRoots, CLIENTS, OTHER_MEMORY, rootsOf } from "../../src/protocol/clients.ts";

Deno.test("clientRoots() is where each client keeps its sessions, and where a variable moves them", () => {
  const claude = (top: string) => ({ "claude-code": [`${top}/projects`] });
  const codex = (top: string) => ({ codex: [`${top}/sessions`, `${top}/archived_sessions`] });
  const gemini = (top: string) => ({ gemini: [`${top}/tmp`] });
  const copilot = (top: string) => ({ copilot: [`${top}/session-state`] });
  const qwen = (top: string) => ({ qwen: [`${top}/projects`] });
  const pi = (top: string) => ({ pi: [`${top}/sessions`] });
  const kimi = (top: string) => ({ kimi: [`${top}/sessions`] });
  const own = {
    ...claude("/home/dev/.claude"),
    ...codex("/home/dev/.codex"),
    ...gemini("/home/dev/.gemini"),
    ...copilot("/home/dev/.copilot"),
    ...qwen("/home/dev/.qwen"),
    ...pi("/home/dev/.pi/agent"),
    ...kimi("/home/dev/.kimi-code"),
  };
  const table: [home: string, environment: Record<string, string>, moved: Partial<typeof own>][] = [
    ["/home/dev", {}, {}],
    ["/home/dev/", { CLAUDE_CONFIG_DIR: "", CODEX_HOME: "", GEMINI_CLI_HOME: "" }, {}],
    ["/home/dev", { CLAUDE_CONFIG_DIR: "a", CODEX_HOME: "./b", GEMINI_CLI_HOME: "~/c" }, {}],
    ["/home/dev", { CLAUDE_CONFIG_DIR: "/srv/claude/" }, claude("/srv/claude")],
    ["/home/dev", { CODEX_HOME: "/srv/codex" }, codex("/srv/codex")],
    ["/home/dev", { GEMINI_CLI_HOME: "/srv/gemini/" }, gemini("/srv/gemini/.gemini")],
    ["/home/dev", { COPILOT_HOME: "/srv/copilot" }, copilot("/srv/copilot")],
    ["/home/dev", { QWEN_HOME: "/srv/qwen" }, qwen("/srv/qwen")],
    ["/home/dev", { QWEN_HOME: "/srv/qwen", QWEN_RUNTIME_DIR: "/srv/run" }, qwen("/srv/run")],
    ["/home/dev", { PI_CODING_AGENT_DIR: "/srv/pi" }, pi("/srv/pi")],
    ["/home/dev", { PI_CODING_AGENT_DIR: "/srv/pi", PI_CODING_AGENT_SESSION_DIR: "/srv/flat" }, {
      pi: ["/srv/flat"],
    }],
    ["/home/dev", { KIMI_CODE_HOME: "/srv/kimi" }, kimi("/srv/kimi")],
    ["/home/dev", { HOME: "/srv", PATH: "/bin" }, {}],
  ];
  for (const [home, environment, moved] of table) {
    const roots = clientRoots(home, environment);
    assert.deepEqual({ ...roots, ...own, ...moved }, roots, JSON.stringify(environment));
  }
});

Deno.test("an entry can say where other agents keep their sessions", () => {
  const rest = { versions: "1", sideFiles: {}, keeps: null, memory: [] };
  const deep: Client = {
    ...rest,
    name: "a folder within a folder, and a variable for the sessions alone",
    home: ".deep/agent",
    roots: ["sessions"],
    variables: { DEEP_SESSIONS: "root", DEEP_HOME: "home" },
  };
  const shared: Client = {
    ...rest,
    name: "a folder among those of all programs",
    home: ".local/share/shared",
    roots: ["now", "before"],
    variables: { DATA_HOME: "above" },
  };
  const table: [Client, Record<string, string>, string[]][] = [
    [deep, {}, ["/h/.deep/agent/sessions"]],
    [deep, { DEEP_HOME: "/srv/deep" }, ["/srv/deep/sessions"]],
    [deep, { DEEP_HOME: "/srv/deep", DEEP_SESSIONS: "/srv/logs/" }, ["/srv/logs"]],
    [deep, { DEEP_HOME: "/srv/deep", DEEP_SESSIONS: "logs" }, ["/srv/deep/sessions"]],
    [shared, {}, ["/h/.local/share/shared/now", "/h/.local/share/shared/before"]],
    [shared, { DATA_HOME: "/srv" }, ["/srv/shared/now", "/srv/shared/before"]],
  ];
  for (const [client, environment, roots] of table) {
    assert.deepEqual(rootsOf(client, "/h", environment), roots);
  }
});

for (const [id, { name, home, roots, variables, memory }] of Object.entries<Client>(CLIENTS)) {
  Deno.test(`the entry of ${id} is one that every place can use`, () => {
    assert.match(id, /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/);
    assert.match(name, /^[A-Za-z][\w. ]*\w$/);
    assert.ok(roots.length > 0);
    // Paths stand as they are in units, in AppArmor's profile and in a shell.
    for (const path of [home, ...roots]) assert.match(path, /^[\w.-]+(?:\/[\w.-]+)*$/);
    for (const variable of Object.keys(variables)) assert.match(variable, /^[A-Z][A-Z0-9_]*$/);
    for (const file of memory) assert.equal(file, file.toLowerCase());
    assert.ok(!(name in OTHER_MEMORY), `${name} is followed: its names stand in its own entry`);
  });
}

Deno.test("docs/path-policy.md has every name that an agent loads by itself", () => {
  const page = Deno.readTextFileSync(new URL("../../docs/path-policy.md", import.meta.url));
  const [, table = ""] = /<!-- generated: agent memory -->\n([^]*?)<!-- end -->/.exec(page) ?? [];
  const rows = table.trim().split("\n").slice(2).map((row) => {
    const [, agent = "", names = ""] = row.split("|").map((cell) => cell.trim());
    return [agent, [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name)];
  });
  const followed = Object.values<Client>(CLIENTS).map(({ name, memory }) => [name, memory]);
  assert.deepEqual(rows, [...followed, ...Object.entries(OTHER_MEMORY)]);
});
