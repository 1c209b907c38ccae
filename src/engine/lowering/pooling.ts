// Windows over the last axes as axes of their own, and the sum that takes such windows back. Reducing them is left
// to the reduction that follows; max pooling and mean pooling come as functions of their own (named.ts).
import type { Context, Rule } from "./context.ts";
import { dilate } from "./convolution.ts";
import { padView } from "./padding.ts";
import { concatenateViews, reshapeView, sliceView } from "./shape.ts";
import type { View } from "./view.ts";

const sizeOf = (lengths: readonly number[]) => lengths.reduce((a, b) => a * b, 1);

interface Windows {
  readonly window: number[];
  readonly strides: number[];
}

/** Positions within the window, the last axis fastest. */
function offsets(window: readonly number[]): number[][] {
  return Array.from({ length: sizeOf(window) }, (_, tap) => {
    let rest = tap;
    const offset: number[] = [];
    for (let i = window.length - 1; i >= 0; i--) {
      offset.unshift(rest % window[i]);
      rest = Math.floor(rest / window[i]);
    }
    return offset;
  });
}

const pool: Rule = (context, [x], { params, outBinders }) => {
  const { window, strides } = params as Windows;
  const { shape } = outBinders[0].aval;
  const lead = x.shape.length - window.length;
  const outs = shape.slice(lead, lead + window.length);
  if (window.every((length, i) => length === strides[i])) return [tiles(context, x, window, lead, outs)];
  const parts = offsets(window).map((offset) => {
    const ranges = offset.map((start, i) => ({
      axis: lead + i,
      start,
      end: start + (outs[i] - 1) * strides[i] + 1,
      step: strides[i],
    }));
    const part = sliceView(context, x, ranges);
    return { ...part, shape: [...part.shape, 1], axes: [...part.axes, null] };
  });
  const stacked = concatenateViews(context, parts, shape.length - window.length, [
    ...shape.slice(0, lead + window.length),
    sizeOf(window),
  ]);
  return [reshapeView(context.graph, stacked, shape)];
};

/** Windows that do not overlap are a reshape. */
function tiles(
  context: Context,
  x: View,
  window: readonly number[],
  lead: number,
  outs: readonly number[],
): View {
  const whole = sliceView(
    context,
    x,
    window.map((length, i) => ({ axis: lead + i, start: 0, end: outs[i] * length })),
  );
  const split = reshapeView(context.graph, whole, [
    ...x.shape.slice(0, lead),
    ...window.flatMap((length, i) => [outs[i], length]),
  ]);
  const order = [
    ...x.shape.slice(0, lead).map((_, i) => i),
    ...window.map((_, i) => lead + 2 * i),
    ...window.map((_, i) => lead + 2 * i + 1),
  ];
  return { ...split, shape: order.map((i) => split.shape[i]), axes: order.map((i) => split.axes[i]) };
}

const poolTranspose: Rule = (context, [x], { params }) => {
  const { inShape, window, strides } = params as Windows & { inShape: number[] };
  const lead = inShape.length - window.length;
  const outs = x.shape.slice(lead, lead + window.length);
  if (window.every((length, i) => length === strides[i])) {
    const order = [
      ...inShape.slice(0, lead).map((_, i) => i),
      ...window.flatMap((_, i) => [lead + i, lead + window.length + i]),
    ];
    const mixed = { ...x, shape: order.map((i) => x.shape[i]), axes: order.map((i) => x.axes[i]) };
    const joined = reshapeView(context.graph, mixed, [
      ...inShape.slice(0, lead),
      ...window.map((length, i) => length * outs[i]),
    ]);
    return [
      padView(
        context,
        joined,
        joined.shape.map((length, i): [number, number] => [0, inShape[i] - length]),
      ),
    ];
  }
  let sum: View | undefined;
  for (const offset of offsets(window)) {
    let part = sliceView(
      context,
      x,
      offset.map((start, i) => ({ axis: lead + window.length + i, start, end: start + 1 })),
    );
    const kept = part.shape.length - window.length;
    part = { ...part, shape: part.shape.slice(0, kept), axes: part.axes.slice(0, kept) };
    offset.forEach((_, i) => {
      part = dilate(context, part, lead + i, strides[i]);
    });
    const placed = padView(
      context,
      part,
      inShape.map((length, i): [number, number] =>
        i < lead ? [0, 0] : [offset[i - lead], length - part.shape[i] - offset[i - lead]],
      ),
    );
    sum = sum ? context.elementwise("Add", [sum, placed], x.type, inShape) : placed;
  }
  return [sum!];
};

export const poolingRules: Record<string, Rule> = { pool, pool_transpose: poolTranspose };
