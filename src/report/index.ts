export { renderReport } from "./html.ts";
export { renderTerminal, type TerminalOptions } from "./terminal.ts";
