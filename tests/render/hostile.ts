/** Texts as a hostile author would write them, put together from whatever some reader of Markdown acts on. */
import fc from "fast-check";

// deno-fmt-ignore
const FRAGMENTS = [
  // Lines, white space, and what looks like it.
  "\n", "\n", "\n", "\n\n", "\n\n", " ", "  ", "   ", "    ", "\t", " \t", "\n  ", "\n   ", "\n     ", "\r", "\r\n",
  "\f", "\v", "\u00a0", "\u2003", "\ufeff", "\u0000", "\u0085", "\u2028", "\ud800", "\u202e",
  // Words.
  "a", "b", "word ", "0", "🎉", "ä", "\\", "|", "!", "(", ")", "[", "]", "<", ">", "&", '"', "'", "*", "_", "**", "~~", "#",
  // Containers and lines that act.
  "- ", "* ", "+ ", "-\t", "1. ", "2. ", "10) ", "12345678901. ", "- [ ] ", "- - - ", "> ", ">", "> - > ", "# ", "## ",
  "\n---\n2. ", "\n===\n2) ", "2. >\t",
  "#\t", "## User — 2026-01-01 00:00:00 +00:00\n", "===", "---", "-", "=", "\n===\n", "\n---\n", "***", "___", "...", "+++",
  // Code.
  "`", "``", "```", "````", "~~~", "~~~~", "\n```\n", "\n~~~\n", "```js", "```html\n<img>\n```", "~~~ `", "x `", "` y", "\\`",
  "`<b>`", "``<img src=x>``", "`a|<b>`", "\n    <img src=y>", "\n\n\t<img src=z>", "\n```dataviewjs\n", "~~~ mermaid\n",
  "\n- ```{r}\n", "\n> ~~~query\n", "`= this.x`", "`$= dv.x`", "` $=x`",
  // Raw HTML of every kind.
  "<b>", "<b", "/>", "</details>", "<details>", "<summary>", "<script>", "</script>", "<style>", "<pre>", "<textarea>",
  "<!--", "-->", "<?", "?>", "<!X", "<![CDATA[", "]]>", "<div", "<img src=x>", '<a href="', '">', "<svg/onload=x>", "<a\n", "\\<",
  // Addresses.
  "https://e.com/x", "HTTPS://e.com/", "http://e.com?a=b&copy;", "www.e.com/", "WWW.e.com", "a@b.co", "mailto:a@b.co", "xmpp:a@b.co",
  "ftp://e.co", "file:///etc/x", "//e.co", "javascript:alert(1)", "data:text/html,x", "<https://e.com/>", "<http://x y>",
  "<https://a`>", "<javascript:a>", "<a@b.co>", "<ftp://e.co>",
  // Links, images, definitions, footnotes.
  "[a](https://e.com/)", "[a](https://e.com/", "[a](https://e.com/ \"t\")", "[a](javascript:a)", "[a](data:x)", "[a](x.md)",
  "[a](<b c>)", "[a](<b`c>)", "](", "](javascript:a)", "](https://e.com/", "](https://e.com/`", "[`a`](https://e.com/)", "[a][x]", "[x]",
  "![x](http://e)", "![x]", "![[x]]", "[[x]]", "\\!", "[x]: http://e", "\n[x]: http://e\n", "\n[a]: <javascript:a> 't'\n", "]:", "*[a]: b",
  "[^1]", "\n[^1]: n\n", "[^1]: ", "^[n]",
  // Entities.
  "&lt;", "&#60;", "&#x3c;b>", "&copy", "&amp;lt;", "\\&",
  // Tables.
  "| a | b |", "\n|-|-|\n", "\n| a | b |\n|---|:-:|\n| `x | y` <i> ` |\n", "\\|", "a | b\n-|-\n",
  // What programs for notes and sites run, hide or fold.
  "%%", "%% x %%", "$$", "$x$", "{{", "}}", "{%", "<% x %>", ":::", "\n::: x\n", "::record", "$&", "$1", "==", "#tag",
];

export const hostile = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 24 }).map((pieces) =>
  pieces.join("")
);
