export { renderReport } from "./html.ts";
export { renderLearnReport } from "./learn/html.ts";
export { renderLearnTerminal } from "./learn/terminal.ts";
export { renderRelabelReport } from "./relabel/html.ts";
export type { RelabelReport } from "./relabel/report.ts";
export { renderRelabelTerminal } from "./relabel/terminal.ts";
export { renderTerminal, type TerminalOptions } from "./terminal.ts";
export { renderWatchReport } from "./watch/html.ts";
export { renderWatchTerminal } from "./watch/terminal.ts";
