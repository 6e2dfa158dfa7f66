/** Completions for bash, with or without the bash-completion package. Pure. */
import { type CommandShape, listShapes, type Value } from "./shape.ts";

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

complete -F _kato kato
`;
}

/** As the loop sees it: what was said so far, a space, and the word. */
function spaced(path: string): string {
  return path.includes(" ") ? path : ` ${path}`;
}

function complete(value: Value): string {
  switch (value.kind) {
    case "words":
      return `${value.several ? "_kato_parts" : "_kato_words"} '${value.words.join(" ")}'`;
    case "file":
      return "_kato_paths -f";
    case "folder":
      return "_kato_paths -d";
    case "text":
      throw new Error("internal error: nothing completes this");
  }
}

/** Options where one is begun; otherwise what may stand there. */
function wordsOf({ options, commands, arguments: given }: CommandShape): string {
  const flags = options.flatMap(({ short, long }) => short === null ? [long] : [short, long]).join(" ");
  const value: Value = commands.length > 0
    ? { kind: "words", words: commands.map(({ name }) => name), several: false }
    : given[0]?.value ?? { kind: "text" };
  if (value.kind === "text") return `[[ $word == -* ]] && _kato_words '${flags}'`;
  return `if [[ $word == -* ]]; then _kato_words '${flags}'; else ${complete(value)}; fi`;
}
