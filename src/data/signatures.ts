import { InputError } from "../core/errors.ts";

/** First bytes by which files are known. */
const signatures = {
  gzip: [0x1f, 0x8b],
  parquet: ascii("PAR1"),
  npy: [0x93, ...ascii("NUMPY")],
  npz: [...ascii("PK"), 3, 4],
  utf8Mark: [0xef, 0xbb, 0xbf],
} as const;

/** Files people try that hold no table we read. */
const strangers: [name: string, bytes: readonly number[]][] = [
  ["a PNG image", [0x89, ...ascii("PNG")]],
  ["a JPEG image", [0xff, 0xd8, 0xff]],
  ["a GIF image", ascii("GIF8")],
  ["a PDF document", ascii("%PDF-")],
  ["a zip archive", signatures.npz],
  ["an old Excel workbook", [0xd0, 0xcf, 0x11, 0xe0]],
  ["an Arrow file", ascii("ARROW1")],
  ["a Feather file", ascii("FEA1")],
  ["an HDF5 file", [0x89, ...ascii("HDF")]],
  ["an SQLite database", ascii("SQLite format 3")],
  ["compressed with zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["compressed with bzip2", ascii("BZh")],
  ["compressed with xz", [0xfd, ...ascii("7zXZ")]],
  ["compressed twice", signatures.gzip],
];

const percent = 0x25;

const utf16Marks = [
  [0xff, 0xfe],
  [0xfe, 0xff],
];

export function startsWith(head: Uint8Array, kind: keyof typeof signatures): boolean {
  return begins(head, signatures[kind]);
}

/** Throws when the head of a file cannot be the head of a text in UTF-8. */
export function refuseBinary(head: Uint8Array, where: string): void {
  if (utf16Marks.some((mark) => begins(head, mark))) {
    throw new InputError({
      code: "not-utf8",
      where,
      problem: "text in UTF-16",
      expected: "UTF-8",
      hint: "convert it with: iconv -f utf-16 -t utf-8",
    });
  }
  const stranger = strangers.find(([, bytes]) => begins(head, bytes));
  // a header may well begin with "FEA1" or "BZh": letters alone prove nothing
  const isProof = stranger?.[1].some((byte) => byte > 0x7f || byte === percent);
  if (!isProof && !head.includes(0)) return;
  throw new InputError({
    code: "binary-file",
    where,
    problem: stranger ? `not a table: the file is ${stranger[0]}` : "not a table: the file is binary",
    expected: "CSV, TSV, JSON, JSONL, Parquet, .npy or .npz",
  });
}

function begins(head: Uint8Array, bytes: readonly number[]): boolean {
  return bytes.every((byte, i) => head[i] === byte);
}

function ascii(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}
