/**
 * A plugin of `deno lint` that reports each mutant of a file: the linter brings a parser of TypeScript, so no parser has
 * to be a dependency. The message of a report is the mutant as JSON, for list_mutants.ts.
 */

/** A node of the linter's tree, as far as this file looks. */
interface Node {
  readonly type: string;
  readonly range: [number, number];
  readonly parent?: Node;
  // deno-lint-ignore no-explicit-any -- the fields differ by the node's type
  readonly [field: string]: any;
}

const SWAPPED: Readonly<Record<string, readonly string[]>> = {
  "===": ["!=="],
  "!==": ["==="],
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "&": ["|"],
  "|": ["&"],
  "&&": ["||"],
  "||": ["&&"],
};

/** The expression statements whose loss can be seen. */
const EFFECTS = [
  "CallExpression",
  "AwaitExpression",
  "AssignmentExpression",
  "UpdateExpression",
  "YieldExpression",
];

export default {
  name: "mutants",
  rules: { find: { create: visitor } },
};

interface Context {
  readonly sourceCode: { readonly text: string };
  report(report: { readonly range: readonly [number, number]; readonly message: string }): void;
}

function visitor(context: Context) {
  const { text } = context.sourceCode;
  const report = (start: number, end: number, replacement: string) => {
    if (text.slice(start, end) === replacement) return;
    context.report({ range: [start, end], message: JSON.stringify({ start, end, replacement }) });
  };
  const replace = ({ range: [start, end] }: Node, replacement: string) => report(start, end, replacement);

  const operation = (node: Node) => {
    const { operator, left, right } = node;
    if (operator === "+" && (isText(left) || isText(right))) return;
    if (operator === "||" && isOfGuard(node)) return;
    const at = text.indexOf(operator, left.range[1]);
    for (const other of SWAPPED[operator] ?? []) report(at, at + operator.length, other);
    if (operator === "??") report(left.range[1], right.range[1], "");
  };
  // A guard against bugs never acts, so no test can show it.
  const isGuard = (node: Node) =>
    node.type === "ThrowStatement" && text.slice(...node.range).includes("internal error");
  const onlyOf = (node: Node): Node => (node.type === "BlockStatement" ? node.body[0] : null) ?? node;
  const condition = ({ test, consequent }: Node) => {
    replace(test, "true");
    if (!isGuard(onlyOf(consequent))) replace(test, "false");
  };
  /** Whether `node` is the condition of a guard, or one of the terms of that condition. */
  const isOfGuard = ({ parent }: Node): boolean => {
    if (parent?.type === "LogicalExpression") return isOfGuard(parent);
    return parent?.type === "IfStatement" && isGuard(onlyOf(parent.consequent));
  };
  const loop = ({ test }: Node) => void (test && replace(test, "false"));

  return {
    BinaryExpression: operation,
    LogicalExpression: operation,
    IfStatement: condition,
    ConditionalExpression: condition,
    WhileStatement: loop,
    ForStatement: loop,
    UnaryExpression(node: Node) {
      if (node.operator === "!") report(node.range[0], node.range[0] + 1, "");
    },
    ExpressionStatement(node: Node) {
      const { expression } = node;
      const inner = expression.type === "UnaryExpression" ? expression.argument : expression;
      if (EFFECTS.includes(inner.type)) replace(node, ";");
    },
    ReturnStatement(node: Node) {
      if (node.argument === null) replace(node, ";");
    },
    ThrowStatement(node: Node) {
      if (!isGuard(node)) replace(node, ";");
    },
    Literal(node: Node) {
      if (isOfType(node)) return;
      if (typeof node.value === "number") replace(node, String(node.value + 1));
      else if (typeof node.value === "boolean") replace(node, String(!node.value));
      else if (node.regex !== undefined) mutateClasses(text.slice(...node.range), node.range[0], report);
    },
    ArrayExpression({ elements }: Node) {
      if (elements.length < 2) return;
      for (const [index, element] of elements.entries()) {
        const next = elements[index + 1];
        if (next) report(element.range[0], next.range[0], "");
        else report(elements[index - 1].range[1], element.range[1], "");
      }
    },
  };
}

function isText({ type, value }: Node): boolean {
  return type === "TemplateLiteral" || typeof value === "string";
}

/** Types are gone when the code runs, and a key of an object is no value. */
function isOfType(node: Node): boolean {
  const { parent } = node;
  return parent?.type === "TSLiteralType" || parent?.type === "Property" && parent.key === node;
}

/** Without the last member of each character class that has several. */
function mutateClasses(
  source: string,
  start: number,
  report: (start: number, end: number, replacement: string) => void,
): void {
  for (const found of source.matchAll(/(?<!\\)\[(\^?)((?:\\.|[^\]\\])+)\]/g)) {
    const [, negation = "", inner = ""] = found;
    const members = [...inner.matchAll(MEMBER)];
    const last = members.at(-1);
    if (members.length < 2 || last === undefined) continue;
    const at = start + found.index + 1 + negation.length + last.index;
    report(at, at + last[0].length, "");
  }
}

const ONE = String.raw`(?:\\u\{[0-9a-f]+\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\[pP]\{[^}]*\}|\\.|[^\\])`;
const MEMBER = new RegExp(`${ONE}(?:-${ONE})?`, "gu");
