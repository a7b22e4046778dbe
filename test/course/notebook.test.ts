import assert from 'node:assert/strict';
import { faults, parseLecture, quick, toModule, toNotebook } from '../../src/course/notebook';

const LECTURE = `# Title

Text.

## Part

\`\`\`typescript
const steps = 400; // quick: 40
steps;
\`\`\`

\`\`\`bash
# not a heading
\`\`\`
After.
`;

describe('a lecture in Markdown', () => {
  it('becomes cells at headings and typescript blocks', () => {
    assert.deepEqual(parseLecture(LECTURE), [
      { type: 'markdown', source: '# Title\n\nText.', line: 1 },
      { type: 'markdown', source: '## Part', line: 5 },
      { type: 'code', source: 'const steps = 400; // quick: 40\nsteps;', line: 8 },
      { type: 'markdown', source: '```bash\n# not a heading\n```\nAfter.', line: 12 },
    ]);
  });

  it('becomes a notebook for our kernel, with cell ids that are unique and stay', () => {
    const notebook = toNotebook(LECTURE);
    assert.equal((notebook.metadata as { kernelspec: { name: string } }).kernelspec.name, 'cnn-kit');
    const ids = notebook.cells.map(cell => cell.id);
    assert.equal(new Set(ids).size, ids.length);
    ids.forEach(id => assert.match(id, /^[a-zA-Z0-9-_]{1,64}$/));
    assert.deepEqual(toNotebook(LECTURE), notebook);
    assert.deepEqual(notebook.cells[2].source, ['const steps = 400; // quick: 40\n', 'steps;']);
  });

  it('becomes a module whose lines are those of the Markdown', () => {
    const module = toModule(LECTURE).split('\n');
    assert.equal(module[7], 'const steps = 400; // quick: 40');
    assert.equal(module[8], 'steps;');
    assert.ok(!module.includes('After.'));
  });

  it('has its knobs set to their quick values on request', () => {
    assert.match(quick(LECTURE), /const steps = 40; \/\/ quick: 40/);
  });

  it('is refused when a block is not closed', () => {
    assert.throws(() => parseLecture('```typescript\n1;\n'), /not closed/);
  });
});

describe('the faults of an executed notebook', () => {
  const withOutput = (output: object) => {
    const notebook = toNotebook('```typescript\n1;\n```');
    notebook.cells[0].outputs = [output as never];
    return faults(notebook);
  };

  it('are errors, lines on stderr and figures without a still image', () => {
    assert.match(withOutput({ output_type: 'error', ename: 'TypeError', evalue: 'no' })[0], /TypeError: no/);
    assert.match(withOutput({ output_type: 'stream', name: 'stderr', text: ['oh\n'] })[0], /stderr: oh/);
    const figure = { 'application/vnd.vegalite.v5+json': {}, 'text/plain': 'chart' };
    assert.match(withOutput({ output_type: 'display_data', data: figure })[0], /without a still image/);
  });

  it('are not what a reader may see', () => {
    assert.deepEqual(withOutput({ output_type: 'stream', name: 'stdout', text: 'fine' }), []);
    const figure = { 'application/vnd.vegalite.v5+json': {}, 'image/png': 'AA==' };
    assert.deepEqual(withOutput({ output_type: 'display_data', data: figure }), []);
  });
});
