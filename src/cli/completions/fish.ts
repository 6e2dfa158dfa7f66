/** Completions for fish. Pure. */
import { type CommandShape, listShapes, type Value } from "./shape.ts";

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
      ...shape.arguments.filter(({ value }) => value.kind !== "text").map(({ value, says }) =>
        `${here} ${complete(value)} -d ${quote(says)}`
      ),
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

complete -c kato -f
${lines.join("\n")}
`;
}

function complete(value: Value): string {
  switch (value.kind) {
    case "words":
      return value.several
        ? `-x -a ${quote(`(__fish_append , ${value.words.join(" ")})`)}`
        : `-x -a ${quote(value.words.join(" "))}`;
    case "file":
      return "-r -F";
    case "folder":
      return `-x -a ${quote("(__fish_complete_directories)")}`;
    case "text":
      return "-x";
  }
}

function quote(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
