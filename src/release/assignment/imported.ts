/** What an assignment of another system comes to before it is in our own form. */

export interface Question {
  name: string;
  points?: number;
  /** Code with its solution regions, in our markers. */
  solution: string;
  tests: { source: string; hidden: boolean; points?: number }[];
}

export interface Imported {
  form: 'nbgrader' | 'otter';
  language: string;
  questions: Question[];
  /** Code before or between the questions that they may need. */
  given: string[];
  /** One sentence for each thing that is not imported. */
  refused: string[];
}

/** A cell of its notebook. */
export interface Cell {
  cell_type: string;
  source: string;
  nbgrader?: Record<string, unknown>;
}

/** nbgrader's markers, as substrings of a comment line, in ours. */
export function markers(source: string): string {
  return source
    .replace(/^(\s*)(?:\/\/|#)+\s*BEGIN SOLUTION.*$/gm, '$1// BEGIN SOLUTION: write this')
    .replace(/^(\s*)(?:\/\/|#)+\s*END SOLUTION.*$/gm, '$1// END SOLUTION');
}
