/** How servers are spoken to. */
export const dialectNames = ["vllm", "sglang", "llama.cpp", "ollama", "openai-chat"] as const;

export type DialectName = (typeof dialectNames)[number];
