import { describe, expect, it } from "vitest";
import { didYouMean, suggest } from "./suggest.ts";

describe("suggest", () => {
  const columns = ["Species", "Island", "Beak Length (mm)", "Body Mass (g)", "Sex"];

  it("finds the name a slip of the finger away", () => {
    expect(suggest("Speceis", columns)).toBe("Species");
    expect(suggest("Isand", columns)).toBe("Island");
    expect(suggest("ses", columns)).toBe("Sex");
  });

  it("does not mind capitals, blanks and underscores", () => {
    expect(suggest("body_mass_(g)", columns)).toBe("Body Mass (g)");
    expect(suggest("SPECIES", columns)).toBe("Species");
  });

  it("prefers the exact name", () => {
    expect(suggest("a b", ["A B", "a b"])).toBe("a b");
  });

  it("stays silent when nothing is close", () => {
    expect(suggest("temperature", columns)).toBeUndefined();
    expect(suggest("x", [])).toBeUndefined();
    expect(didYouMean("temperature", columns)).toBeUndefined();
  });

  it("writes the hint of an error message", () => {
    expect(didYouMean("specie", columns)).toBe('did you mean "Species"?');
  });
});
