/** Fills manual pages from the code: commands, their examples, and the keys of the settings files. Pure. */
import {
  type ArgumentShape,
  type CommandShape,
  listShapes,
  type OptionShape,
  readShape,
} from "../../src/cli/completions/shape.ts";
import { type Key, valueAt } from "../../src/settings/keys.ts";
import { VERSION } from "../../src/version.ts";
import { fillPage, literal, prose, word } from "./mdoc.ts";

/** kato(1). */
export function commandsPage(page: string): string {
  const commands = listShapes(readShape()).filter(({ path, commands }) =>
    path !== "" && commands.length === 0
  );
  const synopsis = commands.map((command) => [".Nm", ...usageOf(command)].join("\n"));
  const filled = fillPage(versioned(page), "synopsis", synopsis.join("\n"));
  const examples = commands.map(({ example, summary }) =>
    `.It\n${prose(sentence(summary))}\n.Dl ${word(example)}`
  );
  return fillPage(
    fillPage(filled, "commands", list("", commands.map(describe))),
    "examples",
    [".Bl -item", ...examples, ".El"].join("\n"),
  );
}

/** A page with the table of `keys` in its section `name`. */
export function keysPage(page: string, name: string, keys: readonly Key[], defaults: unknown): string {
  const items = keys.map((key) => {
    const value = JSON.stringify(valueAt(defaults, key.name)).replaceAll('","', '", "');
    return `.It Va ${literal(key.name)}\n${prose(key.says)}\nDefault:\n.Li ${word(value)}`;
  });
  return fillPage(versioned(page), name, list("", items));
}

/** The footer names the version of the page. */
export function versioned(page: string): string {
  return page.replace(/^\.Os.*$/m, `.Os kato ${VERSION}`);
}

/** Each item begins with its `.It`. */
function list(indent: string, items: readonly string[]): string {
  return [`.Bl -tag -width Ds${indent}`, ...items, ".El"].join("\n");
}

function describe(command: CommandShape): string {
  const { path, description, arguments: given, options } = command;
  const own = options.filter(({ long }) => long !== "--help");
  const parts = [
    ...given.map(({ name, says, variadic }) =>
      `.It Ar ${name}${variadic ? " ..." : ""}\n${prose(sentence(says))}`
    ),
    ...own.map((option) => `.It ${flags(option).join(" , ")}\n${prose(option.says)}`),
  ];
  const head = [`.It Cm ${literal(path)}`, ...given.map(argument)].join(" ");
  return [head, prose(description), ...(parts.length === 0 ? [] : [list(" -compact", parts)])].join("\n");
}

/** The lines of a synopsis after the program's name. */
function usageOf({ path, options, arguments: given }: CommandShape): string[] {
  const own = options.filter(({ long }) => long !== "--help");
  return [
    `.Cm ${literal(path)}`,
    ...own.map((option) => `.Op ${flags(option)[0] ?? ""}`),
    ...given.map((one) => `.${argument(one)}`),
  ];
}

/** \`Fl -output Ar DEST\`, the short form first. */
function flags({ short, long, placeholder }: OptionShape): string[] {
  const value = placeholder === "" ? "" : ` Ar ${placeholder}`;
  return [...short === null ? [] : [short], long].map((name) => `Fl ${literal(name.slice(1))}${value}`);
}

function argument({ name, required, variadic }: ArgumentShape): string {
  const text = `Ar ${literal(name)}${variadic ? " ..." : ""}`;
  return required ? text : `Op ${text}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;
}
