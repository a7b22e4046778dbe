/** Markup in which every inserted text is escaped: submissions, names and failures are hostile. */
import { escapeMarkup } from '../../base/markup';

export class Markup {
  constructor(readonly text: string) {}
}

export type Insert = string | number | undefined | Markup | Insert[];

/** A template tag: what is inserted is text, unless it is markup of this tag. */
export function html(parts: TemplateStringsArray, ...inserts: Insert[]): Markup {
  return new Markup(parts.reduce((sum, part, i) => sum + show(inserts[i - 1]) + part));
}

/** A whole page that loads nothing and runs nothing. */
export function page(title: string, body: Markup): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${new Markup(STYLE)}
        </style>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `.text;
}

function show(insert: Insert): string {
  if (insert === undefined) return '';
  if (Array.isArray(insert)) return insert.map(show).join('');
  return insert instanceof Markup ? insert.text : escapeMarkup(String(insert));
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --line: #d5dae0; --good: #1a7f37; --bad: #b42318; --bar: #3b6fb6; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --paper: #16191d; --line: #3a4048; --good: #56c271; --bad: #ff8a7a; --bar: #7aa7e8; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.result { white-space: nowrap; } th { overflow-wrap: normal; }
.good { color: var(--good); } .bad { color: var(--bad); }
.warning { border: 2px solid var(--bad); padding: .5rem .8rem; border-radius: .3rem; }
svg { max-width: 100%; height: auto; } svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
svg .bar { fill: var(--bar); } svg .axis { stroke: var(--line); }
`;
