/** Completions for fish. Pure. */
import type { Completion } from "../command_line/command.ts";
import { type CommandShape, listShapes, SESSION_LINE } from "./shape.ts";

export function fishCompletions(kato: CommandShape): string {
  const lines = listShapes(kato).flatMap((shape) => {
    const here = `complete -c kato -n ${quote(`__kato_is ${quote(shape.path)}`)}`;
    return [
      ...shape.commands.map(({ name, summary }) => `${here} -a ${name} -d ${quote(summary)}`),
      ...shape.options.map(({ short, long, says, value }) => {
        const letter = short === null ? "" : ` -s ${short.slice(1)}`;
        return `${here}${letter} -l ${long.slice(2)}${value === null ? "" : ` ${complete(value)}`} -d ${
          quote(says)
        }`;
      }),
      ...firstArgument(shape),
    ];
  });
  const paths = listShapes(kato).map(({ path }) => path).filter((path) => path !== "");
  return `# fish completion for kato; \`kato completions fish\` prints it.

# Whether the command line so far is of this command.
function __kato_is
    set -l command
    for word in (commandline -opc)[2..]
        contains -- "$command$word" ${paths.map(quote).join(" ")}
        and set command "$command$word "
    end
    test (string trim -- "$command") = "$argv"
end

function __kato_ids
    kato sessions --limit 50 2>/dev/null | string replace -rf '${SESSION_LINE}' '$1\\t$2'
end

complete -c kato -f
${lines.join("\n")}
`;
}

/** Only the first: no command has a second argument that could be guessed. */
function firstArgument({ path, name, arguments: [first] }: CommandShape): string[] {
  if (first === undefined || first.value.kind === "text") return [];
  const place = first.variadic ? "" : `; and test (commandline -opc)[-1] = ${name}`;
  const condition = quote(`__kato_is ${quote(path)}${place}`);
  return [`complete -c kato -n ${condition} ${complete(first.value)} -d ${quote(first.says)}`];
}

function complete(value: Completion): string {
  switch (value.kind) {
    case "words":
      return value.several
        ? `-x -a ${quote(`(__fish_append , ${value.words.join(" ")})`)}`
        : `-x -a ${quote(value.words.join(" "))}`;
    case "file":
      return "-r -F";
    case "folder":
      return `-x -a ${quote("(__fish_complete_directories)")}`;
    case "session":
      return `-x -k -a ${quote("(__kato_ids)")}`;
    case "text":
      return "-x";
  }
}

function quote(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
