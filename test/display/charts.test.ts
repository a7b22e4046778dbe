import assert from 'node:assert/strict';
import {
  barChart,
  type Figure,
  heatmap,
  lineChart,
  type MimeBundle,
  palette,
  plotly,
  scatterChart,
  vegaLite,
} from '../../src/display';
import { runtime } from '../../src/base/runtime';
import { thin } from '../../src/display/charts/thin';
import { countColour, decodePng, pngOf } from './kernel';

const MIME = 'application/vnd.vegalite.v5+json';

type Spec = { $schema: string; data: { values: Record<string, unknown>[] }; [key: string]: unknown };

async function draw(figure: Figure): Promise<{ bundle: MimeBundle; spec: Spec; png: Buffer }> {
  const bundle = await figure.bundle;
  return { bundle, spec: bundle[MIME] as Spec, png: pngOf(bundle) };
}

const spec = {
  title: 'Two points',
  width: 200,
  height: 100,
  data: {
    values: [
      { a: 1, b: 2 },
      { a: 3, b: NaN },
    ],
  },
  mark: 'point',
  encoding: { x: { field: 'a', type: 'quantitative' }, y: { field: 'b', type: 'quantitative' } },
};

describe('vegaLite', () => {
  it('gives the specification, a PNG of twice the size on the page, and the ranges in words', async () => {
    const { bundle, spec: live, png } = await draw(vegaLite(spec));
    assert.equal(live.$schema, 'https://vega.github.io/schema/vega-lite/v5.json');
    assert.deepEqual(live.data.values, [
      { a: 1, b: 2 },
      { a: 3, b: null },
    ]);
    const { width, height } = decodePng(png);
    const { metadata } = await vegaLite(spec).picture;
    const size = metadata!['image/png'] as { width: number; height: number };
    assert.deepEqual([width, height], [2 * size.width, 2 * size.height]);
    assert.ok(width > 400 && width < 700 && height > 200 && height < 400, `${width} x ${height}`);
    assert.equal(bundle['text/plain'], 'Two points\n  a: from 1 to 3\n  b: from 2 to 2');
  });

  it('draws letters', async () => {
    const letters = async (text: string): Promise<number> =>
      countColour((await draw(vegaLite({ ...spec, title: { text, color: '#ff00ff' } }))).png, '#ff00ff');
    assert.ok((await letters('Two points')) > 200);
    assert.equal(await letters(' '), 0);
  });

  it('keeps the data of the moment', async () => {
    const values = [{ a: 1, b: 2 }];
    const figure = vegaLite({ ...spec, data: { values } });
    values[0].a = 9;
    assert.deepEqual((await draw(figure)).spec.data.values, [{ a: 1, b: 2 }]);
  });

  it('refuses URLs wherever they are, but not in the data', async () => {
    const data = { url: 'https://example.com/cars.json' };
    assert.throws(
      () => vegaLite({ ...spec, data }),
      /loads 'https:\/\/example.com\/cars.json'; expected data inside of it/,
    );
    assert.throws(() => vegaLite({ layer: [{ ...spec, data: { url: 'cars.csv' } }] }), /loads 'cars.csv'/);
    const lookup = { lookup: 'a', from: { data, key: 'a', fields: ['c'] } };
    assert.throws(() => vegaLite({ ...spec, transform: [lookup] }), /expected data inside of it/);
    vegaLite({ ...spec, data: { values: [{ url: 'https://example.com' }] } });
  });

  it('loads no image that the data name', async () => {
    const values = [{ a: 1, b: 2, picture: 'https://example.com/cat.png' }];
    const encoding = { ...spec.encoding, url: { field: 'picture' } };
    const figure = vegaLite({ ...spec, data: { values }, mark: 'image', encoding });
    const { png } = await draw(figure);
    assert.ok(decodePng(png).width > 400);
  });

  it('rejects what is no specification', async () => {
    await assert.rejects(async () => vegaLite({ data: { values: [] }, mark: 'point', layer: 3 }).bundle);
    await assert.rejects(async () => vegaLite({}).bundle, /specification of vegaLite is \{\}; expected an object/);
  });
});

