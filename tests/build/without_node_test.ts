/** Commands of an installation begin without Node's modules. */
import assert from "node:assert/strict";
import { EventEmitter as NodeEmitter } from "node:events";
import { stripVTControlCharacters as nodeStrip } from "node:util";
import { EventEmitter, stripVTControlCharacters } from "../../tools/build/node_stand_in.ts";
import { STAND_IN, withoutNode } from "../../tools/build/without_node.ts";

const PARSER = `// npm:commander/15.1.0/lib/command.js
import { EventEmitter } from "node:events";
import childProcess from "node:child_process";
import { stripVTControlCharacters as strip2 } from "node:util";
var a = 1;
`;

function filesWith(parts: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries({
    "kato.js": 'import {\n  a\n} from "./part-1.js";\nimport "./part-2.js";\n',
    "part-1.js": PARSER,
    "part-2.js": 'const later = () => import("./part-export.js");\n',
    "part-export.js": 'import { Buffer } from "node:buffer";\n',
    ...parts,
  }));
}

Deno.test("withoutNode() has the parser of command lines import the stand-in, and changes nothing else", () => {
  const files = filesWith({});
  const changed = withoutNode(files, ["kato.js"]);
  assert.equal(changed.get("part-1.js"), PARSER.replaceAll(/"node:\w+"/g, `"./${STAND_IN}"`));
  for (const name of ["kato.js", "part-2.js", "part-export.js"]) {
    assert.equal(changed.get(name), files.get(name));
  }
});

Deno.test("withoutNode() refuses commands that load a module of Node's early, and a stand-in that nothing needs", () => {
  const early = filesWith({ "part-2.js": 'import fs from "node:fs";\n' });
  assert.throws(() => withoutNode(early, ["kato.js"]), /^Error: part-2\.js imports node:fs, which slows/);
  const needless = filesWith({ "part-1.js": "var a = 1;\n" });
  assert.throws(() => withoutNode(needless, ["kato.js"]), /^Error: nothing imports node_stand_in\.js/);
});

Deno.test("the stand-in does what Node's modules do, as far as the parser of command lines asks for it", () => {
  const heardBy = (emitter: EventEmitter | NodeEmitter) => {
    const heard: unknown[] = [];
    emitter.on("option:a", (value: unknown) => void heard.push(["first", value]))
      .on("option:a", (...values: readonly unknown[]) => void heard.push(["second", values]));
    const emitted = [emitter.emit("option:a", 1, [2]), emitter.emit("option:b"), emitter.emit("option:a")];
    return [heard, emitted, emitter.listenerCount("option:a"), emitter.listenerCount("command:*")];
  };
  assert.deepEqual(heardBy(new EventEmitter()), heardBy(new NodeEmitter()));
  for (const text of ["", "plain", "\u001b[1mUsage:\u001b[0m kato COMMAND [ARGUMENT…]\n"]) {
    assert.equal(stripVTControlCharacters(text), nodeStrip(text));
  }
});
