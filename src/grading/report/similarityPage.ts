/** The page of similar work, for the instructor: groups to look into, works side by side, and no verdict. */
import { html, type Markup, page } from './html';
import { type Comparison, type Group, LEAST, LEAST_CONTAINED, type Pair, type Range, sharedRanges } from './similarity';

/** What a browser still shows at ease: pairs in the table, pairs side by side, and characters of all works together. */
const MOST_ROWS = 1000;
const MOST_SHOWN = 200;
const MOST_CHARACTERS = 8 << 20;
/** Of one work. */
const MOST_OF_ONE = 1 << 17;

const COLUMN = 'flex: 1 1 0; min-width: 0';
const CODE = 'overflow: auto; max-height: 40rem; font-size: .8rem; border: 1px solid var(--line); padding: .5rem';

/** All pairs, groups and notes; what is too much for a page is named in a sentence. */
export function similarityPage(comparisons: Comparison[]): string {
  const pairs = comparisons.flatMap(one => one.pairs);
  const groups = comparisons.flatMap(one => one.groups);
  const shown = shownPairs(pairs);
  const notes = comparisons.flatMap(one => one.notes);
  if (pairs.length > MOST_ROWS)
    notes.push(`The table shows the first ${MOST_ROWS} of ${pairs.length} pairs; similarity.json lists all.`);
  if (pairs.length > shown.length)
    notes.push(`${shown.length} of ${pairs.length} pairs are shown side by side, so that a browser can show the page.`);
  return page(
    'Similar work',
    html`<h1>Similar work</h1>
      <p>
        Pairs that share at least ${100 * LEAST} % of their structure beyond what was handed out, or of which one holds
        ${100 * LEAST_CONTAINED} % of the other; names and comments do not count. Short exercises have few solutions:
        look at both before you judge.
      </p>
      ${
        notes.length
          ? html`<ul class="warning" style="padding-left: 2rem">
              ${notes.map(note => html`<li>${note}</li>`)}
            </ul>`
          : ''
      }
      <h2>Groups</h2>
      <p>Each member of a group is similar to at least one other.</p>
      ${table(['Exercise', 'Students', 'Most alike'], groups.map(groupRow))}
      <h2>Pairs</h2>
      ${table(
        ['Exercise', 'Student', 'Student', 'Alike', 'Contained', ''],
        pairs.slice(0, MOST_ROWS).map((pair, i) => pairRow(pair, i < shown.length ? i : undefined)),
      )}
      ${shown.map(sideBySide)}`,
  );
}

/** The first pairs whose works fit on a page. */
function shownPairs(pairs: Pair[]): Pair[] {
  let characters = 0;
  const end = pairs.findIndex(({ left, right }, i) => {
    for (const { source } of [left, right]) characters += Math.min(source.length, MOST_OF_ONE);
    return i >= MOST_SHOWN || characters > MOST_CHARACTERS;
  });
  return end < 0 ? pairs : pairs.slice(0, end);
}

function table(heads: string[], rows: Markup[]): Markup {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${heads.map(head => html`<th>${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

function groupRow({ exercise, students, similarity }: Group): Markup {
  return html`<tr>
    <td>${exercise}</td>
    <td>${students.length}: ${students.join(', ')}</td>
    <td class="number">${percent(similarity)}</td>
  </tr> `;
}

function pairRow({ exercise, left, right, isIdentical, similarity, contained }: Pair, place?: number): Markup {
  return html`<tr>
    <td>${exercise}</td>
    <td>${left.student}</td>
    <td>${right.student}</td>
    <td class="number">${isIdentical ? 'identical' : percent(similarity)}</td>
    <td class="number">${percent(contained)}</td>
    <td>${place === undefined ? '' : html`<a href="#pair-${place}">side by side</a>`}</td>
  </tr> `;
}

function sideBySide(pair: Pair, place: number): Markup {
  const ranges = sharedRanges(pair);
  const columns = [pair.left, pair.right].map(({ student, source }, i) => {
    const rest = source.length - MOST_OF_ONE;
    const cut = rest > 0 ? html`<p>${rest} more characters are not shown.</p>` : '';
    return html`<div style="${COLUMN}">
      <h3>${student}</h3>
      <pre style="${CODE}">${marked(source.slice(0, MOST_OF_ONE), ranges[i])}</pre>
      ${cut}
    </div>`;
  });
  return html`<details id="pair-${place}">
    <summary>${pair.exercise}: ${pair.left.student} and ${pair.right.student}</summary>
    <div style="display: flex; gap: 1rem">${columns}</div>
  </details> `;
}

/** A source in which the ranges are marked. */
function marked(source: string, ranges: Range[]): Markup[] {
  let end = 0;
  const pieces = ranges
    .filter(([from]) => from < source.length)
    .map(([from, to]) => {
      const piece = html`${source.slice(end, from)}<mark>${source.slice(from, to)}</mark>`;
      end = to;
      return piece;
    });
  return [...pieces, html`${source.slice(end)}`];
}
