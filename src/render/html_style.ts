/** The style sheet of an HTML recording. */

export const STYLE =
  `:root { color-scheme: light dark; --ink: #1f2328; --page: #fff; --dim: #59636e; --line: #d1d9e0;
  --soft: #f6f8fa; --link: #0969da; --user: #0969da; --agent: #8250df; --bad: #d1242f; --plus: #dafbe1; --minus: #ffebe9; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --page: #0d1117; --dim: #9198a1; --line: #3d444d;
    --soft: #151b23; --link: #4493f8; --user: #4493f8; --agent: #ab7df8; --bad: #f85149; --plus: #12261e; --minus: #301a1f; }
}
* { box-sizing: border-box; }
body { max-width: 54rem; margin: 2rem auto; padding: 0 1rem; color: var(--ink); background: var(--page);
  font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; display: flex; flex-direction: column; }
/* The lines of the contents stand all over the file, and are shown after its head. */
body > * { min-width: 0; }
body > h1, body > dl, .contents { order: -2; }
.toc { order: -1; }
body > h1 ~ h1, body > dl ~ dl { order: 0; }
.contents ~ .contents { display: none; }
.contents[open] ~ .toc { display: block; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; }
h2 { font-size: 1rem; margin: 2.25rem 0 .5rem; padding-top: .6rem; border-top: 1px solid var(--line); }
h2 time { white-space: nowrap; }
h2 small, h2 time, h2 .time { font-weight: normal; color: var(--dim); font-size: .85rem; margin-left: .4rem; }
h3, h4, h5, h6 { line-height: 1.3; margin: 1.2rem 0 .4rem; }
h3 { font-size: 1.15rem; } h4 { font-size: 1.05rem; } h5, h6 { font-size: 1rem; } h6 { color: var(--dim); }
a { color: var(--link); }
h2 a { color: inherit; text-decoration: none; }
h2 a:hover, h2 a:focus { text-decoration: underline; }
:target { scroll-margin-top: .5rem; }
h2:target { border-top-color: var(--link); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; font-size: .85rem; margin: 0 0 1rem; }
dt { color: var(--dim); }
dd { margin: 0; }
.contents { margin: 0 0 .4rem; }
.toc { padding: .1rem 0 .1rem .8rem; border-left: 2px solid var(--line); }
.toc small { color: var(--dim); font-variant-numeric: tabular-nums; margin-right: .4rem; }
.toc a { text-decoration: none; }
.toc a:hover, .toc a:focus { text-decoration: underline; }
.up { position: fixed; right: .8rem; bottom: .8rem; padding: .15rem .6rem; border: 1px solid var(--line); border-radius: 4px;
  background: var(--page); font-size: .8rem; text-decoration: none; opacity: .85; }
body > h3 { font-size: .9rem; color: var(--dim); margin: .8rem 0 0; }
.index { list-style: none; padding: 0; margin: .2rem 0; }
.index li { padding: .15rem 0; }
.index small { color: var(--dim); white-space: nowrap; }
.prose { margin: .6rem 0; }
.prose p, .prose li, .prose h3, .prose h4, .prose h5, .prose h6, .prose td, .prose th { unicode-bidi: plaintext; }
.prose > :first-child { margin-top: 0; }
.prose > :last-child { margin-bottom: 0; }
.prose p { margin: .6rem 0; }
.prose ul, .prose ol { margin: .6rem 0; padding-left: 1.6rem; }
.prose li p { margin: .3rem 0; }
.text { white-space: pre-wrap; margin: .6rem 0; }
.prose.user, .text.user { background: var(--soft); border-left: 3px solid var(--user); padding: .6rem .9rem; border-radius: 4px; }
.commands code { border-color: var(--user); }
.prose.plan, .text.plan { border: 1px solid var(--line); border-radius: 4px; padding: .6rem .9rem; }
blockquote { margin: .6rem 0; padding: 0 .9rem; border-left: 3px solid var(--line); color: var(--dim); }
code { font: .88em/1.4 ui-monospace, monospace; background: var(--soft); border: 1px solid var(--line); border-radius: 4px;
  padding: .05em .3em; white-space: break-spaces; }
pre { white-space: pre-wrap; margin: .5rem 0; padding: .6rem .8rem; border-radius: 4px; border: 1px solid var(--line);
  background: var(--soft); font: .85rem/1.45 ui-monospace, monospace; max-height: 40rem; overflow: auto; tab-size: 4; }
table { border-collapse: collapse; display: block; max-width: 100%; overflow-x: auto; margin: .6rem 0; overflow-wrap: normal; }
th, td { border: 1px solid var(--line); padding: .25rem .6rem; text-align: left; vertical-align: top; }
th { background: var(--soft); }
th.center, td.center { text-align: center; }
th.right, td.right { text-align: right; }
.diff ins, .diff del, .diff b { display: inline-block; width: 100%; text-decoration: none; font-weight: normal; }
.diff ins { background: var(--plus); }
.diff del { background: var(--minus); }
.diff b { color: var(--dim); }
details { margin: .4rem 0; padding-left: .8rem; border-left: 2px solid var(--line); }
summary { cursor: pointer; color: var(--dim); margin-left: -.3rem; }
.failed > summary { color: var(--bad); }
.agent { border-left-color: var(--agent); }
.thinking .prose, .thinking .text { color: var(--dim); font-style: italic; }
img { display: block; max-width: 100%; max-height: 40rem; height: auto; margin: .6rem 0; border: 1px solid var(--line); border-radius: 4px; }
.remark, .note { color: var(--dim); font-size: .9rem; }
.remark p { margin: .4rem 0; }
.decision { border: 1px solid var(--line); border-radius: 4px; padding: .1rem .9rem; margin: .6rem 0; }
.tasks { list-style: none; padding-left: .2rem; }
.tasks .done { color: var(--dim); }
hr { border: 0; border-top: 1px dashed var(--line); margin: 2rem 0; width: 100%; }
.prose hr { margin: 1rem 0; }
@media (max-width: 40rem) {
  body { margin: 1rem auto; padding: 0 .7rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .3rem; }
  pre { font-size: .78rem; padding: .5rem .6rem; }
}
@media print {
  :root { --ink: #000; --page: #fff; --dim: #444; --line: #bbb; --soft: #f6f6f6; --link: #000; --plus: #e6f6e6; --minus: #fbe6e6; }
  body { display: block; max-width: none; margin: 0; padding: 0; font-size: 10pt; }
  .contents, .contents[open] ~ .toc, .up { display: none; }
  pre { max-height: none; overflow: visible; }
  h2, summary { break-after: avoid; }
  details::details-content { display: block; content-visibility: visible; height: auto; }
}
`;
