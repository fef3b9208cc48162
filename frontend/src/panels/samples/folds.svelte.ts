/** Which parts about a parameter are open: the same wherever one looks at one. */
export const folds = $state({ number: true, samples: false });
