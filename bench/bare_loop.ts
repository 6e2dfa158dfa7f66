/**
 * The bare loop, the minimum for a reader of JSON Lines: reads the logs, finds their lines, decodes and parses each, and
 * keeps nothing. Run with the paths of the logs, or with that of a folder that holds them.
 */
import { walkFiles } from "../src/parser/disk.ts";

const NEWLINE = 0x0a;
const CHUNK = 256 * 1024;
const decoder = new TextDecoder();
const buffer = new Uint8Array(CHUNK);
let rows = 0;

function read(path: string): void {
  let carry = new Uint8Array(0);
  using file = Deno.openSync(path, { read: true });
  for (let count = file.readSync(buffer); count !== null; count = file.readSync(buffer)) {
    let chunk = buffer.subarray(0, count);
    let from = 0;
    if (carry.length > 0) {
      const whole = new Uint8Array(carry.length + count);
      whole.set(carry);
      whole.set(chunk, carry.length);
      chunk = whole;
    }
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      if (end > from && JSON.parse(decoder.decode(chunk.subarray(from, end))) !== null) rows += 1;
      from = end + 1;
    }
    carry = chunk.slice(from);
  }
}

for (const path of Deno.args) {
  for (const log of Deno.statSync(path).isDirectory ? walkFiles(path) : [path]) read(log);
}
console.log(rows);
