const BEGIN = /^\s*(\/\/|<!--) BEGIN INSTRUCTOR( -->)?$/;
const END = /^\s*(\/\/|<!--) END INSTRUCTOR( -->)?$/;
/** In one line of a table. */
const LINE = /<!-- INSTRUCTOR -->/;

/**
 * A source or a Markdown text without what only instructors get: lines from `// BEGIN INSTRUCTOR` to `// END INSTRUCTOR`, in
 * Markdown from `<!-- BEGIN INSTRUCTOR -->` to `<!-- END INSTRUCTOR -->`, and single lines with `<!-- INSTRUCTOR -->`.
 * @throws where one marker lacks the other
 */
export function withoutInstructors(text: string, name: string): string {
  let begun = 0;
  const kept = text.split('\n').filter((line, i) => {
    if (BEGIN.test(line)) {
      if (begun) throw new Error(`${name}:${i + 1} begins a part for instructors inside the one of line ${begun}.`);
      begun = i + 1;
      return false;
    }
    if (!END.test(line)) return !begun && !LINE.test(line);
    if (!begun) throw new Error(`${name}:${i + 1} ends a part for instructors that was not begun.`);
    begun = 0;
    return false;
  });
  if (begun) throw new Error(`${name}:${begun} begins a part for instructors that never ends.`);
  return kept.join('\n');
}
