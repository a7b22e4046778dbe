/** Turns data into what Jupyter shows: the table of contents. */
export type { AxisOptions, ChartOptions, Rule } from './charts/axes';
export { type Bar, barChart, lineChart, type Point, scatterChart, type Series } from './charts/charts';
export { heatmap, type HeatmapOptions } from './charts/heatmap';
export { comm } from './comm';
export { display, type Display, type DisplayHandle, input, recognize, represent } from './display';
export { Figure, jupyterDisplay, type Picture } from './figures/figure';
export {
  type Comm,
  type CommHandler,
  type CommMessage,
  type KernelHost,
  kernelKey,
  type MimeBundle,
} from './figures/host';
export { imageGrid, type ImageGridOptions } from './images/imageGrid';
export { INK } from './figures/ink';
export { labelSides, type Side } from './charts/labelSides';
export { plotly, type PlotlyFigure } from './charts/plotly';
export { encodePng, type Image } from './images/png';
export { progressBar, type Progress, type ProgressOptions, type ProgressUpdate } from './progress';
export { svgFigure } from './figures/svgFigure';
export { table, type TableOptions } from './table';
export { escapeMarkup } from '../base/markup';
export { palette, vegaLite, type VegaLiteSpec } from './charts/vegaLite';
