import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Experiment, lineChart, offlineImages, provenance, ready, shippedExperiment } from '../../src';
import { EXPERIMENTS, experimentOf, runExperiment, SCALES, shippedNames, writeRecord } from '../../src/experiments';
import { main } from '../../src/experiments/node/command';

const doubling: Experiment<{ values: number[]; nothing: number | null }> = {
  title: 'Doubling',
  claim: 'Twice one is two.',
  source: 'Nobody, 2000, section 1',
  minutes: { quick: 0, lecture: 0, long: 0 },
  run: async ({ seed, images, log }) => {
    log('doubling');
    const { length } = images({ split: 'train', count: 3 });
    return { values: Array.from({ length }, (_, i) => 2 * (seed + i)), nothing: null };
  },
  figure: ({ values }) => lineChart([{ name: 'twice', values }], { title: 'Doubling' }),
  conclusion: ({ values }) => `${values.length} values`,
};

/** Runs `npm run experiment`'s program and gives its exit status with what it printed. */
async function run(...args: string[]): Promise<{ status: number; text: string }> {
  const { log, error } = console;
  const lines: string[] = [];
  console.log = console.error = (line: string) => void lines.push(line);
  try {
    return { status: await main(args), text: lines.join('\n') };
  } finally {
    Object.assign(console, { log, error });
  }
}

describe('experiments', () => {
  before(ready);
  let folder: string;
  before(() => void (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-experiments-'))));
  after(() => fs.rmSync(folder, { recursive: true }));

  it('keeps with a result what it was made from', async () => {
    const lines: string[] = [];
    const record = await runExperiment('doubling', doubling, {
      seed: 4,
      scale: 'quick',
      images: options => offlineImages(options),
      log: line => lines.push(line),
    });
    assert.deepEqual(record.result, { values: [8, 10, 12], nothing: null });
    assert.deepEqual([record.seed, record.scale, record.conclusion, lines], [4, 'quick', '3 values', ['doubling']]);
    const { command, commit, machine, versions, images, date, seconds } = record.made;
    assert.match(command, /^(CNN_KIT_\w+=\w+ )*npm run experiment -- doubling --seed 4 --scale quick$/);
    assert.match(commit, /^[0-9a-f]{40}( \(changed\))?$|^unknown/);
    assert.match(machine, /^\d+ x .+ GB, /);
    assert.equal(versions.node, process.versions.node);
    assert.deepEqual(images, ['3 of offline images train (3)']);
    assert.match(date, /^\d{4}-\d\d-\d\d$/);
    assert.ok(seconds >= 0);
    assert.match(provenance(record), /seed 4, scale quick/);
  });

  it('writes the result and its figure side by side', async () => {
    const record = await runExperiment('doubling', doubling, { scale: 'quick' });
    const file = path.join(folder, 'new', 'doubling.json');
    const files = await writeRecord(file, record, [doubling.figure(record.result)].flat());
    assert.deepEqual(files, [file, path.join(folder, 'new', 'doubling.png')]);
    assert.deepEqual(JSON.parse(fs.readFileSync(file, 'utf8')), record);
    assert.deepEqual(fs.readFileSync(files[1]).subarray(1, 4).toString(), 'PNG');
  });

  it('goes on where it was interrupted, and never with parts of another run', async () => {
    const parts = path.join(folder, 'doubling.unfinished');
    const computed: string[] = [];
    let broken = true;
    const { title, claim, source, minutes } = doubling;
    const inParts: Experiment<number[]> = {
      ...{ title, claim, source, minutes },
      run: async ({ seed, part }) => {
        const piece = (name: string, value: number) => part(name, async () => (computed.push(name), value));
        const first = await piece('first', 2 * seed);
        if (broken) throw new Error('interrupted');
        return [first, await piece('second', 3 * seed)];
      },
      figure: () => [],
      conclusion: values => values.join(),
    };
    const run = (seed: number) => runExperiment('parts', inParts, { seed, scale: 'quick', parts });
    await assert.rejects(run(5), /interrupted/);
    broken = false;
    assert.deepEqual((await run(5)).result, [10, 15]);
    assert.deepEqual(computed, ['first', 'second']);
    assert.ok(!fs.existsSync(parts), 'a finished run leaves no parts');
    broken = true;
    await assert.rejects(run(5), /interrupted/);
    broken = false;
    assert.deepEqual((await run(6)).result, [12, 18]);
  });

  it('says for each experiment what is claimed, where, and how long it takes', () => {
    for (const [name, { title, claim, source, minutes }] of Object.entries(EXPERIMENTS)) {
      assert.match(name, /^[a-z0-9-]+$/);
      assert.ok(title && claim.endsWith('.') && /\d{4}/.test(source), name);
      const times = SCALES.map(scale => minutes[scale]);
      assert.ok(times.every(time => time > 0) && times[0] <= times[1] && times[1] <= times[2], `${name}: ${times}`);
    }
  });

  it('draws every result that came with the kit, and says how it was made', async () => {
    for (const name of shippedNames()) {
      const { figures, made, experiment, conclusion } = shippedExperiment(name);
      assert.equal(experiment, name);
      assert.ok(figures.length && figures.every(({ text }) => text), name);
      assert.match(made.commit, /^[0-9a-f]{40}$/, `${name} was made from a tree that no commit holds`);
      assert.ok(made.seconds > 0 && made.machine && made.command.includes(name), name);
      assert.equal(conclusion, experimentOf(name).conclusion(shippedExperiment(name).result));
      for (const figure of figures) assert.ok((await figure.bundle)['image/png'], name);
    }
  });

  it('lists the experiments when called with nothing', async () => {
    const { status, text } = await run();
    assert.equal(status, 0);
    for (const name of Object.keys(EXPERIMENTS)) assert.ok(text.includes(`${name}: `), name);
  });

  const refused: [title: string, args: string[], message: RegExp][] = [
    [
      'an unknown name',
      ['relu-against-noone'],
      /There is no experiment 'relu-against-noone'; did you mean relu-against-tanh/,
    ],
    [
      'an unknown scale',
      ['relu-against-tanh', '--scale', 'huge'],
      /The scale is 'huge'; expected one of quick, lecture, long/,
    ],
    ['a seed that is no number', ['relu-against-tanh', '--seed', 'x'], /The seed is 'x'; expected a whole number/],
    ['another file than JSON', ['relu-against-tanh', '--out', 'a.png'], /--out is 'a.png'; expected a file/],
    ['an unknown option', ['relu-against-tanh', '--sead', '1'], /expected npm run experiment/],
    ['two names', ['relu-against-tanh', 'dropout'], /There are 2 names; expected npm run experiment/],
  ];
  for (const [title, args, message] of refused) {
    it(`refuses ${title}`, async () => {
      const { status, text } = await run(...args);
      assert.equal(status, /expected npm run/.test(message.source) ? 2 : 1);
      assert.match(text, message);
    });
  }
});
