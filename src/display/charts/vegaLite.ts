import { check, isPlain, refuse, words } from '../../base/options';
import { Figure, type Picture } from '../figures/figure';
import { FAINT, INK } from '../figures/ink';
import { drawnPicture, fontFamily } from '../figures/raster';
import { formatNumber, rangeOf } from '../figures/text';

/** A Vega-Lite v5 specification: https://vega.github.io/vega-lite/docs/spec.html. */
export type VegaLiteSpec = Record<string, unknown>;

/** Okabe and Ito's colours, which colour-blind readers can tell apart; grey, for black, and yellow last. */
export const palette: readonly string[] = [
  '#0072B2',
  '#D55E00',
  '#009E73',
  '#CC79A7',
  '#E69F00',
  '#56B4E9',
  '#767676',
  '#F0E442',
];

const SCHEMA = 'https://vega.github.io/schema/vega-lite/v5.json';

/** In pixels: where no browser measures it, Vega takes a letter for 9 of them and would cut words that fit. */
const LABEL_LIMIT = 400;

const CONFIG = {
  // Said in full: JupyterLab's theme would colour all that is not said.
  background: 'transparent',
  font: `${fontFamily}, sans-serif`,
  axis: {
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    gridColor: FAINT,
    labelColor: INK,
    titleColor: INK,
    domainColor: INK,
    tickColor: INK,
    labelLimit: LABEL_LIMIT,
  },
  legend: {
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelLimit: LABEL_LIMIT,
    labelColor: INK,
    titleColor: INK,
  },
  title: { fontSize: 14, subtitleFontSize: 11, color: INK, subtitleColor: INK, anchor: 'start' },
  header: { labelColor: INK, titleColor: INK },
  style: { 'guide-label': { fill: INK }, 'guide-title': { fill: INK }, 'group-title': { fill: INK } },
  mark: { color: palette[0] },
  text: { color: INK },
  range: { category: palette },
  view: { continuousWidth: 480, continuousHeight: 280, stroke: FAINT },
};

/** What makes a specification one: of a single view, or of several. */
const KINDS = ['mark', 'layer', 'facet', 'hconcat', 'vconcat', 'concat', 'repeat'];

/**
 * A chart by a Vega-Lite specification with inline data: live in JupyterLab, a PNG elsewhere.
 *
 * @param options.text says in words what the chart shows
 * @throws an Error when the specification names a URL, for nothing is ever loaded
 */
export function vegaLite(spec: VegaLiteSpec, options: { text?: string } = {}): Figure {
  check('vegaLite', options, { text: words });
  if (!isPlain(spec) || !KINDS.some(kind => kind in spec)) {
    refuse('specification of vegaLite', spec, 'an object such as { data: { values }, mark, encoding }');
  }
  refuseUrls(spec);
  // The copy keeps the figure as it is when the data change, and has null for NaN, as JSON wants.
  const copy = JSON.parse(JSON.stringify(spec, plainArrays)) as VegaLiteSpec;
  const text = options.text ?? describe(copy);
  const whole = complete(copy, text);
  return new Figure(text, async (): Promise<Picture> => {
    // Vega writes marks of its own into the data, which are no business of the bundle.
    const { bundle, metadata } = drawnPicture(await drawSvg(structuredClone(whole)), text);
    return { bundle: { 'application/vnd.vegalite.v5+json': whole, ...bundle }, metadata };
  });
}

/** A chart as SVG alone. */
export function svgOf(spec: VegaLiteSpec, text: string): Promise<string> {
  return drawSvg(complete(spec, text));
}

function complete(spec: VegaLiteSpec, text: string): VegaLiteSpec {
  const config = merge(CONFIG, (spec.config ?? {}) as Record<string, unknown>);
  return { description: text, ...spec, $schema: SCHEMA, config };
}

/** Loaded when first needed: they take a while, and most programs that import the kit draw nothing. */
async function drawSvg(spec: VegaLiteSpec): Promise<string> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const refuse = async (uri: string): Promise<never> => {
    throw new Error(`The chart asks for ${uri}; expected data inside of it.`);
  };
  const loader = {
    load: refuse,
    http: refuse,
    file: refuse,
    sanitize: async (uri: string) => (uri.startsWith('data:') ? { href: uri } : refuse(uri)),
  };
  // What vega-lite and vega warn of belongs to no cell; errors still throw.
  const logger = vega.logger(vega.Error);
  // Its own type of a specification is a tree of unions that no object with computed keys fits.
  const compiled = compile(spec as unknown as Parameters<typeof compile>[0], { logger }).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', loader, logger });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

function refuseUrls(spec: unknown): void {
  if (typeof spec !== 'object' || spec === null) return;
  for (const [key, value] of Object.entries(spec)) {
    if (key === 'values' || key === 'datasets') continue;
    if (key === 'url' && typeof value === 'string' && !value.startsWith('data:image/')) {
      throw new Error(`The specification loads '${value}'; expected data inside of it, as data: { values: [...] }.`);
    }
    refuseUrls(value);
  }
}

/** Typed arrays as arrays, for JSON. */
export function plainArrays(key: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value;
}

function merge(base: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const isRecord = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const result = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = base[key];
    result[key] = isRecord(value) && isRecord(below) ? merge(below, value) : value;
  }
  return result;
}

/** The title, and the range of every field that is drawn. */
function describe(spec: VegaLiteSpec): string {
  const title = [(spec.title as { text?: unknown } | undefined)?.text ?? spec.title ?? 'Chart'].flat().join(' ');
  const values = (spec.data as { values?: unknown } | undefined)?.values;
  const rows = Array.isArray(values) ? (values as Record<string, unknown>[]) : [];
  const fields = new Set<string>();
  JSON.stringify({ ...spec, data: undefined, datasets: undefined }, (key, value: unknown) => {
    if (key === 'field' && typeof value === 'string') fields.add(value);
    return value;
  });
  const ranges = [...fields].flatMap(field => {
    const column = rows.map(row => row?.[field]);
    const range = rangeOf(column.filter((value): value is number => typeof value === 'number'));
    if (range) return [`  ${field}: from ${formatNumber(range[0])} to ${formatNumber(range[1])}`];
    const names = [...new Set(column.filter(value => typeof value === 'string'))];
    return names.length ? [`  ${field}: ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', ...' : ''}`] : [];
  });
  return [title, ...ranges].join('\n');
}
