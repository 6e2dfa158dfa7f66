import assert from "node:assert/strict";
import fc from "fast-check";
import { viewTool } from "../../src/render/tool_view.ts";

const PROJECT = "/home/dev/work";

const DETAILS: readonly (readonly [string, unknown, string | null])[] = [
  ["Bash", { command: "ls -la\npwd", description: "List files" }, "List files"],
  ["Bash", { command: "ls -la" }, "ls -la"],
  ["shell", { command: ["bash", "-lc", "ls -la"] }, "ls -la"],
  ["shell", { command: ["git", "status"] }, "git status"],
  ["exec_command", { cmd: "pwd" }, "pwd"],
  ["exec", 'text(await tools.exec_command({cmd:"ls"}))', "ls"],
  ["exec", "text(1 + 1)", "text(1 + 1)"],
  ["write_stdin", { session_id: 1, chars: "y\n" }, "y"],
  ["collaboration.spawn_agent", { task_name: "review", message: "Look." }, "review"],
  ["Read", { file_path: "/home/dev/work/src/a.ts", offset: 10, limit: 5 }, "src/a.ts:10-14"],
  ["Read", { file_path: "/etc/hosts" }, "/etc/hosts"],
  ["Grep", { pattern: "x+", path: "/home/dev/work/src", glob: "*.ts" }, "x+ in src, *.ts"],
  ["Glob", { pattern: "**/*.md" }, "**/*.md"],
  ["Edit", { file_path: "/home/dev/work/a.ts", old_string: "a", new_string: "b" }, "a.ts"],
  ["WebFetch", { url: "https://example.com", prompt: "Summarise" }, "https://example.com"],
  [
    "TodoWrite",
    { todos: [{ content: "a", status: "completed" }, { content: "b", status: "pending" }] },
    "1 of 2 done",
  ],
  ["TaskUpdate", { taskId: "1", status: "in_progress" }, "Task 1, in progress"],
  ["AskUserQuestion", { questions: [{ question: "Red?", options: [{ label: "Yes" }] }] }, "Red?"],
  ["Agent", { description: "Count files", prompt: "Count." }, "Count files"],
  [
    "apply_patch",
    "*** Begin Patch\n*** Add File: a.txt\n+hi\n*** Delete File: b.txt\n*** End Patch",
    "a.txt, b.txt",
  ],
  ["read_file", { file_path: "/home/dev/work/a.ts", start_line: 3, end_line: 9 }, "a.ts:3-9"],
  ["read_file", { file_path: "/home/dev/work/a.ts", start_line: 3 }, "a.ts:3"],
  ["replace", { file_path: "/home/dev/work/a.ts", old_string: "a", new_string: "b" }, "a.ts"],
  ["list_directory", { dir_path: "/home/dev/work/src" }, "src"],
  ["list_directory", { dir_path: "/home/dev/work" }, "."],
  ["Grep", { pattern: "x+", path: "/home/dev/work" }, "x+"],
  ["exit_plan_mode", { plan_filename: "plan.md" }, "plan.md"],
  ["write_todos", { todos: [{ description: "a", status: "in_progress" }] }, "0 of 1 done"],
  ["codebase_investigator", { objective: "Find the parser." }, "Find the parser."],
  ["bash", { command: "ls", description: "List files", initial_wait: 60 }, "List files"],
  ["write_bash", { shellId: "s1", input: "y\n", delay: 1 }, "y"],
  ["read_bash", { shellId: "s1", delay: 0 }, "s1"],
  ["read_agent", { agent_id: "a1", since_turn: 0 }, "a1"],
  ["view", { path: "/home/dev/work/src/a.ts", view_range: [3, 9] }, "src/a.ts:3-9"],
  ["read", { path: "src/a.ts", offset: 10, limit: 5 }, "src/a.ts:10-14"],
  ["Read", { path: "src/a.ts", line_offset: 10, n_lines: 5 }, "src/a.ts:10-14"],
  ["ReadMediaFile", { path: "/home/dev/work/red.png" }, "red.png"],
  ["create", { path: "/home/dev/work/a.ts", file_text: "a" }, "a.ts"],
  ["write", { path: "a.ts", content: "a" }, "a.ts"],
  ["edit", { path: "/home/dev/work/a.ts", old_str: "a", new_str: "b" }, "a.ts"],
  ["edit", { path: "a.ts", edits: [{ oldText: "a", newText: "b" }] }, "a.ts"],
  ["str_replace_editor", { command: "view", path: "/home/dev/work/a.ts" }, "a.ts"],
  ["str_replace_editor", { command: "create", path: "/home/dev/work/a.ts", file_text: "a" }, "a.ts"],
  [
    "str_replace_editor",
    { command: "str_replace", path: "/home/dev/work/a.ts", old_str: "a", new_str: "b" },
    "a.ts",
  ],
  ["str_replace_editor", { command: "other", path: "/home/dev/work/a.ts" }, null],
  ["find", { pattern: "*.md", path: "docs" }, "*.md in docs"],
  ["task", { name: "a", description: "Count files", prompt: "Count.", agent_type: "explore" }, "Count files"],
  ["subagent", { agent: "scout", task: "Count." }, "scout"],
  ["TodoList", { todos: [{ title: "a", status: "done" }] }, "1 of 1 done"],
  ["ask_user", { question: "Red?", choices: ["red", "blue"] }, "Red?"],
  ["FetchURL", { url: "https://example.com" }, "https://example.com"],
  ["mcp__tracker__search", { q: 1 }, null],
];
for (const [name, input, detail] of DETAILS) {
  Deno.test(`viewTool() says ${JSON.stringify(detail)} of ${name} ${JSON.stringify(input)}`, () => {
    assert.equal(viewTool(name, input, PROJECT).detail, detail);
  });
}

