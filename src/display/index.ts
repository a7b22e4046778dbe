/** Turns data into what Jupyter shows: the table of contents. */
export {
  type AxisOptions,
  type Bar,
  barChart,
  type ChartOptions,
  heatmap,
  type HeatmapOptions,
  lineChart,
  type Point,
  type Rule,
  scatterChart,
  type Series,
} from './charts';
export { comm } from './comm';
export { display, type Display, type DisplayHandle, input, represent } from './display';
export { Figure, jupyterDisplay, type Picture } from './figure';
export { type Comm, type CommHandler, type CommMessage, type KernelHost, kernelKey, type MimeBundle } from './host';
export { imageGrid, type ImageGridOptions } from './imageGrid';
export { labelSides, type Side } from './labelSides';
export { plotly, type PlotlyFigure } from './plotly';
export { encodePng, type Image } from './png';
export { progress, type Progress, type ProgressOptions, type ProgressUpdate } from './progress';
export { svgFigure } from './svgFigure';
export { table, type TableOptions } from './table';
export { escapeMarkup } from '../base/markup';
export { palette, vegaLite, type VegaLiteSpec } from './vegaLite';