describe('charts', () => {
  it('draw a line for each series, in the shared colours', async () => {
    const { bundle, png, spec } = await draw(
      lineChart(
        [
          { name: 'train', values: [2, 1, 0.5] },
          {
            name: 'test',
            values: [
              { x: 1, y: 2 },
              { x: 3, y: 1.5 },
            ],
          },
        ],
        { title: 'Loss', x: 'epoch', y: 'loss', horizontal: { at: 1, label: 'goal' }, vertical: 2 },
      ),
    );
    assert.ok(countColour(png, palette[0]) > 300);
    assert.ok(countColour(png, palette[1]) > 300);
    assert.equal(countColour(png, palette[2]), 0);
    assert.equal(spec.data.values.length, 5);
    assert.equal(
      bundle['text/plain'],
      'Loss\n  train: 0.5 at epoch 3, from 0.5 to 2 in all\n  test: 1.5 at epoch 3, from 1.5 to 2 in all',
    );
  });

  it('takes plain numbers as one line', async () => {
    const { spec } = await draw(lineChart([1, 4, 9]));
    const line = await draw(lineChart([{ name: 'values', values: [1, 4, 9] }]));
    assert.deepEqual(spec, line.spec);
    assert.ok((await draw(lineChart(Float32Array.of(1, 2)))).bundle);
    assert.throws(() => lineChart([1, 'x'] as never), /lineChart/);
  });

  it('leave out what a logarithmic axis cannot show, and say so', async () => {
    const { bundle, spec } = await draw(lineChart([{ name: 'error', values: [1, 0.1, 0] }], { logY: true }));
    assert.deepEqual(
      spec.data.values.map(({ y }) => y),
      [1, 0.1],
    );
    assert.match(bundle['text/plain'] as string, /1 values that the axes do not reach are left out/);
  });

  it('thin long lines to their extremes', () => {
    const points = Array.from({ length: 9999 }, (_, x) => ({ x, y: x === 5000 ? 50 : x === 7000 ? -50 : Math.sin(x) }));
    points[10].y = NaN;
    const kept = thin(points, 300);
    assert.ok(kept.length <= 300 && kept.length > 200, String(kept.length));
    for (const x of [0, 5000, 7000, 9998])
      assert.ok(
        kept.some(point => point.x === x),
        String(x),
      );
    assert.deepEqual(
      [...kept].sort((a, b) => a.x - b.x),
      kept,
    );
    assert.equal(thin(points.slice(0, 300), 300).length, 300);
  });

  it('draw bars, lying or in groups', async () => {
    const bars = [
      { label: 'a', value: 3 },
      { label: 'b', value: 1 },
    ];
    const upright = await draw(barChart(bars, { title: 'Bars' }));
    assert.equal(upright.bundle['text/plain'], 'Bars\n  a: 3\n  b: 1');
    const lying = await draw(barChart(bars, { horizontal: true, height: 280 }));
    for (const { png } of [upright, lying]) {
      // The longer bar fills some 40% of the plot, the other a third of that.
      const part = countColour(png, palette[0]) / (960 * 560);
      assert.ok(part > 0.4 && part < 0.65, String(part));
    }
    const grouped = await draw(barChart(bars.flatMap(bar => ['s', 't'].map(series => ({ ...bar, series })))));
    assert.ok(countColour(grouped.png, palette[0]) > 50_000 && countColour(grouped.png, palette[1]) > 50_000);
  });

  it('set labels beside points where they cover nothing', async () => {
    const points = ['AlexNet', 'ZFNet', 'VGG-16'].map((label, index) => ({ x: 100 + index, y: 5, label }));
    const { bundle, spec } = await draw(scatterChart([...points, { x: 1e4, y: 9, label: 'far' }], { logX: true }));
    const places = spec.data.values.map(({ align, dx, dy }) => `${align} ${dx} ${dy}`);
    assert.equal(new Set(places.slice(0, 3)).size, 3);
    assert.match(bundle['text/plain'] as string, /AlexNet 100, 5/);
  });

  it('write nothing beside a point without a label', async () => {
    const { spec } = await draw(
      scatterChart([
        { x: 1, y: 2 },
        { x: 2, y: 3, label: 'two' },
      ]),
    );
    assert.deepEqual(
      spec.data.values.map(({ label }) => label),
      ['', 'two'],
    );
  });

  it('colour a matrix, its first row on top', async () => {
    const { png, spec } = await draw(heatmap([Float32Array.of(0, 1), [0.5, 0.25]], { rows: ['up', 'down'] }));
    assert.deepEqual(
      spec.data.values.map(({ row, column, text }) => [row, column, text]),
      [
        ['up', '0', '0'],
        ['up', '1', '1'],
        ['down', '0', '0.5'],
        ['down', '1', '0.25'],
      ],
    );
    const { pixels } = decodePng(png);
    const rowOf = (colour: number[]): number =>
      pixels.findIndex(row => row.filter(p => colour.every((v, c) => Math.abs(v - p[c]) < 4)).length > 40);
    // Viridis: yellow is 1, blue 0.25.
    const [yellow, blue] = [rowOf([253, 231, 37]), rowOf([59, 82, 139])];
    assert.ok(yellow >= 0 && blue > yellow, `${yellow}, ${blue}`);
    assert.throws(() => heatmap([[1], [1, 2]]), /rows of 1, 2 values/);
    assert.throws(() => heatmap([[1]], { columns: [] }), /columns names 0 of the matrix's 1 columns/);
  });
});

describe('plotly', () => {
  const y = Float32Array.of(1, 3, 2);
  const traces = {
    lines: { name: 'run', x: [1, 2, 3], y },
    bars: { type: 'bar', x: ['a', 'b', 'c'], y },
    surface: { type: 'surface', z: [y, y] },
    cloud: { type: 'scatter3d', mode: 'markers', x: y, y, z: y },
  };

  for (const [name, trace] of Object.entries(traces)) {
    it(`keeps the figure, and draws a still of ${name}`, async () => {
      const bundle = await plotly({ data: [trace], layout: { title: { text: 'Mine<br>too' } } }).bundle;
      const live = bundle['application/vnd.plotly.v1+json'] as { data: Record<string, unknown>[] };
      assert.deepEqual(
        live.data[0].z ?? live.data[0].y,
        name === 'surface'
          ? [
              [1, 3, 2],
              [1, 3, 2],
            ]
          : [1, 3, 2],
      );
      // Yellow is the highest on the scale of what has a depth.
      const colour = ['surface', 'cloud'].includes(name) ? '#fde725' : palette[0];
      assert.ok(countColour(runtime.rasterize!(bundle['image/svg+xml'] as string, 2).png, colour) > 20);
      // JupyterLab's plotly shows a PNG that it finds, and nothing live.
      assert.ok(!('image/png' in bundle));
      assert.match(bundle['text/plain'] as string, /^Mine too\n.*from 1 to 3/);
    });
  }

  it('has no still of other traces', async () => {
    const bundle = await plotly({ data: [{ type: 'pie', values: [1, 2] }] }).bundle;
    assert.deepEqual(Object.keys(bundle).sort(), ['application/vnd.plotly.v1+json', 'text/plain']);
  });
});
