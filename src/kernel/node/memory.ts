/** The compiler leaves some megabytes of garbage per cell, which V8 lets lie for long; many kernels share one laptop. */
import v8 from 'node:v8';
import vm from 'node:vm';

/** How far the heap may grow before it is cleaned, in bytes; a cleaning takes about 50 ms. */
const GROWTH = 32 * 2 ** 20;

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc') as () => void;
let floor = 0;

/** Called between cells. */
export function collectGarbage(): void {
  const used = (): number => v8.getHeapStatistics().used_heap_size;
  if (floor && used() < floor + GROWTH) return;
  if (floor) collect();
  floor = used();
}
