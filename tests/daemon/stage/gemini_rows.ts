/** Records of a session as Gemini CLI writes them: line by line (0.61), and as one document (0.38). */
import type { TalkRows } from "./clients.ts";

export interface GeminiRows extends TalkRows {
  /** Any other record. */
  record(record: Row): string;
  /** The client starts again and goes on with this log. */
  resume(): string;
  /** The whole history again under new ids: the client writes it so after it masked large outputs. */
  replay(): string;
}

type Row = Readonly<Record<string, unknown>>;

export const CONTEXT_ID = "d04923d38bb0f6017037e74183378ef4";
const CONTEXT =
  "<session_context>\nThis is the Gemini CLI. We are setting up the context for our chat.\n::stop\n</session_context>";

/** Messages of one session, ten milliseconds apart, from `began` on. */
function createMessages(began: number) {
  let count = 0;
  const now = () => new Date(began + count).toISOString();
  const waiting = new Map<string, Row>();
  const shared = (type: string) => {
    count += 1;
    return { id: crypto.randomUUID(), timestamp: now(), type };
  };
  const spoken = (content: string) => ({
    ...shared("gemini"),
    content,
    thoughts: [],
    tokens: { input: 10, output: 4, cached: 0, thoughts: 1, tool: 0, total: 15 },
    model: "gemini-3.1-pro-preview",
  });
  const response = (id: string, name: unknown, output: string) => ({
    functionResponse: { id, name, response: { output } },
  });
  return {
    now,
    user: (text: string): Row => ({ ...shared("user"), content: [{ text }] }),
    assistant: (text: string): Row => spoken(text),
    /** A call of the model. The client writes it again when it has ended. */
    call(id: string, name: string, args: unknown): Row {
      const message = spoken("");
      waiting.set(id, { message, id, name, args });
      return message;
    },
    ended(id: string, output: string): { readonly message: Row; readonly result: Row } {
      const call = waiting.get(id) ?? {};
      const part = response(id, call["name"], output);
      const { name, args, message } = call;
      const toolCalls = [{ id, name, args, result: [part], status: "success", timestamp: now() }];
      return {
        message: { ...message as Row, toolCalls },
        result: { ...shared("user"), content: [part] },
      };
    },
  };
}

export function createGeminiRows(session: string = crypto.randomUUID(), began = Date.now()): GeminiRows {
  const messages = createMessages(began);
  const history: Row[] = [];
  let begun = false;

  const line = (record: Row) => `${JSON.stringify(record)}\n`;
  const setUpdated = () => line({ $set: { lastUpdated: messages.now() } });
  const context = () => ({ timestamp: messages.now(), type: "user", content: [{ text: CONTEXT }] });

  function start(): string {
    const time = messages.now();
    const metadata = {
      sessionId: session,
      projectHash: "6b",
      startTime: startBefore(time),
      lastUpdated: time,
      kind: "main",
    };
    return line(metadata) +
      line({ $set: { messages: [{ id: CONTEXT_ID, ...context() }], lastUpdated: time } });
  }

  function open(): string {
    if (begun) return "";
    begun = true;
    return start();
  }

  function say(message: Row): string {
    history.push(message);
    return open() + line(message) + setUpdated();
  }

  return {
    session,
    record: (record) => open() + line(record),
    user: (text) => say(messages.user(text)),
    assistant: (text) => say(messages.assistant(text)),
    call: (id, name, args) => open() + line(messages.call(id, name, args)) + setUpdated(),
    result(id, text) {
      const { message, result } = messages.ended(id, text);
      history.push(message, result);
      return line(message) + line(result) + setUpdated();
    },
    resume() {
      begun = true;
      return start();
    },
    replay() {
      const copies = [{ id: crypto.randomUUID(), ...context() }, ...history.map(copyOf)];
      return copies.map((copy) => line(copy) + setUpdated()).join("") +
        line({ $set: { messages: copies, lastUpdated: messages.now() } });
    },
  };
}

/** A person needs a moment before the first message. A message without that pause was on the command line. */
export const START_BEFORE_MS = 5000;

/** When the client of a message was started. */
export function startBefore(time: string): string {
  return new Date(Date.parse(time) - START_BEFORE_MS).toISOString();
}

/** A message in the form of a replay. */
function copyOf(message: Row): Row {
  const { type, timestamp, content, toolCalls } = message;
  const id = crypto.randomUUID();
  if (type !== "gemini") return { id, timestamp, type, content };
  const calls = Array.isArray(toolCalls) ? toolCalls : [];
  const asked = calls.map(({ id, name, args }) => ({ functionCall: { id, name, args } }));
  return { id, timestamp, type, content: [{ text: content }, ...asked], thoughts: [], tokens: null };
}

/** Each call gives the whole document again. */
export function createGeminiDocument(session: string = crypto.randomUUID(), began = Date.now()): TalkRows {
  const messages = createMessages(began);
  const startTime = startBefore(messages.now());
  const said: Row[] = [];

  function whole(): string {
    const metadata = { sessionId: session, projectHash: "6b", startTime, lastUpdated: messages.now() };
    return JSON.stringify({ ...metadata, messages: said, kind: "main" }, null, 2);
  }

  function say(message: Row): string {
    said.push(message);
    return whole();
  }

  return {
    session,
    user: (text) => say(messages.user(text)),
    assistant: (text) => say(messages.assistant(text)),
    call: (id, name, args) => say(messages.call(id, name, args)),
    result(id, text) {
      const { message } = messages.ended(id, text);
      said[said.findIndex((other) => other["id"] === message["id"])] = message;
      return whole();
    },
  };
}
