export { type DryRun, dryRun } from './dry-run.ts'
export { extractAll } from './extract-all.ts'
export type {
  Budget,
  ExtractAllOptions,
  FailureEntry,
  FailureKind,
  Fingerprint,
  Journal,
  JournalEntry,
  Progress,
  RateLimits,
  RecordItem,
  RecordRun,
  Source,
  Stop,
  Summary,
  Totals,
  Wait,
} from './types.ts'
