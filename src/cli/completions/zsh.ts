/** Completions for zsh, as a function of its completion system. Pure. */
import type { Completion } from "../command_line/command.ts";
import {
  type ArgumentShape,
  type CommandShape,
  listShapes,
  type OptionShape,
  SESSION_LINE,
} from "./shape.ts";

export function zshCompletions(kato: CommandShape): string {
  const functions = listShapes(kato).map((shape) =>
    `${nameOf(shape)}() {\n${shape.commands.length > 0 ? group(shape) : leaf(shape)}\n}`
  );
  return `#compdef kato
# zsh completion for kato; \`kato completions zsh\` prints it.

_kato_ids() {
  local -a sessions=(\${(f)"$(kato sessions --limit 50 2>/dev/null | sed -nE 's/${SESSION_LINE}/\\1:\\2/p')"})
  _describe -t sessions session sessions
}

${functions.toReversed().join("\n\n")}

_kato "$@"
`;
}

function nameOf({ path }: CommandShape): string {
  return ["_kato", ...path.split(" ").filter((word) => word !== "")].join("_");
}

/** A command with commands of its own. */
function group(shape: CommandShape): string {
  const list = shape.commands.map(({ name, summary }) =>
    `    ${quote(`${escape(name)}:${escape(summary)}`)}`
  );
  const cases = shape.commands.map((command) => `        ${command.name}) ${nameOf(command)} ;;`);
  return `  local curcontext=$curcontext state
  local -a commands=(
${list.join("\n")}
  )
  _arguments -C ${shape.options.map(optionSpec).join(" ")} '1: :->command' '*:: :->rest'
  case $state in
    command) _describe -t commands command commands ;;
    rest)
      case $words[1] in
${cases.join("\n")}
      esac
      ;;
  esac`;
}

function leaf({ options, arguments: given }: CommandShape): string {
  const specs = [...options.map(optionSpec), ...given.map(argumentSpec)];
  return `  _arguments -s \\\n    ${specs.join(" \\\n    ")}`;
}

/** \`(-o --output)'{-o,--output}'[a file …]:dest:_files\` */
function optionSpec({ short, long, says, value, placeholder }: OptionShape): string {
  const takes = value === null ? "" : `:${placeholder.toLowerCase()}:${action(value)}`;
  const rest = `[${escape(says)}]${takes}`;
  const exclusive = long === "--help" || long === "--version"
    ? "- *"
    : short === null
    ? ""
    : `${short} ${long}`;
  if (short === null) return quote(`${long}${rest}`);
  return `${quote(`(${exclusive})`)}{${short}${value === null ? "" : "+"},${long}}${quote(rest)}`;
}

function argumentSpec({ name, says, required, variadic, value }: ArgumentShape): string {
  const place = variadic ? "*" : required ? "" : ":";
  return quote(`${place}:${escape(name.toLowerCase() + ", " + says)}:${
    // With a message here, zsh would not complete an option in this place.
    value.kind === "text" ? "( )" : action(value)}`);
}

function action(value: Completion): string {
  switch (value.kind) {
    case "words":
      return value.several ? `_values -s , part ${value.words.join(" ")}` : `(${value.words.join(" ")})`;
    case "file":
      return "_files";
    case "folder":
      return "_files -/";
    case "session":
      return "_kato_ids";
    case "text":
      return " ";
  }
}

/** Escapes the characters that end a part of a spec. */
function escape(text: string): string {
  return text.replace(/[\\:[\]]/g, "\\$&");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
