import { escapeMarkup } from '../base/markup';
import { check, refuse, text as textCheck } from '../base/options';
import { runtime } from '../base/runtime';
import type { Picture } from './figures/figure';
import { kernelHost, type KernelHost } from './figures/host';
import { INK } from './figures/ink';
import { drawnPicture, fontFamily } from './figures/raster';
import { formatNumber, formatSeconds, rangeOf } from './figures/text';
import { thin } from './charts/thin';
import { palette } from './charts/vegaLite';

export interface ProgressOptions {
  title: string;
  /** Steps in all; Infinity where nobody knows. */
  total: number;
}

export interface ProgressUpdate {
  /** Steps done. */
  step: number;
  loss?: number;
  imagesPerSecond?: number;
}

/** Neither method throws or waits. */
export interface Progress {
  update(update: ProgressUpdate): void;
  /**
   * Draws the last state, with a still of the loss. Further calls do nothing.
   * @param stopped - what was reached before the last step, such as 'stopWhen': the bar is full then, and says it
   */
  end(stopped?: string): void;
}

/** Between two drawings. */
const MILLISECONDS = 200;
const POINTS = 300;
const WIDTH = 480;
const HEIGHT = 150;

/**
 * A bar with the live curve of the loss, in one output that is redrawn in place at most every 200 ms. In plain Node a
 * line on the terminal, and nothing where the output is not one.
 */
export function progressBar(options: ProgressOptions): Progress {
  check('progressBar', options, {
    title: textCheck,
    total: (what: string, value: number) => {
      if (!(typeof value === 'number' && value >= 0)) refuse(what, value, 'a number of steps, or Infinity');
    },
  });
  const { title, total } = options;
  textCheck('option title of progressBar', title);
  if (total === undefined) refuse('option total of progressBar', total, 'a number of steps, or Infinity');
  const id = crypto.randomUUID();
  const host = kernelHost();
  const start = performance.now();
  const state: State = { title, total, step: 0, losses: [], seconds: 0 };
  let drawnAt = -Infinity;
  let ended = false;

  const draw = (last: boolean): void => {
    const update = Number.isFinite(drawnAt);
    drawnAt = performance.now();
    state.seconds = (drawnAt - start) / 1000;
    // A run must not die of its image.
    try {
      if (host) drawInKernel(host, state, { id, update }, last);
      else runtime.printOver?.(statusOf(state, last), last);
    } catch {
      return;
    }
  };
  draw(false);
  return {
    update({ step, loss, imagesPerSecond }) {
      if (ended) return;
      state.step = step;
      state.imagesPerSecond = imagesPerSecond ?? state.imagesPerSecond;
      if (loss !== undefined) state.losses.push({ x: step, y: loss });
      if (performance.now() - drawnAt >= MILLISECONDS) draw(false);
    },
    end(stopped) {
      if (ended) return;
      ended = true;
      state.stopped = stopped;
      draw(true);
    },
  };
}

interface State {
  title: string;
  total: number;
  step: number;
  losses: { x: number; y: number }[];
  imagesPerSecond?: number;
  seconds: number;
  stopped?: string;
}

function drawInKernel(host: KernelHost, state: State, options: { id: string; update: boolean }, last: boolean): void {
  const text = statusOf(state, last);
  const bundle = { 'text/html': htmlOf(state, text), 'text/plain': text };
  const still = last ? stillOf(state, text) : undefined;
  host.display({ ...bundle, ...still?.bundle }, { ...options, metadata: still?.metadata });
}

function stillOf(state: State, text: string): Required<Picture> | undefined {
  // The words matter more than the image of them.
  try {
    return drawnPicture(chart(state, state.title), text);
  } catch {
    return undefined;
  }
}

/** One line of text: while it runs what is left, at the end what was done. */
function statusOf({ title, total, step, losses, imagesPerSecond, seconds, stopped }: State, last: boolean): string {
  const known = Number.isFinite(total);
  const [first, latest] = [losses[0], losses.at(-1)].map(point => point && formatNumber(point.y));
  const rate = imagesPerSecond === undefined ? [] : [`${formatNumber(Math.round(imagesPerSecond))} images/s`];
  const steps = `${formatNumber(step)}${known ? ` of ${formatNumber(total)}` : ''} steps`;
  if (last) {
    const losses = first === undefined ? [] : [`loss from ${first} to ${latest}`];
    const ends = stopped === undefined ? [] : [`ended by ${stopped}`];
    return `${title}: ${[`${steps} in ${formatSeconds(seconds)}`, ...ends, ...losses, ...rate].join(', ')}`;
  }
  const left = known && step ? [`${formatSeconds((seconds / step) * (total - step))} left`] : [];
  const percent = known ? [`${Math.floor(percentOf(step, total))}%`] : [];
  const loss = latest === undefined ? [] : [`loss ${latest}`];
  return `${title}: ${[...percent, steps, ...left, ...rate, ...loss].join(', ')}`;
}

