/** Writes a journal file as far as kato reads one: a header, data objects and entries, in the regular layout. */

const HEADER = 272;

export interface WrittenEntry {
  readonly time: number;
  readonly fields: readonly string[];
}

export function writeJournal(path: string, entries: readonly WrittenEntry[]): void {
  const objects: Uint8Array<ArrayBuffer>[] = [];
  const places = new Map<string, number>();
  let end = HEADER;
  let last = HEADER;
  const add = (type: number, content: Uint8Array<ArrayBuffer>) => {
    const size = 16 + content.length;
    const object = new Uint8Array(Math.ceil(size / 8) * 8);
    object[0] = type;
    new DataView(object.buffer).setBigUint64(8, BigInt(size), true);
    object.set(content, 16);
    objects.push(object);
    last = end;
    end += object.length;
    return last;
  };
  for (const { time, fields } of entries) {
    for (const field of fields) {
      if (places.has(field)) continue;
      const text = new TextEncoder().encode(field);
      const content = new Uint8Array(48 + text.length);
      content.set(text, 48);
      places.set(field, add(1, content));
    }
    const content = new Uint8Array(48 + 16 * fields.length);
    const view = new DataView(content.buffer);
    view.setBigUint64(8, BigInt(time) * 1000n, true);
    fields.forEach((field, index) =>
      view.setBigUint64(48 + 16 * index, BigInt(places.get(field) ?? 0), true)
    );
    add(3, content);
  }
  const header = new Uint8Array(HEADER);
  header.set(new TextEncoder().encode("LPKSHHRH"));
  const view = new DataView(header.buffer);
  view.setBigUint64(88, BigInt(HEADER), true);
  view.setBigUint64(136, BigInt(last), true);
  const whole = new Uint8Array(end);
  whole.set(header);
  let at = HEADER;
  for (const object of objects) {
    whole.set(object, at);
    at += object.length;
  }
  Deno.writeFileSync(path, whole);
}
