/** Texts are gathered into pieces of this many characters, so that system calls take no time that counts. */
const PIECE = 256 * 1024;

export function gather(write: (text: string) => void): { add(text: string): null; flush(): void } {
  let parts: string[] = [];
  let characters = 0;
  const flush = () => {
    if (characters > 0) write(parts.join(""));
    parts = [];
    characters = 0;
  };
  return {
    add(text) {
      parts.push(text);
      characters += text.length;
      if (characters >= PIECE) flush();
      return null;
    },
    flush,
  };
}
