// The tab that the page is in: what it keeps for itself, and whether it was loaded again.

/** What the tab keeps, for what another tab must not do too; null where it may keep nothing. */
export function tab(act: (storage: Storage) => string | null | undefined): string | null {
  try {
    return act(sessionStorage) ?? null;
  } catch {
    return null;
  }
}

/** Whether the page was loaded again where it was. */
export function again(): boolean {
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return entry?.type === "reload";
}
