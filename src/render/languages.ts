/**
 * Languages that a code block may name. Note programs run some of them (queries, scripts, diagrams that load), so any
 * other name is left out.
 */

// deno-fmt-ignore
const LANGUAGES: ReadonlySet<string> = new Set([
  "ada", "apache", "asm", "awk", "bash", "bat", "c", "cc", "cfg", "clj", "clojure", "cjs", "cmake", "cmd",
  "console", "cpp", "cs", "csharp", "css", "csv", "cts", "cxx", "dart", "diff", "docker", "dockerfile", "elixir", "elm",
  "erl", "erlang", "ex", "exs", "fish", "fortran", "fs", "fsharp", "go", "gql", "gradle", "graphql", "groovy", "h",
  "haskell", "hcl", "hpp", "hs", "html", "http", "ini", "java", "javascript", "jl", "js", "json", "json5", "jsonc",
  "jsonl", "jsx", "julia", "kotlin", "kt", "kts", "latex", "less", "lisp", "log", "lua", "make", "makefile", "markdown",
  "md", "mjs", "ml", "mts", "nginx", "nim", "nix", "objc", "ocaml", "pascal", "patch", "perl", "php", "pl", "plaintext",
  "powershell", "properties", "proto", "protobuf", "ps1", "py", "pyi", "python", "r", "rb", "rs", "rst", "ruby", "rust",
  "sass", "scala", "scheme", "scss", "sh", "shell", "sol", "solidity", "sql", "svelte", "swift", "systemd", "tcl", "tex",
  "text", "tf", "toml", "ts", "tsv", "tsx", "txt", "typescript", "verilog", "vhdl", "vim", "vue", "wasm", "wat", "xml",
  "yaml", "yml", "zig", "zsh",
]);

/** The language of an info string or of a file's extension, in lower case; empty when it is not known. */
export function knownLanguage(info: string): string {
  const name = info.trim().toLowerCase();
  return LANGUAGES.has(name) ? name : "";
}
