/**
 * A thin face over DuckDB's C interface: one in-memory database that may read the given files and nothing else, and
 * results as typed arrays, chunk by chunk. The bindings are loaded on first use (about 20 ms).
 */

import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type duckdb from "@duckdb/node-bindings";
import { StoppedError } from "../core/errors.ts";

/** At most 2,048 rows of a result. Valid until the next chunk is asked for. */
interface Chunk {
  readonly rows: number;
  /** Bit i says whether row i has a value; null when all have. */
  validity(column: number): Uint8Array | null;
  /** A DOUBLE column; where there is no value the number means nothing. */
  floats(column: number): Float64Array;
  strings(column: number): StringVector;
}

/**
 * A VARCHAR column as DuckDB lays it out, four words for each value: the length in bytes, then up to twelve bytes of
 * text and zeros, or four bytes and a pointer to all of them.
 */
export interface StringVector {
  readonly words: Int32Array;
  text(row: number): string;
}

/** A column of a query that was not run. */
export interface DescribedColumn {
  name: string;
  kind: "number" | "text" | "date" | "seconds" | "struct" | "nested";
  /** A JSON value whose type differs from row to row. */
  isJson: boolean;
  /** Of a struct. */
  fields: DescribedColumn[];
}

export interface Database {
  /** Runs statements for their effect. */
  run(sql: string): Promise<void>;
  /** Streams the rows of a selection whose columns are all DOUBLE or VARCHAR. */
  chunks(columns: readonly string[], from: string): AsyncGenerator<Chunk>;
  /** A small result whose columns are all VARCHAR. */
  texts(columns: readonly string[], from: string): Promise<string[][]>;
  describe(sql: string): Promise<DescribedColumn[]>;
  /** Makes a table of one INTEGER column. */
  createTable(name: string, column: string, values: Int32Array): Promise<void>;
  close(): void;
}

const longestInline = 12;

/**
 * Opens an empty database in memory.
 *
 * @param files the only files the database may open; any when not given
 * @param where name for the error when the signal fires
 */
export async function openDatabase(
  files: readonly string[] | undefined,
  where: string,
  signal?: AbortSignal,
): Promise<Database> {
  const { default: api } = await import("@duckdb/node-bindings");
  const config = api.create_config();
  for (const option of [
    "autoinstall_known_extensions",
    "autoload_known_extensions",
    "allow_community_extensions",
  ]) {
    api.set_config(config, option, "false");
  }
  const database = await api.open(":memory:", config);
  const connection = await api.connect(database);
  const stop = () => api.interrupt(connection);
  signal?.addEventListener("abort", stop);

  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    if (signal?.aborted) throw new StoppedError(where);
    try {
      return await work();
    } catch (error) {
      throw signal?.aborted ? new StoppedError(where) : error;
    }
  };

  async function* chunks(columns: readonly string[], from: string): AsyncGenerator<Chunk> {
    const selection = `SELECT ${columns} FROM ${from}`;
    const nulls = columns.map(() => "NULL");
    const statement = await guarded(() =>
      api.prepare(connection, `SELECT ${columns}, false FROM ${from} UNION ALL SELECT ${nulls}, true`),
    );
    const result = await guarded(() => api.execute_prepared_streaming(statement));
    // a stream that fails on the way just ends: only the row put after the last tells that it is complete
    for (let isComplete = false; !isComplete; ) {
      const chunk = await guarded(() => api.fetch_chunk(result));
      const rows = chunk ? api.data_chunk_get_size(chunk) : 0;
      if (!chunk || rows === 0) {
        await guarded(() => api.query(connection, selection));
        throw new Error(`a result ended early: ${selection}`);
      }
      isComplete =
        api.vector_get_data(api.data_chunk_get_vector(chunk, columns.length), rows)[rows - 1] === 1;
      yield asChunk(api, chunk, isComplete ? rows - 1 : rows);
    }
  }

  const self: Database = {
    async run(sql) {
      await guarded(() => api.query(connection, sql));
    },
    chunks,
    async texts(columns, from) {
      const rows: string[][] = [];
      for await (const chunk of chunks(columns, from)) {
        const vectors = columns.map((_, j) => chunk.strings(j));
        for (let i = 0; i < chunk.rows; i++) rows.push(vectors.map((vector) => vector.text(i)));
      }
      return rows;
    },
    async describe(sql) {
      const statement = await guarded(() => api.prepare(connection, sql));
      return Array.from({ length: api.prepared_statement_column_count(statement) }, (_, j) =>
        described(
          api,
          api.prepared_statement_column_name(statement, j),
          api.prepared_statement_column_logical_type(statement, j),
        ),
      );
    },
    async createTable(name, column, values) {
      await self.run(`CREATE TABLE ${name} (${column} INTEGER)`);
      const appender = api.appender_create(connection, null, name);
      const chunk = api.create_data_chunk([api.appender_column_type(appender, 0)]);
      const most = api.vector_size();
      for (let at = 0; at < values.length; at += most) {
        const part = values.slice(at, at + most);
        api.data_chunk_reset(chunk);
        api.copy_data_to_vector(api.data_chunk_get_vector(chunk, 0), 0, part.buffer, 0, part.byteLength);
        api.data_chunk_set_size(chunk, part.length);
        api.append_data_chunk(appender, chunk);
      }
      api.appender_close_sync(appender);
    },
    close() {
      signal?.removeEventListener("abort", stop);
      api.disconnect_sync(connection);
      api.close_sync(database);
    },
  };
  if (files === undefined) return self;
  const spill = join(tmpdir(), `surprisal-spill-${randomBytes(6).toString("hex")}`);
  await self.run(
    `SET allowed_paths = [${files.map(literal)}]; SET temp_directory = ${literal(spill)};` +
      "SET enable_external_access = false; SET lock_configuration = true",
  );
  return self;
}

