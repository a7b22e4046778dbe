/** Eigenvalues, largest first, and unit eigenvectors of a symmetric matrix, by Jacobi's rotations. */
export function symmetricEigen(matrix: number[][]): { eigenvalues: number[]; eigenvectors: number[][] } {
  const n = matrix.length;
  const a = matrix.map(row => [...row]);
  const vectors = matrix.map((_, i) => matrix.map((_, j) => Number(i === j)));
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (a[p][q] === 0) continue;
        const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const cos = 1 / Math.sqrt(t * t + 1);
        const sin = t * cos;
        for (let k = 0; k < n; k++) {
          [a[k][p], a[k][q]] = [cos * a[k][p] - sin * a[k][q], sin * a[k][p] + cos * a[k][q]];
        }
        for (let k = 0; k < n; k++) {
          [a[p][k], a[q][k]] = [cos * a[p][k] - sin * a[q][k], sin * a[p][k] + cos * a[q][k]];
          [vectors[p][k], vectors[q][k]] = [
            cos * vectors[p][k] - sin * vectors[q][k],
            sin * vectors[p][k] + cos * vectors[q][k],
          ];
        }
      }
    }
  }
  const order = [...a.keys()].sort((i, j) => a[j][j] - a[i][i]);
  const upright = (vector: number[]): number[] => {
    const largest = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best));
    return vector.map(value => (largest < 0 ? -value : value));
  };
  return { eigenvalues: order.map(i => a[i][i]), eigenvectors: order.map(i => upright(vectors[i])) };
}
