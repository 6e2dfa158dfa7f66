// The part of `commonmark` that the tests use; the package has no types of its own.

export interface Node {
  readonly type: string;
  readonly level: number;
  readonly literal: string | null;
  readonly destination: string | null;
  readonly parent: Node | null;
  readonly firstChild: Node | null;
  readonly next: Node | null;
  walker(): { next(): { readonly entering: boolean; readonly node: Node } | null };
}

export class Parser {
  parse(text: string): Node;
}

export class HtmlRenderer {
  render(document: Node): string;
}
