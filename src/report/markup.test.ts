import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeHtml, html, join, listMarkup, raw } from "./markup.ts";

describe("markup", () => {
  it("escapes every value that is not markup, in text and in attributes", () => {
    const name = `"><script>alert('x')</script>&amp;`;
    expect(html`<b title="${name}">${name}</b>`.text).toBe(
      `<b title="&#34;&#62;&#60;script&#62;alert(&#39;x&#39;)&#60;/script&#62;&#38;amp;">&#34;&#62;&#60;script&#62;alert(&#39;x&#39;)&#60;/script&#62;&#38;amp;</b>`,
    );
  });

  it("lets nothing through that could open a tag, a quote or an entity", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(escapeHtml(text).replace(/&#\d+;/g, "")).not.toMatch(/[<>"'&]/);
      }),
    );
  });

  it("keeps markup, joins lists and drops what is absent", () => {
    expect(html`${raw("<i>")}${false}${undefined}${null}${0}${["a", html`<b>b</b>`]}`.text).toBe(
      "<i>0a<b>b</b>",
    );
    expect(join(["<", html`<i></i>`], ", ").text).toBe("&#60;, <i></i>");
    expect(listMarkup(["a", "b", "c"]).text).toBe("a, b and c");
    expect(listMarkup(["a", "b", "c"], 1).text).toBe("a and 2 more");
  });
});
