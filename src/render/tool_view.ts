/**
 * Shows the calls of known tools: one line that says what was done, and the part of the input that is worth reading.
 * An unknown tool shows its whole input.
 */
import {
  viewEdit,
  viewEditor,
  viewMultiEdit,
  viewNotebookEdit,
  viewPatch,
  viewRead,
  viewSearch,
  viewWrite,
} from "./file_views.ts";
import { blocksOf, callsIn } from "./scripts.ts";
import { code, type Fields, fieldsOf, line, listOf, stateOf, textOf } from "./tool_input.ts";

export type TaskState = "done" | "doing" | "open";

export type Block =
  | { readonly block: "code"; readonly language: string; readonly text: string }
  | { readonly block: "prose"; readonly text: string }
  | {
    readonly block: "tasks";
    readonly tasks: readonly { readonly state: TaskState; readonly text: string }[];
  }
  | { readonly block: "question"; readonly question: string; readonly options: readonly string[] };

/**
 * How a call is shown with what belongs to it. `agent`: its report may stand in a section. `plan`: a document for the
 * person's consent. `questions`: with their answers. `script`: as the steps that it took.
 */
export type CallKind = "call" | "agent" | "plan" | "questions" | "script";

export interface ToolView {
  /** One neutralised line. The tool's name stands in front of it. */
  readonly detail: string | null;
  readonly blocks: readonly Block[];
  /** Whether its result is written for reading (a report), unlike a program's output. */
  readonly prose: boolean;
  readonly kind: CallKind;
  /** Of a script: the number of places where it calls a tool. */
  readonly calls: number;
}

type Shown = Pick<ToolView, "detail" | "blocks"> & Partial<Pick<ToolView, "kind" | "calls">>;
export type View = (input: Fields, project: string | null) => Shown | null;

/** Tools that start a sub-agent. */
const AGENTS = [
  "Agent",
  "agent",
  "Task",
  "task",
  "subagent",
  "spawn_agent",
  "codebase_investigator",
  "generalist",
  "invoke_agent",
] as const;

/** Tools that answer with Markdown. */
const PROSE_RESULTS: ReadonlySet<string> = new Set([
  ...AGENTS,
  "WebFetch",
  "web_fetch",
  "FetchURL",
  "wait_agent",
  "read_agent",
  "google_web_search",
]);

/** Each view with the tools that it shows. */
const TOOLS: readonly (readonly [view: View, ...names: string[]])[] = [
  [viewShell, "Bash", "bash", "run_shell_command", "exec_command", "shell", "shell_command", "local_shell"],
  [viewInput, "write_stdin", "write_bash"],
  [viewShellId, "read_bash", "stop_bash"],
  [viewScript, "exec"],
  [viewWait, "wait"],
  [viewEdit, "Edit", "edit", "replace"],
  [viewEditor, "str_replace_editor"],
  [viewMultiEdit, "MultiEdit"],
  [viewWrite, "Write", "write", "write_file", "create"],
  [viewNotebookEdit, "NotebookEdit"],
  [viewPatch, "apply_patch"],
  [
    viewRead,
    "Read",
    "read",
    "read_file",
    "view",
    "view_image",
    "ReadMediaFile",
    "LS",
    "ls",
    "list_directory",
  ],
  [viewSearch, "Grep", "grep", "grep_search", "search_file_content", "Glob", "glob", "find"],
  [
    viewWeb,
    "WebFetch",
    "web_fetch",
    "FetchURL",
    "WebSearch",
    "web_search",
    "google_web_search",
    "tool_search",
  ],
  [viewTasks, "TodoWrite", "todo_write", "TodoList", "write_todos", "update_plan"],
  [viewTaskCreate, "TaskCreate"],
  [viewTaskUpdate, "TaskUpdate"],
  [
    viewQuestions,
    "AskUserQuestion",
    "ask_user_question",
    "request_user_input",
    "request_user_input_async",
    "ask_user",
  ],
  [viewAgent, ...AGENTS],
  [viewWaitAgent, "wait_agent"],
  [viewReadAgent, "read_agent"],
  [viewPlan, "ExitPlanMode", "exit_plan_mode"],
];
const VIEWS = new Map(TOOLS.flatMap(([view, ...names]) => names.map((name) => [name, view] as const)));

/** Where Codex keeps its own tools for sub-agents. */
const OWN_NAMESPACE = /^collaboration\./;

/** Never fails: an input of another shape is shown as it is. */
export function viewTool(name: string, input: unknown, project: string | null): ToolView {
  const tool = toolOf(name);
  const view = VIEWS.get(tool)?.(fieldsOf(input), project) ?? viewUnknown(input);
  return { kind: "call", calls: 0, ...view, prose: PROSE_RESULTS.has(tool) };
}

/** The tool's name as people know it. */
export function toolOf(name: string): string {
  return name.replace(OWN_NAMESPACE, "");
}

/** The name and the task that a call gives to a sub-agent; null for other calls. */
export function startedAgent(name: string, input: unknown): { name: string; task: string } | null {
  if (VIEWS.get(toolOf(name)) !== viewAgent) return null;
  const fields = fieldsOf(input);
  const task = taskOf(fields);
  return task === null ? null : { name: line(nameOf(fields) ?? ""), task };
}

function viewUnknown(input: unknown): Shown {
  if (typeof input === "string") return { detail: null, blocks: [code("text", input)] };
  const empty = typeof input === "object" && (input === null || Object.keys(input).length === 0);
  if (empty || input === undefined) return { detail: null, blocks: [] };
  return { detail: null, blocks: [code("json", JSON.stringify(input, null, 2))] };
}

