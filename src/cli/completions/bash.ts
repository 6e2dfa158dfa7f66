/** Completions for bash, with or without the bash-completion package. Pure. */
import type { Completion } from "../command_line/command.ts";
import { type CommandShape, listShapes, SESSION_LINE } from "./shape.ts";

export function bashCompletions(kato: CommandShape): string {
  const shapes = listShapes(kato);
  const paths = shapes.filter(({ path }) => path !== "").map(({ path }) => `'${spaced(path)}'`).join(" | ");
  const values = shapes.flatMap(({ path, options }) =>
    options.flatMap(({ short, long, value }) => {
      if (value === null) return [];
      const names = [short, long].filter((name) => name !== null).map((name) => `'${path} ${name}'`);
      return [`    ${names.join(" | ")}) ${value.kind === "text" ? "" : `${complete(value)}; `}return ;;`];
    })
  );
  const words = shapes.map((shape) => `    '${shape.path}') ${wordsOf(shape)} ;;`);
  return `# bash completion for kato; \`kato completions bash\` prints it.

_kato() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command='' index
  COMPREPLY=()
  # bash makes three words of --option=value.
  if [[ $word == '=' ]]; then
    word=''
  elif [[ $before == '=' ]]; then
    before=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "$command \${COMP_WORDS[index]}" in
      ${paths})
        command="\${command:+$command }\${COMP_WORDS[index]}"
        ;;
    esac
  done
  case "$command $before" in
${values.join("\n")}
  esac
  case $command in
${words.join("\n")}
  esac
  return 0
}

_kato_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word")
}

# Several words, with commas between them.
_kato_parts() {
  local last=\${word##*,}
  compopt -o nospace
  mapfile -t COMPREPLY < <(compgen -P "\${word%"$last"}" -W "$1" -- "$last")
}

_kato_paths() {
  compopt -o filenames
  mapfile -t COMPREPLY < <(compgen "$1" -- "$word")
}

# Ids of sessions, newest first. They hold nothing that the shell would expand.
_kato_ids() {
  compopt -o nosort
  _kato_words "$(kato sessions --limit 50 2>/dev/null | sed -nE 's/${SESSION_LINE}/\\1/p')"
}

complete -F _kato kato
`;
}

/** As the loop sees it: the command so far, a space, and the word. */
function spaced(path: string): string {
  return path.includes(" ") ? path : ` ${path}`;
}

function complete(value: Completion): string {
  switch (value.kind) {
    case "words":
      return `${value.several ? "_kato_parts" : "_kato_words"} '${value.words.join(" ")}'`;
    case "file":
      return "_kato_paths -f";
    case "folder":
      return "_kato_paths -d";
    case "session":
      return "_kato_ids";
    case "text":
      throw new Error("internal error: nothing completes this");
  }
}

/** Options where the word begins as one, else the values that may stand there. */
function wordsOf({ options, commands, arguments: [first] }: CommandShape): string {
  const flags = options.flatMap(({ short, long }) => short === null ? [long] : [short, long]).join(" ");
  const option = `[[ $word == -* ]]`;
  if (commands.length > 0) {
    const names = commands.map(({ name }) => name).join(" ");
    return `if ${option}; then _kato_words '${flags}'; else _kato_words '${names}'; fi`;
  }
  if (first === undefined || first.value.kind === "text") return `${option} && _kato_words '${flags}'`;
  // The second argument is of another kind.
  const other = first.variadic ? "else" : `elif [[ $before == "\${command##* }" ]]; then`;
  return `if ${option}; then _kato_words '${flags}'; ${other} ${complete(first.value)}; fi`;
}
