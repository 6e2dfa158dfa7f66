/** The style sheet of an HTML recording. */

export const STYLE = `:root { color-scheme: light dark; --line: #8884; --soft: #8881; --dim: #777; }
body { max-width: 54rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.55 system-ui, sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; }
h2 { font-size: 1rem; margin: 2.25rem 0 .5rem; padding-top: .6rem; border-top: 1px solid var(--line); }
h2 small, h2 time, h2 .time { font-weight: normal; color: var(--dim); font-size: .85rem; margin-left: .4rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; font-size: .85rem; }
dt { color: var(--dim); }
dd { margin: 0; overflow-wrap: anywhere; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; margin: .6rem 0; }
.user.text { background: var(--soft); border-left: 3px solid #4a8af4; padding: .6rem .9rem; border-radius: 4px; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0; padding: .6rem .8rem; border-radius: 4px;
  background: var(--soft); font: .85rem/1.45 ui-monospace, monospace; max-height: 40rem; overflow: auto; }
.diff ins, .diff del { display: inline-block; width: 100%; text-decoration: none; }
.diff ins { background: #2ea04326; }
.diff del { background: #f8514926; }
details { margin: .4rem 0; padding-left: .8rem; border-left: 2px solid var(--line); }
summary { cursor: pointer; color: var(--dim); overflow-wrap: anywhere; margin-left: -.3rem; }
.failed > summary { color: #d1242f; }
.agent { border-left-color: #a371f7; }
.thinking .text { color: var(--dim); font-style: italic; }
.remark, .note { color: var(--dim); font-size: .9rem; }
.remark p { margin: .4rem 0; }
.decision { border: 1px solid var(--line); border-radius: 4px; padding: .1rem .9rem; margin: .6rem 0; }
.tasks { list-style: none; padding-left: .2rem; }
.tasks .done { color: var(--dim); }
hr { border: 0; border-top: 1px dashed var(--line); margin: 2rem 0; }
`;
