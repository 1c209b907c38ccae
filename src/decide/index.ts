/** Choices made by an information criterion: rows, labels, couplings. */
export {};
