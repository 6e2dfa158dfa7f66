/** The rule of `deno lint` that no error is dropped without a reason. */
import assert from "node:assert/strict";
import plugin from "../tools/lint/swallowed_error.ts";

const CODE: Readonly<Record<string, [source: string, isDropped: boolean]>> = {
  "a catch that does nothing": ["try { act(); } catch {}", true],
  "a catch that answers something else": ["try { act(); } catch (error) { count += 1; }", true],
  "a catch that only looks for the error's kind": [
    "try { act(); } catch (error) { if (!(error instanceof Deno.errors.NotFound)) count += 1; }",
    true,
  ],
  "a catch that throws the rest": [
    "try { act(); } catch (error) { if (!(error instanceof Deno.errors.NotFound)) throw error; }",
    false,
  ],
  "a catch that reports": ["try { act(); } catch (error) { report(error); }", false],
  "a catch that gives the reason": ["try { act(); } catch {\n// It was never made.\n}", false],
  "a promise's handler that does nothing": ["act().catch(() => {});", true],
  "a promise's handler that answers something else": ["act().catch((_error) => null);", true],
  "a promise's handler that reports": ["act().catch((error) => report(error));", false],
  "a promise's handler of another place": ["act().catch(report);", false],
  "a promise's handler that gives the reason": [
    "act().catch(() => {\n// The next one reports it.\n});",
    false,
  ],
};

for (const [what, [source, isDropped]] of Object.entries(CODE)) {
  Deno.test(`lint: ${what} ${isDropped ? "drops" : "does not drop"} an error`, () => {
    const found = (file: string) => Deno.lint.runPlugin(plugin, file, source).map(({ id }) => id);
    assert.deepEqual(found("/kato/src/daemon/a.ts"), isDropped ? ["kato/swallowed-error"] : []);
    assert.deepEqual(found("/kato/tests/a_test.ts"), [], "tests may");
  });
}
