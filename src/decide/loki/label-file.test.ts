import { describe, expect, it } from "vitest";
import { labelSpaceFromJson } from "./loki.ts";

const read = (value: unknown) => labelSpaceFromJson(value, "labels.json");
const refused = (value: unknown, message: RegExp) => expect(() => read(value)).toThrow(message);
const table = (value: unknown) => {
  const { space } = read(value);
  return space.names.map((name, i) => [name, ...space.distancesFrom(i)]);
};

describe("labels as JSON", () => {
  it("are edges with and without lengths, whose other nodes only connect", () => {
    expect(
      table({
        edges: [
          ["a", "b"],
          ["b", "c", 2.5],
        ],
      }),
    ).toEqual([
      ["a", 0, 1, 3.5],
      ["b", 1, 0, 2.5],
      ["c", 3.5, 2.5, 0],
    ]);
    expect(
      table({
        labels: ["c", "a"],
        edges: [
          ["a", "b"],
          ["b", "c", 2.5],
        ],
      }),
    ).toEqual([
      ["c", 0, 3.5],
      ["a", 3.5, 0],
    ]);
    expect(
      read({
        edges: [
          [10, 9],
          [9, 2],
        ],
      }).space.names,
    ).toEqual(["2", "9", "10"]);
  });

  it("are parents by name or by position", () => {
    const named = table({ parents: { owl: "bird", bird: "animal", animal: null }, lengths: { owl: 2 } });
    expect(named).toEqual([
      ["owl", 0, 2, 3],
      ["bird", 2, 0, 1],
      ["animal", 3, 1, 0],
    ]);
    const listed = table({ labels: ["owl", "bird", "animal"], parents: [1, 2, null], lengths: { owl: 2 } });
    expect(listed).toEqual(named);
    expect(read({ parents: [-1, 0, 0] }).space.kind).toBe("tree");
  });

  it("are a Newick tree with lengths, quotes and comments", () => {
    const newick = "( (a:1, 'b''s':1)x:3[90], (c:1,d:2):0.5 )root;";
    const { space } = read({ newick });
    expect(space.names).toEqual(["root", "x", "a", "b's", "c", "d"]);
    expect([...space.distancesFrom(2)]).toEqual([4, 1, 0, 2, 5.5, 6.5]);
    expect(table({ newick, labels: ["a", "d"] })).toEqual([
      ["a", 0, 6.5],
      ["d", 6.5, 0],
    ]);
    expect(read({ newick: "((a,b)x,c)r;" }).space.graph?.isTree).toBe(true);
  });

  it("are a matrix, points by name or in order, or just in an order", () => {
    expect(
      table({
        labels: ["a", "b"],
        matrix: [
          [0, 3],
          [3, 0],
        ],
      }),
    ).toEqual([
      ["a", 0, 3],
      ["b", 3, 0],
    ]);
    const points = table({ coordinates: { a: [0, 0], b: [3, 4] } });
    expect(points).toEqual(
      table({
        labels: ["a", "b"],
        coordinates: [
          [0, 0],
          [3, 4],
        ],
      }),
    );
    expect(points[0][2]).toBe(5);
    expect(table({ coordinates: { a: [1, 0], b: [0, 9] }, metric: "cosine" })[0][2]).toBeCloseTo(
      Math.SQRT2,
      12,
    );
    expect(table({ order: ["low", "middle", "high"] })[0]).toEqual(["low", 0, 1, 2]);
    expect(read({ labels: ["low", "high"], order: true }).space.kind).toBe("order");
  });

  it("say which labels the columns are", () => {
    expect(read({ order: ["low", "middle", "high"], observed: ["high", "low"] }).observed).toEqual([2, 0]);
    expect(
      read({
        edges: [
          [0, 1],
          [1, 2],
        ],
        observed: [2, 0],
      }).observed,
    ).toEqual([2, 0]);
    expect(read({ order: ["a"] }).observed).toBeUndefined();
  });

  it("are refused in one line that begins with the file", () => {
    refused([], /^labels.json: the file is not an object/);
    refused({}, /^labels.json: no distances; expected exactly one of edges, parents/);
    refused({ order: ["a"], matrix: [[0]] }, /several ways.*got "matrix, order"/);
    refused({ order: ["a"], observd: ["a"] }, /unknown entry.*did you mean "observed"/);
    refused({ order: ["low", "low"] }, /same name.*got "low"/);
    refused({ labels: ["a", "a"], order: true }, /labels names a label twice.*got "a"/);
    refused(
      { order: ["low", "high"], observed: ["hihg"] },
      /does not exist.*got "hihg".*did you mean "high"/,
    );
    refused({ order: ["low", "high"], observed: ["low", "low"] }, /observed names a label twice/);
    refused({ order: true }, /order: true needs labels/);
    refused(
      {
        edges: [
          ["a", "b"],
          ["c", "d"],
        ],
      },
      /^labels.json: no path from "a" to "c"/,
    );
    refused({ edges: [["a", "b", -2]] }, /^labels.json: the edge between "a" and "b" has no positive length/);
    refused({ edges: [["a", "a"]] }, /an edge from "a" to itself/);
    refused({ edges: [["a"]] }, /edges\[0\] is not a name.*got "nothing"/);
    refused({ edges: [["a", "b", 1, 2]] }, /edges\[0\] is not an edge/);
    refused({ edges: "a-b" }, /edges is not a list/);
    refused({ parents: { a: "b", b: "a", c: null } }, /no path/);
    refused({ parents: { a: null, b: null } }, /2 nodes have no parent.*got \["a","b"\]/);
    refused({ parents: { a: null, b: {} } }, /parents of "b" is not a name/);
    refused({ labels: ["a"], parents: [null, 0] }, /one entry for each label; expected 1, got 2/);
    refused({ parents: { a: null, b: "a" }, lengths: { c: 1 } }, /lengths does not fit.*got "c"/);
    refused(
      {
        labels: ["a", "b"],
        matrix: [
          [0, 1],
          [2, 0],
        ],
      },
      /^labels.json: the distances between "a" and "b"/,
    );
    refused({ matrix: [[0, 1], [1]] }, /^labels.json: matrix: row 1 has another length/);
    refused(
      {
        matrix: [
          [0, "1"],
          [1, 0],
        ],
      },
      /row 0 is not a number/,
    );
    refused({ labels: ["a", "b"], coordinates: { a: [1] } }, /a label has no coordinates.*got "b"/);
    refused({ coordinates: { a: [1] }, metric: "cosin" }, /unknown metric.*got "cosin"/);
    refused({ newick: "((a,b);" }, /a bracket is not closed at character 6/);
    refused({ newick: "(a,b))c;" }, /a bracket is missing at character 5/);
    refused({ newick: "(a,b)c;(d)" }, /more after the end/);
    refused({ newick: "(a:x,b);" }, /a length that is no number/);
    refused({ newick: "(a b,c);" }, /two names in a row/);
    refused({ newick: "(a,b)(c,d);" }, /a comma is missing/);
    refused({ newick: "(a,a);" }, /newick names a label twice/);
    refused({ newick: "(,);" }, /names no node/);
    refused({ newick: "(a,b);", labels: ["z"] }, /a node that the tree does not have.*got "z"/);
    refused({ newick: 3 }, /newick is not a text/);
  });
});
