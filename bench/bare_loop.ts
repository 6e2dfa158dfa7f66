/**
 * The bare loop, the minimum for a reader of JSON Lines: reads the log, finds its lines, decodes and parses each, and
 * keeps nothing. Run with the log's path.
 */

const NEWLINE = 0x0a;
const CHUNK = 256 * 1024;
const [path = ""] = Deno.args;
const decoder = new TextDecoder();
const buffer = new Uint8Array(CHUNK);
let carry = new Uint8Array(0);
let rows = 0;

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
console.log(rows);
