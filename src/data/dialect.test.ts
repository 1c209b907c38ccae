import { describe, expect, it } from "vitest";
import { detectDialect } from "./dialect.ts";

const detect = (text: string, isWhole = true) => detectDialect(text, isWhole, "test");

describe("detectDialect", () => {
  it("finds commas, tabs, semicolons and bars", () => {
    for (const mark of [",", "\t", ";", "|"]) {
      const text = [
        ["a", "b", "c"],
        ["1", "2", "x"],
        ["3", "4", "y"],
      ]
        .map((row) => row.join(mark))
        .join("\n");
      expect(detect(text)).toEqual({ delimiter: mark, skip: 0, hasHeader: true, names: ["a", "b", "c"] });
    }
  });

  it("is not misled by decimal commas between semicolons", () => {
    expect(detect("a;b;c\n1,5;2,5;3,5\n2,5;3,5;4,5\n").delimiter).toBe(";");
    expect(detect("1,5;2,5\n2,5;3,5\n").delimiter).toBe(";");
  });

  it("is not misled by semicolons, bars and line breaks inside quotes", () => {
    const text = 'name,"note\nlong",n\n"x; y","a | b\n c",1\n"he said ""so; it is""",d,2\n';
    expect(detect(text)).toMatchObject({ delimiter: ",", names: ["name", "note\nlong", "n"] });
  });

  it("does not take the header for a remark because quoted texts hold another delimiter", () => {
    expect(detect('x,u\n1,"b;b"\n2,"b;b"\n')).toMatchObject({ delimiter: ",", skip: 0, names: ["x", "u"] });
  });

  it("keeps the delimiter of a file with some rows of another length", () => {
    expect(detect("a,b,c\n1,2,3\n4,5\n6,7,8\n").delimiter).toBe(",");
    expect(detect("a,b\n1,2,3\n4,5,6\n").names).toEqual(["a", "b"]);
  });

  it("knows a table without header, and a header over numbers that holds years", () => {
    expect(detect("1,2,x\n3,4,y\n")).toMatchObject({
      hasHeader: false,
      names: [undefined, undefined, undefined],
    });
    expect(detect("year,1990\n5,6\n7,8\n")).toMatchObject({ hasHeader: true, names: ["year", "1990"] });
    expect(detect("color,shape\nred,square\nblue,circle\n").hasHeader).toBe(true);
  });

  it("passes over remarks before the header", () => {
    expect(detect("# made by hand\n#\na,b\n1,2\n3,4\n")).toMatchObject({ skip: 2, names: ["a", "b"] });
    expect(detect("Measurements of May\n\na,b\n1,2\n3,4\n")).toMatchObject({ skip: 2, names: ["a", "b"] });
    expect(detect("#id,b\n1,2\n3,4\n")).toMatchObject({ skip: 0, names: ["#id", "b"] });
  });

  it("reads one column as such", () => {
    expect(detect("x\n1\n2\n")).toEqual({ delimiter: ",", skip: 0, hasHeader: true, names: ["x"] });
    expect(detect("price\n1,50\n2,70\n")).toMatchObject({ delimiter: "|", names: ["price"] });
  });

  it("does not use a last record that is cut", () => {
    expect(detect("a,b\n1,2\n3", false)).toMatchObject({ delimiter: ",", names: ["a", "b"] });
  });

  it("understands line ends of every system", () => {
    expect(detect("a,b\r\n1,2\r\n")).toMatchObject({ names: ["a", "b"] });
    expect(detect("a,b\r1,2\r")).toMatchObject({ names: ["a", "b"] });
  });

  it("refuses text in which a quote never closes", () => {
    expect(() => detect('"a,b\n1,2\n')).toThrow(/no line of a table/);
  });
});
