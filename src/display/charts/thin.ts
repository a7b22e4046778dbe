/**
 * At most `limit` of the points, in their order: the first, the last, and the lowest and highest of every stretch
 * between, so that a line through them looks as a line through all. Points whose y is not finite go first.
 */
export function thin<P extends { y: number }>(points: readonly P[], limit: number): readonly P[] {
  if (points.length <= limit) return points;
  const finite = points.filter(({ y }) => Number.isFinite(y));
  if (finite.length <= limit) return finite;
  const inner = finite.length - 2;
  const stretches = Math.max(1, Math.floor((limit - 2) / 2));
  const kept = [finite[0]];
  for (let stretch = 0; stretch < stretches; stretch++) {
    const start = 1 + Math.floor((stretch * inner) / stretches);
    const end = 1 + Math.floor(((stretch + 1) * inner) / stretches);
    let low = start;
    let high = start;
    for (let index = start; index < end; index++) {
      if (finite[index].y < finite[low].y) low = index;
      if (finite[index].y > finite[high].y) high = index;
    }
    kept.push(finite[Math.min(low, high)]);
    if (low !== high) kept.push(finite[Math.max(low, high)]);
  }
  kept.push(finite[finite.length - 1]);
  return kept;
}
