// Text to tokens and back. The vocabulary has three special tokens, the 256 bytes and learned pieces of words; any
// text can be written in it. The rule is that of SentencePiece files as llama.cpp reads them, so that an exported
// model cuts every text as ours does: characters first; then, while there is one, the neighbours whose joint text is
// the piece that was learned earliest are merged, the leftmost of equals; what is no piece is written as its bytes.

export const unknownToken = 0;
export const beginToken = 1;
export const endToken = 2;
export const firstByte = 3;
export const firstPiece = firstByte + 256;

export interface Tokenizer {
  /** Learned pieces of text, the earliest first; token `firstPiece + i` is `pieces[i]`. */
  readonly pieces: readonly string[];
  readonly size: number;
  /** Tokens of a text, without any begin-of-text token. A lone surrogate becomes U+FFFD. */
  encode(text: string): Int32Array;
  /** What each token adds to the text: bytes of one character add it with the last of them. */
  texts(ids: ArrayLike<number>): string[];
  /** The name of a token by itself: its text, or `<0xE2>` for a byte that is not a character. */
  nameOf(id: number): string;
}

/** Where pieces may not reach across: before every white space, and around all but a single leading space. */
export const chunkPattern = / ?[^\s]+|\s/gu;

export function tokenizer(pieces: readonly string[]): Tokenizer {
  const ranks = new Map(pieces.map((piece, rank) => [piece, rank]));
  const known = new Map<string, Int32Array>();
  const encodeChunk = (chunk: string): Int32Array => {
    let tokens = known.get(chunk);
    if (!tokens) {
      tokens = Int32Array.from(merge([...chunk], ranks).flatMap((symbol) => tokensOf(symbol, ranks)));
      if (known.size >= mostKnown) known.clear();
      known.set(chunk, tokens);
    }
    return tokens;
  };
  return {
    pieces,
    size: firstPiece + pieces.length,
    encode(text) {
      const parts = (text.match(chunkPattern) ?? []).map(encodeChunk);
      const out = new Int32Array(parts.reduce((n, part) => n + part.length, 0));
      let at = 0;
      for (const part of parts) {
        out.set(part, at);
        at += part.length;
      }
      return out;
    },
    texts(ids) {
      const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
      const out = Array.from(ids, (id) => {
        if (id < firstByte) return decoder.decode();
        if (id >= firstPiece) return decoder.decode() + pieces[id - firstPiece];
        return decoder.decode(Uint8Array.of(id - firstByte), { stream: true });
      });
      const rest = decoder.decode();
      if (rest !== "" && out.length > 0) out[out.length - 1] += rest;
      return out;
    },
    nameOf(id) {
      if (id >= firstPiece) return pieces[id - firstPiece];
      if (id >= firstByte) return byteName(id - firstByte);
      return ["<unk>", "<s>", "</s>"][id];
    },
  };
}

const mostKnown = 100_000;

function byteName(byte: number): string {
  if (byte < 0x80) return String.fromCharCode(byte);
  return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
}

/** Merges symbols in place until no two neighbours form a piece. Chunks are words, so that a scan is fast enough. */
function merge(symbols: string[], ranks: ReadonlyMap<string, number>): string[] {
  for (;;) {
    let best = Number.POSITIVE_INFINITY;
    let at = -1;
    for (let i = 0; i + 1 < symbols.length; i++) {
      const rank = ranks.get(symbols[i] + symbols[i + 1]);
      if (rank !== undefined && rank < best) {
        best = rank;
        at = i;
      }
    }
    if (at < 0) return symbols;
    symbols.splice(at, 2, symbols[at] + symbols[at + 1]);
  }
}

function tokensOf(symbol: string, ranks: ReadonlyMap<string, number>): number[] {
  const rank = ranks.get(symbol);
  if (rank !== undefined) return [firstPiece + rank];
  return Array.from(Buffer.from(symbol, "utf8"), (byte) => firstByte + byte);
}
