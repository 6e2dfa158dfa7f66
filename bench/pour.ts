/**
 * Pours a poison below a client's root, as a hostile program would, in a process of its own. Run with the poison's name
 * and the home.
 */
import { dirname, join } from "@std/path";
import { CLIENTS } from "./client.ts";

type Pour = (home: string, amount: number) => void;

/** Session numbers of poisons begin here. */
const FIRST = 500_000;

/** Half of them in one folder, the others in fifty. */
function pourSessions(home: string, amount: number): void {
  const client = CLIENTS["claude-code"];
  const root = client.root(home);
  for (let index = 0; index < amount; index += 1) {
    const own = client.logPath(root, FIRST + index);
    const path = index % 2 === 0 ? own : join(root, "-all-in-one", own.slice(own.lastIndexOf("/") + 1));
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.writeTextFileSync(path, client.prompt(FIRST + index, index, "hello"));
  }
}

function pourFolders(home: string, amount: number): void {
  const root = CLIENTS["claude-code"].root(home);
  for (let index = 0; index < amount; index += 1) Deno.mkdirSync(join(root, `-empty-${index}`));
}

function pourTypes(home: string, amount: number): void {
  const client = CLIENTS["claude-code"];
  const path = client.logPath(client.root(home), FIRST);
  Deno.mkdirSync(dirname(path), { recursive: true });
  Deno.writeTextFileSync(path, client.prompt(FIRST, 1, "hello"));
  using file = Deno.openSync(path, { append: true });
  const encoder = new TextEncoder();
  for (let from = 0; from < amount; from += 10_000) {
    const rows = Array.from(
      { length: 10_000 },
      (_, index) => `{"type":"t${from + index}","uuid":"u${from + index}"}\n`,
    );
    file.writeSync(encoder.encode(rows.join("")));
  }
}

function pourDocument(home: string, text: string): void {
  const path = join(home, ".gemini/tmp/poison/chats/session-2026-11-29T19-00-dddddddd.json");
  Deno.mkdirSync(dirname(path), { recursive: true });
  Deno.writeTextFileSync(path, `{"sessionId":"dddddddd-0000-4000-8000-000000000000","messages":${text}}`);
}

const POURS: Readonly<Record<string, Pour>> = {
  sessions: pourSessions,
  folders: pourFolders,
  types: pourTypes,
  deep: (home, amount) => pourDocument(home, "[".repeat(amount) + "]".repeat(amount)),
  wide: (home, amount) => pourDocument(home, `[${"[],".repeat(amount)}0]`),
};

const [name = "", home = "", amount = ""] = Deno.args;
POURS[name]?.(home, Number(amount));
