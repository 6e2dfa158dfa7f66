/** What a client puts around a person's words, in one text with them. Pure. */

/** A person's words as they came. */
export interface Framed {
  /** What the person said; null where there is an editor's context alone. */
  readonly shown: string | null;
  /** The part of it from which commands are taken. */
  readonly typed: string;
  /** Whether the text can be read in more than one way. */
  readonly isAmbiguous: boolean;
  /** Whether something was piped in beside the words. */
  readonly isPiped: boolean;
}

/** Clients that put nothing in front of what the person typed. */
const TERMINALS: ReadonlySet<string> = new Set(["codex-tui", "codex_exec", "codex_cli_rs"]);
/** How an editor begins what it puts in front of the person's request. */
const EDITOR_CONTEXT = /^# (?:Context from my IDE setup|Files mentioned by the user):[ \t\r]*\n/;
const REQUEST = /^## My request for Codex:[ \t\r]*\n/gm;
/** A part of the context, or what another version calls the request. */
const HEADING = /^## /m;

/** `originator`: what the client calls itself. A terminal's person wrote all of it, also what looks like an editor's. */
export function readFrames(text: string, originator: string): Framed {
  const isTerminal = TERMINALS.has(originator);
  const { request, isAmbiguous } = requestOf(text);
  const at = pipedFrom(request ?? "");
  return {
    shown: isTerminal ? text : request,
    typed: at === -1 ? request ?? "" : (request ?? "").slice(0, at),
    isAmbiguous,
    isPiped: at !== -1,
  };
}

/**
 * What the person asked; null for an editor's context alone. The context may hold a file with the same heading in it:
 * the request is what stands behind the last, and nothing in it is obeyed.
 */
function requestOf(text: string): { readonly request: string | null; readonly isAmbiguous: boolean } {
  if (!EDITOR_CONTEXT.test(text)) return { request: text, isAmbiguous: false };
  let count = 0;
  let from = 0;
  for (const heading of text.matchAll(REQUEST)) {
    from = heading.index + heading[0].length;
    count += 1;
  }
  const request = count === 0 ? null : text.slice(from);
  return { request, isAmbiguous: count > 1 || HEADING.test(request ?? "") };
}

const PIPED = "\n\n<stdin>\n";
const PIPED_END = /<\/stdin>\s*$/;

/** Where the frame begins that holds what was piped into `codex exec` beside a prompt; -1 without one. */
function pipedFrom(text: string): number {
  return PIPED_END.test(text.slice(-64)) ? text.indexOf(PIPED) : -1;
}