function viewShell(input: Fields): ReturnType<View> {
  const command = commandOf(input.command ?? input.cmd);
  if (command === null) return null;
  return { detail: line(textOf(input.description) ?? command), blocks: [code("sh", command)] };
}

/** Text that is typed into a running command. */
function viewInput(input: Fields): ReturnType<View> {
  const chars = textOf(input.chars ?? input.input);
  if (chars === null) return null;
  return { detail: line(chars), blocks: chars === "" ? [] : [code("text", chars)] };
}

/** A command that runs on is read, or ended. */
function viewShellId(input: Fields): ReturnType<View> {
  const id = textOf(input.shellId);
  return id === null ? null : { detail: line(id), blocks: [] };
}

function viewReadAgent(input: Fields): ReturnType<View> {
  const id = textOf(input.agent_id);
  return id === null ? null : { kind: "agent", detail: line(id), blocks: [] };
}

/** A program that calls other tools. */
function viewScript(input: Fields): ReturnType<View> {
  const script = textOf(input.input);
  if (script === null) return null;
  // The first line may hold options for the program that runs it.
  const program = script.replace(/^\/\/ @exec:[^\n]*\n/, "");
  const blocks = blocksOf(program);
  return {
    kind: "script",
    calls: callsIn(program),
    detail: line(blocks?.[0]?.text ?? program),
    blocks: blocks ?? [code("js", script)],
  };
}

/** Waits for a program that runs on: the steps that it takes meanwhile come before the result. */
function viewWait(input: Fields): ReturnType<View> {
  return textOf(input.cell_id) === null ? null : { kind: "script", detail: null, blocks: [] };
}

/** Codex writes the arguments of exec(2): `["bash", "-lc", "ls"]` is `ls` to a person. */
function commandOf(command: unknown): string | null {
  if (!Array.isArray(command)) return textOf(command);
  const words = command.filter((word) => typeof word === "string");
  if (words.length === 0 || words.length < command.length) return null;
  const [shell = "", flag = "", script = ""] = words;
  const wraps = words.length === 3 && /^(?:\/bin\/)?(?:ba|z)?sh$/.test(shell) && /^-l?c$/.test(flag);
  return wraps ? script : words.join(" ");
}

function viewWeb(input: Fields): ReturnType<View> {
  const target = textOf(input.url ?? input.query);
  const prompt = textOf(input.prompt);
  if (target === null && prompt === null) return null;
  const blocks: Block[] = prompt === null ? [] : [{ block: "prose", text: prompt }];
  return { detail: line(target ?? prompt ?? ""), blocks };
}

function viewTasks(input: Fields): ReturnType<View> {
  const tasks = listOf(input.todos ?? input.plan).map((task) => ({
    state: stateOf(task.status),
    text: textOf(task.content ?? task.step ?? task.title ?? task.description) ?? "",
  }));
  if (tasks.length === 0) return null;
  const done = tasks.filter((task) => task.state === "done").length;
  const explanation = textOf(input.explanation);
  const blocks: Block[] = explanation === null ? [] : [{ block: "prose", text: explanation }];
  return { detail: `${done} of ${tasks.length} done`, blocks: [...blocks, { block: "tasks", tasks }] };
}

function viewTaskCreate(input: Fields): ReturnType<View> {
  const subject = textOf(input.subject);
  if (subject === null) return null;
  const description = textOf(input.description);
  const blocks: Block[] = [{ block: "tasks", tasks: [{ state: "open", text: subject }] }];
  if (description !== null) blocks.push({ block: "prose", text: description });
  return { detail: line(subject), blocks };
}

function viewTaskUpdate(input: Fields): ReturnType<View> {
  const id = textOf(input.taskId);
  const status = textOf(input.status);
  if (id === null || status === null) return null;
  const subject = textOf(input.subject);
  const text = subject === null ? `Task ${id}` : `Task ${id}: ${subject}`;
  return {
    detail: line(`${text}, ${status.replaceAll("_", " ")}`),
    blocks: [{ block: "tasks", tasks: [{ state: stateOf(status), text }] }],
  };
}

function viewQuestions(input: Fields): ReturnType<View> {
  const asked = Array.isArray(input.questions) ? listOf(input.questions) : [input];
  const blocks = asked.map(({ question, options = input.choices }): Block => ({
    block: "question",
    question: textOf(question) ?? "",
    options: Array.isArray(options) ? options.map(optionOf) : [],
  }));
  const [first] = blocks;
  if (first?.block !== "question" || first.question === "") return null;
  return { kind: "questions", detail: line(first.question), blocks };
}

function optionOf(option: unknown): string {
  const { label, description } = fieldsOf(option);
  return [textOf(label ?? option), textOf(description)].filter((part) => part !== null).join(": ");
}

function viewAgent(input: Fields): ReturnType<View> {
  const task = taskOf(input);
  if (task === null) return null;
  return { kind: "agent", detail: line(nameOf(input) ?? task), blocks: [{ block: "prose", text: task }] };
}

function taskOf(input: Fields): string | null {
  return textOf(input.prompt ?? input.message ?? input.objective ?? input.request ?? input.task);
}

function nameOf(input: Fields): string | null {
  return textOf(input.description ?? input.task_name ?? input.agent);
}

/** How long it waits is of no use to a reader. */
function viewWaitAgent(input: Fields): ReturnType<View> {
  return typeof input.timeout_ms === "number" ? { detail: null, blocks: [] } : null;
}

function viewPlan(input: Fields): ReturnType<View> {
  const plan = textOf(input.plan);
  if (plan !== null) return { kind: "plan", detail: null, blocks: [{ block: "prose", text: plan }] };
  // An earlier call wrote the plan into this file.
  const file = textOf(input.plan_filename ?? input.plan_path);
  return file === null ? null : { detail: line(file), blocks: [] };
}
