export { renderReport } from "./html.ts";
export { renderLearnReport } from "./learn/html.ts";
export { renderLearnTerminal } from "./learn/terminal.ts";
export { renderTerminal, type TerminalOptions } from "./terminal.ts";