const percentOf = (step: number, total: number): number => (total > 0 ? Math.min(100, (100 * step) / total) : 100);

function htmlOf(state: State, text: string): string {
  const percent = state.stopped === undefined ? percentOf(state.step, state.total) : 100;
  const bar = Number.isFinite(state.total)
    ? `<div style="width: ${WIDTH}px; max-width: 100%; height: 8px; margin: 4px 0; border-radius: 4px; overflow: hidden; background: #8884">` +
      `<div style="width: ${percent.toFixed(1)}%; height: 100%; background: ${palette[0]}"></div></div>`
    : '';
  const words = escapeMarkup(text.slice(state.title.length));
  return `<div><strong>${escapeMarkup(state.title)}</strong>${words}</div>${bar}${state.losses.length > 1 ? chart(state) : ''}`;
}

/** The loss of every step, pale, and its running mean, as an SVG in the colour of the text around it. */
function chart({ losses }: State, title?: string): string {
  const head = title === undefined ? 0 : 20;
  const plot = { left: 52, right: WIDTH - 8, top: head + 10, bottom: head + HEIGHT - 22 };
  const [low, high] = rangeOf(losses.map(({ y }) => y)) ?? [0, 1];
  const [first, last] = rangeOf(losses.map(({ x }) => x)) ?? [0, 1];
  const x = (value: number): number => plot.left + ((value - first) / (last - first || 1)) * (plot.right - plot.left);
  const y = (value: number): number => plot.bottom - ((value - low) / (high - low || 1)) * (plot.bottom - plot.top);
  const line = (points: { x: number; y: number }[], style: string): string => {
    const path = thin(points, POINTS)
      .filter(point => Number.isFinite(point.y))
      .map(point => `${x(point.x).toFixed(1)},${y(point.y).toFixed(1)}`);
    return `<polyline fill="none" stroke="${palette[0]}" ${style} points="${path.join(' ')}"/>`;
  };
  const label = (at: [number, number], anchor: string, text: string): string =>
    `<text x="${at[0]}" y="${at[1]}" text-anchor="${anchor}">${escapeMarkup(text)}</text>`;
  const noisy = losses.length > 40;
  // Two values that are close must not read as the same.
  const values = high === low ? [low] : [high, (high + low) / 2, low];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT + head}"`,
    ` viewBox="0 0 ${WIDTH} ${HEIGHT + head}" font-family="${fontFamily}, sans-serif" font-size="11" fill="${title === undefined ? 'currentColor' : INK}">`,
    title === undefined ? '' : `<text x="4" y="16" font-size="13" font-weight="bold">${escapeMarkup(title)}</text>`,
    ...values.map(value => {
      const height = y(value).toFixed(1);
      const grid = `<line x1="${plot.left}" x2="${plot.right}" y1="${height}" y2="${height}" stroke="#8884"/>`;
      return grid + label([plot.left - 6, y(value) + 4], 'end', formatNumber(Number(value.toPrecision(3))));
    }),
    label([plot.left, plot.bottom + 16], 'start', `step ${formatNumber(first)}`),
    label([(plot.left + plot.right) / 2, plot.bottom + 16], 'middle', 'loss'),
    label([plot.right, plot.bottom + 16], 'end', `step ${formatNumber(last)}`),
    line(losses, noisy ? 'stroke-opacity="0.35"' : 'stroke-width="1.8"'),
    noisy ? line(runningMean(losses, Math.ceil(losses.length / 80)), 'stroke-width="1.8"') : '',
    '</svg>',
  ].join('');
}

/** Each y as the mean of up to `size` on either side of it, and itself. */
function runningMean(points: { x: number; y: number }[], size: number): { x: number; y: number }[] {
  const finite = points.filter(({ y }) => Number.isFinite(y));
  const sums = [0];
  for (const { y } of finite) sums.push(sums[sums.length - 1] + y);
  return finite.map(({ x }, index) => {
    const start = Math.max(0, index - size);
    const end = Math.min(finite.length, index + size + 1);
    return { x, y: (sums[end] - sums[start]) / (end - start) };
  });
}
