/** A number of any size in about four digits: "−0.0123", "41.3", "12,345", "1.2e−9". */
export function shortNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "—";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e9 || size < 1e-4) {
    return value.toExponential(2).replaceAll("-", "−").replace("e+", "e");
  }
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4;
  const [whole, rest] = size.toFixed(digits).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return `${value < 0 ? "−" : ""}${rest === undefined ? grouped : `${grouped}.${rest}`}`;
}

/** A round number on an axis: "0.05", "20k", "3M". */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e9 || size < 1e-3)) {
    return value.toExponential(0).replaceAll("-", "−").replace("e+", "e");
  }
  const [scale, suffix] = size >= 1e6 ? [1e6, "M"] : size >= 1e4 ? [1e3, "k"] : [1, ""];
  return `${Number((value / scale).toPrecision(5))}${suffix}`.replace("-", "−");
}
