// Before lowering: nested programs are put in place, equations nobody needs are dropped, and each value is told in
// which order its consumers would like to find its axes.
import type { Atom, Equation, Equations, Variable } from "../program.ts";
import { isLiteral } from "../program.ts";

let fresh = -1;

function newVariable(old: Variable): Variable {
  return { id: fresh--, aval: old.aval };
}

/** The same program in one list; functions for which `keep` holds stay whole. */
export function inline(equations: Equations, keep: (equation: Equation) => boolean): Equations {
  const eqns: Equation[] = [];
  const add = (program: Equations, names: Map<Atom, Atom>): Atom[] => {
    const rename = (atom: Atom): Atom => (isLiteral(atom) ? atom : (names.get(atom) ?? atom));
    for (const equation of program.eqns) {
      const inputs = equation.inputs.map(rename);
      if (equation.primitive === "jit" && !keep(equation)) {
        const inner: Equations = equation.params.jaxpr;
        const outs = add(inner, new Map(inner.inBinders.map((variable, i) => [variable, inputs[i]])));
        equation.outBinders.forEach((variable, i) => {
          names.set(variable, outs[i]);
        });
        continue;
      }
      const outBinders = equation.outBinders.map(newVariable);
      equation.outBinders.forEach((variable, i) => {
        names.set(variable, outBinders[i]);
      });
      // A function with a native operator needs no constants of its definition.
      const own = equation.primitive === "jit" ? inputs.slice(equation.params.numConsts) : inputs;
      eqns.push({ primitive: equation.primitive, inputs: own, params: equation.params, outBinders });
    }
    return program.outs.map(rename);
  };
  const outs = add(equations, new Map());
  return { inBinders: equations.inBinders, eqns, outs };
}

/** Without the equations whose results nobody uses. */
export function live({ inBinders, eqns, outs }: Equations): Equations {
  const needed = new Set<Atom>(outs);
  const kept = [...eqns].reverse().filter((equation) => {
    if (!equation.outBinders.some((variable) => needed.has(variable))) return false;
    for (const atom of equation.inputs) needed.add(atom);
    return true;
  });
  return { inBinders, eqns: kept.reverse(), outs };
}

/** For each value an order of its axes in which storing it saves a later transposition. */
export function preferredOrders({ eqns, outs }: Equations): Map<Variable, readonly number[]> {
  const orders = new Map<Variable, readonly number[]>();
  const want = (atom: Atom, order: readonly number[] | undefined) => {
    if (!order || isLiteral(atom) || orders.has(atom)) return;
    orders.set(atom, order);
  };
  for (const atom of outs) want(atom, natural(atom));
  for (const equation of [...eqns].reverse()) {
    const order = orders.get(equation.outBinders[0]);
    if (order) for (const atom of equation.inputs) want(atom, wanted(equation, atom, order));
  }
  return orders;
}

function natural({ aval }: Atom): number[] {
  return aval.shape.map((_, i) => i);
}

function wanted({ primitive, params, outBinders }: Equation, atom: Atom, order: readonly number[]) {
  const { shape } = atom.aval;
  const out = outBinders[0].aval.shape;
  if (primitive === "transpose") return order.map((axis) => params.perm[axis]);
  if (primitive === "reshape") return throughReshape(shape, out, order);
  const isElementwise = shape.length === out.length && shape.join() === out.join();
  return isElementwise ? order : undefined;
}

/** Through a reshape that only adds or drops axes of length 1. */
function throughReshape(from: readonly number[], to: readonly number[], order: readonly number[]) {
  const olds = from.flatMap((length, i) => (length === 1 ? [] : [i]));
  const news = to.flatMap((length, i) => (length === 1 ? [] : [i]));
  if (olds.length !== news.length || olds.some((old, i) => from[old] !== to[news[i]])) return undefined;
  const kept = order.flatMap((axis) => {
    const at = news.indexOf(axis);
    return at === -1 ? [] : [olds[at]];
  });
  return [...kept, ...from.flatMap((length, i) => (length === 1 ? [i] : []))];
}