/** Text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

type Api = typeof duckdb;

function asChunk(api: Api, chunk: duckdb.DataChunk, rows: number): Chunk {
  const vector = (column: number) => api.data_chunk_get_vector(chunk, column);
  return {
    rows,
    validity: (column) => api.vector_get_validity(vector(column), Math.ceil(rows / 64) * 8),
    floats(column) {
      const { buffer, byteOffset } = api.vector_get_data(vector(column), rows * 8);
      return new Float64Array(buffer, byteOffset, rows);
    },
    strings(column) {
      const bytes = api.vector_get_data(vector(column), rows * 16);
      const words = new Int32Array(bytes.buffer, bytes.byteOffset, rows * 4);
      return {
        words,
        text(row) {
          const length = words[4 * row];
          if (length <= longestInline)
            return utf8.decode(bytes.subarray(16 * row + 4, 16 * row + 4 + length));
          const pointer = bytes.byteOffset + 16 * row + 8;
          return utf8.decode(api.get_data_from_pointer(bytes.buffer as ArrayBuffer, pointer, length));
        },
      };
    },
  };
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

function described(api: Api, name: string, type: duckdb.LogicalType): DescribedColumn {
  const kind = kinds.get(api.get_type_id(type)) ?? "nested";
  const children = kind === "struct" ? api.struct_type_child_count(type) : 0;
  return {
    name,
    kind,
    isJson: api.logical_type_get_alias(type) === "JSON",
    fields: Array.from({ length: children }, (_, j) =>
      described(api, api.struct_type_child_name(type, j), api.struct_type_child_type(type, j)),
    ),
  };
}

/** Kinds by the numbers of `duckdb_type` in duckdb.h; lists, maps, unions, blobs and the like are "nested". */
const kinds = new Map<number, DescribedColumn["kind"]>([
  ...numbered("text", 1, 17, 23, 27, 36), // BOOLEAN, VARCHAR, ENUM, UUID, SQLNULL
  ...numbered("number", 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16, 19, 32, 35), // integers, FLOAT, DOUBLE, DECIMAL
  ...numbered("date", 12, 13, 20, 21, 22, 31), // TIMESTAMP in all resolutions, DATE, TIMESTAMP_TZ
  ...numbered("seconds", 14, 15, 30, 39), // TIME, INTERVAL, TIME_TZ, TIME_NS
  ...numbered("struct", 25),
]);

function numbered(kind: DescribedColumn["kind"], ...ids: number[]): [number, DescribedColumn["kind"]][] {
  return ids.map((id) => [id, kind]);
}
