/** Images in pages: only what the bytes prove, within bounds, and only where the document keeps images. */
import assert from "node:assert/strict";
import { imageNotice, pageWith, withoutImageData } from "../../src/protocol/event.ts";
import { IMAGE_BYTES, IMAGES_BYTES, IMAGES_KEPT } from "../../src/protocol/render_limits.ts";
import { markdownWithImages } from "../../src/render/markdown.ts";
import { beginImages, imageLink, imageName, keepImage } from "../../src/render/image.ts";
import { PNG } from "./one_pixel.ts";
import { type Body, eventsOf, HEAD, nodesOf, renderAs, renderWith } from "./render.ts";

function base64(start: readonly (number | string)[], length = 0): string {
  const bytes = start.flatMap((part) =>
    typeof part === "number" ? [part] : [...new TextEncoder().encode(part)]
  );
  const all = new Uint8Array(Math.max(bytes.length, length));
  all.set(bytes);
  return all.toBase64();
}

Deno.test("keepImage() takes the kinds of images that their bytes prove, and nothing else", () => {
  const cases: readonly (readonly [data: string, kind: string | null])[] = [
    [PNG, "png"],
    [base64([0xff, 0xd8, 0xff, 0xe0, "JFIF"]), "jpeg"],
    [base64(["GIF87a"]), "gif"],
    [base64(["GIF89a"]), "gif"],
    [base64(["RIFF", 1, 2, 3, 4, "WEBPVP8 "]), "webp"],
    [base64(["RIFF", 1, 2, 3, 4, "WAVE"]), null],
    [base64(['<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>']), null],
    [base64(["<html>"]), null],
    [base64([0x89, "PNG\r\n"]), null],
    ["", null],
    ['iVBORw0KGgo="><script>', null],
    ["iVBORw0KGgo=… [9 bytes left out]", null],
  ];
  for (const [data, kind] of cases) {
    const kept = keepImage(data, beginImages());
    assert.equal(typeof kept === "string" ? null : kept.kind, kind, data);
  }
});

Deno.test("keepImage() keeps no image that is too large, one too many, or too much with the others", () => {
  const large = base64([0xff, 0xd8, 0xff], IMAGE_BYTES);
  const sofar = beginImages();
  for (let bytes = IMAGES_BYTES; bytes > 0; bytes -= IMAGE_BYTES) {
    assert.equal(typeof keepImage(large, sofar), "object");
  }
  assert.deepEqual(sofar, { images: IMAGES_BYTES / IMAGE_BYTES, bytes: IMAGES_BYTES });
  assert.equal(keepImage(PNG, sofar), "the images of this file would be larger than 64 MiB");
  assert.equal(keepImage(base64([0xff, 0xd8, 0xff], IMAGE_BYTES + 3), beginImages()), "larger than 8 MiB");
  const many = keepImage(PNG, { images: IMAGES_KEPT, bytes: 0 });
  assert.equal(many, "this file has 500 already");
});

const words = 'image/png, 70 bytes" onerror="x';
const image = { words, data: PNG };
const BODIES: readonly Body[] = [
  { type: "user", text: "Look." },
  imageNotice(image) as Body,
  { type: "tool_call", call: "1", name: "Read", input: { file_path: "/a.png" } },
  { type: "tool_result", call: "1", text: "", error: false, ...pageWith("", undefined, [image]) } as Body,
  imageNotice(image, true) as Body,
  imageNotice({ words: "image/svg+xml", data: base64(["<svg/>"]) }) as Body,
];

Deno.test("a page keeps images in itself, each once, under a policy that allows no other source", () => {
  const html = renderAs("html", BODIES, { images: "inline" });
  const shown =
    `<img src="data:image/png;base64,${PNG}" alt="image/png, 70 bytes&quot; onerror=&quot;x" loading="lazy">`;
  assert.equal(html.split(shown).length - 1, 2, "the person's, and the result's in its fold");
  assert.equal(html.split("<img").length - 1, 2);
  assert.match(html, /content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"/);
  assert.match(html, /<em>Image<\/em> image\/svg\+xml \(not kept: not a PNG, JPEG, GIF or WebP\)/);
  assert.match(html, /3 images/);
});

Deno.test("Markdown links the files of its images, each with its words, or says why there is none", () => {
  const kept: string[] = [];
  const renderer = markdownWithImages((image) => {
    kept.push(imageName(image));
    return kept.length === 2 ? { refused: "symlink" } : { link: imageLink("x.assets", imageName(image)) };
  });
  const text = renderWith(renderer, { ...HEAD, images: "files" }, eventsOf(BODIES));
  const name = "6b7fa434f92a8b80aab02d9bf1a12e49.png";
  assert.deepEqual(kept, [name, name]);
  assert.ok(text.includes(`\n![png image](x.assets/${name})\n\n> *Image* — image/png, 70 bytes`), text);
  assert.match(text, /\(not kept: symlink\)/);
  assert.match(text, /image\/svg\+xml \(not kept: not a PNG/);
  assert.equal(text.split("![").length, 2);
});

Deno.test("imageLink() holds nothing that Markdown, or a reader of an address, takes for more than a letter", () => {
  const folders = [
    "plan.assets",
    "a) ![x](https://evil.example/a.png",
    "a b\tc",
    'x"title"',
    "<b>",
    "javascript:alert(1).assets",
    "50%20_off_*x*~~`{{x}}`$$%%#?&;",
    "née – 漢字.assets",
  ];
  for (const folder of folders) {
    const link = imageLink(folder, "00.png");
    assert.match(link, /^[A-Za-z0-9%.-]+\/00\.png$/, folder);
    assert.equal(decodeURIComponent(link), `${folder}/00.png`);
    const [image] = nodesOf(`![png image](${link})`).filter((node) => node.type === "image");
    assert.equal(decodeURIComponent(image?.destination ?? ""), `${folder}/00.png`);
  }
});

Deno.test("without the wish, and in the other formats, an image is a line, and its bytes are nowhere", () => {
  const documents = [
    renderAs("html", BODIES),
    renderAs("md", BODIES, { images: "inline" }),
    renderAs("md", BODIES, { images: "files" }),
    renderAs("md", BODIES),
  ];
  for (const text of documents) {
    assert.equal(text.includes(PNG), false);
    assert.equal(/img-src|<img/.test(text), false);
    assert.match(text, /Image/);
  }
  assert.equal(renderAs("jsonl", BODIES, { images: "inline" }).includes(PNG), false);
});

Deno.test("withoutImageData() leaves everything else of an event", () => {
  const at = { id: "1", time: null };
  const cases = [
    [imageNotice(image), imageNotice({ words, data: "" })],
    [imageNotice(image, true), imageNotice({ words, data: "" }, true)],
    ...["", "a"].map((text) => {
      const result = { type: "tool_result", call: "1", text, error: false } as const;
      return [
        { ...result, ...pageWith(text, undefined, [image], "no") },
        { ...result, ...pageWith(text, undefined, [{ words, data: "" }], "no") },
      ] as const;
    }),
  ] as const;
  for (const [given, bare] of cases) {
    assert.deepEqual(withoutImageData({ ...at, ...given }), { ...at, ...bare });
  }
});
