import { add, compile, matmul, negative, sub, type Tensor, tensor, transpose } from "../../engine/index.ts";
import { invertPositiveDefinite } from "./positive-definite-inverse.ts";

/** Below this plain loops are as fast. */
const largestBlock = 384;

/**
 * The inverse of a symmetric positive definite n × n matrix, large ones in halves by the Schur complement, so that
 * nearly all of it is native matrix products: 4/3 n³ multiply-adds. Nothing when it is not positive definite.
 *
 *   S = D − Bᵀ A⁻¹ B,   [A B; Bᵀ D]⁻¹ = [A⁻¹ + T S⁻¹ Tᵀ, −T S⁻¹; −S⁻¹ Tᵀ, S⁻¹],   T = A⁻¹ B
 */
export async function inverseOf(a: Float64Array, n: number): Promise<Float64Array | undefined> {
  const levels = Math.max(0, Math.ceil(Math.log2(n / largestBlock)));
  // Ones on the diagonal fill up to a size that halves evenly, so that each level has one shape.
  const size = Math.ceil(n / 2 ** levels) * 2 ** levels;
  const padded = block(a, n, 0, 0, size);
  for (let i = n; i < size; i++) padded[i * size + i] = 1;
  const schur = compile((inverse: Tensor, b: Tensor, d: Tensor) => {
    const t = matmul(inverse, b);
    return { t, s: sub(d, matmul(transpose(b), t)) };
  });
  const join = compile((inverse: Tensor, t: Tensor, rest: Tensor) => {
    const product = matmul(t, rest);
    return { corner: add(inverse, matmul(product, transpose(t))), side: negative(product) };
  });

  const invert = async (m: Float64Array, rows: number): Promise<Float64Array | undefined> => {
    if (rows <= largestBlock) return invertPositiveDefinite(m, rows) ? m : undefined;
    const half = rows / 2;
    const part = (row: number, column: number) =>
      tensor(block(m, rows, row * half, column * half, half), { shape: [half, half] });
    const first = await invert(block(m, rows, 0, 0, half), half);
    if (!first) return undefined;
    const inverse = tensor(first, { shape: [half, half] });
    const { t, s } = await schur(inverse, part(0, 1), part(1, 1));
    const second = await invert(s.data as Float64Array, half);
    if (!second) return undefined;
    const { corner, side } = await join(inverse, t, tensor(second, { shape: [half, half] }));
    for (let i = 0; i < half; i++) {
      const [upper, lower] = [i * rows, (i + half) * rows];
      m.set(corner.data.subarray(i * half, (i + 1) * half), upper);
      m.set(side.data.subarray(i * half, (i + 1) * half), upper + half);
      m.set(second.subarray(i * half, (i + 1) * half), lower + half);
      for (let j = 0; j < half; j++) m[lower + j] = side.data[j * half + i];
    }
    return m;
  };

  try {
    const inverse = await invert(padded, size);
    return inverse && block(inverse, size, 0, 0, n);
  } finally {
    await Promise.all([schur.dispose(), join.dispose()]);
  }
}

/** A square part of a square matrix, `size` wide; zeros where it reaches beyond. */
function block(m: Float64Array, n: number, row: number, column: number, size: number): Float64Array {
  if (row === 0 && column === 0 && size === n) return m;
  const out = new Float64Array(size * size);
  const width = Math.min(size, n - column);
  for (let i = 0; i < Math.min(size, n - row); i++) {
    const from = (row + i) * n + column;
    out.set(m.subarray(from, from + width), i * size);
  }
  return out;
}