Deno.test("viewTool() shows edits as differences and files in their language", () => {
  assert.deepEqual(viewTool("Edit", { file_path: "a", old_string: "a", new_string: "b" }, null).blocks, [
    { block: "code", language: "diff", text: "-a\n+b" },
  ]);
  const edits = [{ old_string: "a", new_string: "b" }, { old_string: "c", new_string: "" }];
  assert.deepEqual(viewTool("MultiEdit", { file_path: "a", edits }, null).blocks, [
    { block: "code", language: "diff", text: "-a\n+b" },
    { block: "code", language: "diff", text: "-c" },
  ]);
  const edited = [{ block: "code", language: "diff", text: "-a\n+b" }];
  assert.deepEqual(
    viewTool("edit", { path: "a", edits: [{ oldText: "a", newText: "b" }] }, null).blocks,
    edited,
  );
  assert.deepEqual(viewTool("edit", { path: "a", old_str: "a", new_str: "b" }, null).blocks, edited);
  assert.deepEqual(viewTool("create", { path: "/x/y.py", file_text: "print()" }, null).blocks, [
    { block: "code", language: "py", text: "print()" },
  ]);
  assert.deepEqual(viewTool("Write", { file_path: "/x/y.PY", content: "print()" }, null).blocks, [
    { block: "code", language: "py", text: "print()" },
  ]);
  assert.deepEqual(viewTool("Write", { file_path: "/x/y.dataviewjs", content: "dv" }, null).blocks, [
    { block: "code", language: "text", text: "dv" },
  ]);
});

Deno.test("viewTool() finds a sub-agent's task and name under each client's key", () => {
  for (const key of ["prompt", "message", "objective", "request", "task"]) {
    const { detail, blocks } = viewTool("Agent", { [key]: "Look." }, null);
    assert.deepEqual([detail, blocks], ["Look.", [{ block: "prose", text: "Look." }]], key);
    for (const name of ["description", "task_name", "agent"]) {
      assert.equal(viewTool("Agent", { [key]: "Look.", [name]: "review" }, null).detail, "review", name);
    }
  }
});

Deno.test("viewTool() shows the input of a tool it does not know", () => {
  const shown = [{ block: "code", language: "json", text: '{\n  "a": 1\n}' }];
  assert.deepEqual(viewTool("no_such_tool", { a: 1 }, null).blocks, shown);
  assert.deepEqual(viewTool("constructor", { a: 1 }, null).blocks, shown);
  assert.deepEqual(viewTool("Edit", { a: 1 }, null).blocks, shown);
  const edit = { old_string: "a", new_string: "b" };
  for (const edits of [[], [edit, {}], [edit, null], "x"]) {
    const text = JSON.stringify({ edits }, null, 2);
    assert.deepEqual(viewTool("MultiEdit", { edits }, null).blocks, [{
      block: "code",
      language: "json",
      text,
    }]);
  }
  assert.deepEqual(viewTool("no_such_tool", {}, null).blocks, []);
});

Deno.test("viewTool() never fails, whatever a model puts into its input", () => {
  const key = fc.constantFrom(
    "command",
    "todos",
    "questions",
    "plan",
    "edits",
    "prompt",
    "file_path",
    "offset",
    "pattern",
  );
  const name = fc.constantFrom(
    "Bash",
    "TodoWrite",
    "AskUserQuestion",
    "MultiEdit",
    "Read",
    "Grep",
    "TaskUpdate",
    "Agent",
  );
  const value = fc.oneof(
    fc.jsonValue(),
    fc.array(fc.dictionary(fc.constantFrom("content", "options", "question"), fc.jsonValue())),
  );
  fc.assert(
    fc.property(name, fc.oneof(fc.dictionary(key, value), fc.jsonValue()), (tool, input) => {
      const view = viewTool(tool, input, "/");
      assert.ok(view.detail === null || !view.detail.includes("\n"));
    }),
  );
});
