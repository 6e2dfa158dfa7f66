/**
 * A rule of `deno lint`: code in `src` that catches an error throws it again or uses it. Where an error says nothing
 * that matters, a comment inside gives the reason.
 */
const MESSAGE = "This drops an error that nobody will see.";
const HINT = "Throw it again, report it, or say in a comment inside why it does not matter.";

/** Tests of the error's kind: they choose what to do, and tell nobody about it. */
const KIND = /\b\w+\s+instanceof\s+[\w.]+/g;

const rule: Deno.lint.Rule = {
  create(context) {
    if (!/(?:^|\/)src\//.test(context.filename)) return {};
    const { sourceCode } = context;

    /** `name`: the variable that the error is bound to, if it is bound to one. */
    function check(node: Deno.lint.Node, name: string | null, body: Deno.lint.Node): void {
      if (sourceCode.getCommentsInside(body).length > 0) return;
      const code = sourceCode.getText(body);
      const isUsed = name !== null && new RegExp(`\\b${name}\\b`).test(code.replace(KIND, ""));
      if (!isUsed && !/\bthrow\b/.test(code)) context.report({ node, message: MESSAGE, hint: HINT });
    }

    return {
      CatchClause: (node) =>
        check(node, node.param?.type === "Identifier" ? node.param.name : null, node.body),
      'CallExpression[callee.property.name="catch"]'(node: Deno.lint.CallExpression) {
        const [handler] = node.arguments;
        if (handler?.type !== "ArrowFunctionExpression" && handler?.type !== "FunctionExpression") return;
        const [error] = handler.params;
        if (handler.body !== null) {
          check(node, error?.type === "Identifier" ? error.name : null, handler.body);
        }
      },
    };
  },
};

const plugin: Deno.lint.Plugin = { name: "kato", rules: { "swallowed-error": rule } };

// The runtime takes the plugin from here.
export default plugin;
