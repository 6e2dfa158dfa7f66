/** How every page begins. */
import { STYLE } from "./html_style.ts";
import { escapeHtml } from "./html_text.ts";

const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** Up to the first heading. `title` is one neutralised line; `hasImages`: whether the page may hold images, in itself. */
export function beginPage(title: string, hasImages = false): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}${hasImages ? "; img-src data:" : ""}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="kato/1">
<title>${escapeHtml(title)}</title>
<style>
${STYLE}</style>
</head>
<body>
<h1 dir="auto">${escapeHtml(title)}</h1>
`;
}
