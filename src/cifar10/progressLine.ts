import { writeOver } from '../node/terminal';

/** What a progress line is written to: process.stdout, for one. */
export interface Output {
  isTTY?: boolean;
  write(text: string): unknown;
}

const MEGABYTE = 1e6;

/** Tells how far a download is: one line written over and over on a terminal, else a line for each tenth. */
export class ProgressLine {
  private lastShown = -Infinity;
  private lastTenth: number;

  /** @param done - bytes that are there already */
  constructor(
    private readonly title: string,
    private readonly output: Output,
    done = 0,
    private total?: number,
  ) {
    this.lastTenth = this.tenth(done);
  }

  /** @param total - bytes at the end, where the server tells */
  update(done: number, total?: number): void {
    this.total = total;
    if (this.output.isTTY) {
      if (Date.now() - this.lastShown < 100 && done !== total) return;
      this.lastShown = Date.now();
      writeOver(this.output, this.line(done), false);
    } else if (this.tenth(done) > this.lastTenth) {
      this.lastTenth = this.tenth(done);
      this.output.write(`${this.line(done)}\n`);
    }
  }

  end(): void {
    if (this.output.isTTY && this.lastShown > 0) this.output.write('\n');
  }

  private tenth(done: number): number {
    return this.total ? Math.floor((10 * done) / this.total) : 0;
  }

  private line(done: number): string {
    const megabytes = (bytes: number): string => (bytes / MEGABYTE).toFixed(1);
    if (!this.total) return `${this.title}: ${megabytes(done)} MB`;
    const percent = Math.floor((100 * done) / this.total);
    return `${this.title}: ${percent} %, ${megabytes(done)} of ${megabytes(this.total)} MB`;
  }
}
