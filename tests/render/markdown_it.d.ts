// The part of `markdown-it` that the tests use; the package has no types of its own.

export default class MarkdownIt {
  constructor(options: { readonly html: boolean; readonly linkify: boolean });
  render(markdown: string): string;
}
