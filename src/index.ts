export { createBudget } from './budget.ts'
export { memoryCache } from './cache.ts'
export { type Members, manyOf, type NamedInput, type NamedOutput, oneOf } from './choice.ts'
export {
  APIError,
  BudgetError,
  CassetteError,
  ConfigError,
  ExtractError,
  JournalError,
  OutputError,
  SchemaError,
  StreamError,
  TimeoutError,
  ToolError,
} from './errors.ts'
export { type ExplainedRewrite, type Explanation, explain } from './explain.ts'
export { extract } from './extract.ts'
export { type Declaration, defineExtractor, type Extractor, withDefaults } from './extractor.ts'
export { type JsonSchemaOptions, jsonSchema, type Validated } from './json-schema.ts'
export type { At, ElementPath, Item, ValuePath } from './paths.ts'
export {
  type Budget,
  type DryRun,
  dryRun,
  type ExtractAllOptions,
  extractAll,
  type FailureEntry,
  type FailureKind,
  type Fingerprint,
  type Journal,
  type JournalEntry,
  type Progress,
  type RateLimits,
  type RecordItem,
  type RecordRun,
  type Source,
  type Stop,
  type Summary,
  type Totals,
  type Wait,
} from './pipeline/index.ts'
export type {
  BudgetLimits,
  CacheStore,
  Call,
  DeepPartial,
  Event,
  Example,
  Extraction,
  Failure,
  Finding,
  FunctionCall,
  Input,
  Issue,
  JsonSchema,
  Limits,
  Message,
  Model,
  Options,
  Output,
  Part,
  Price,
  Prompt,
  Result,
  Schema,
  SharedBudget,
  Spent,
  StandardJsonSchema,
  Timeouts,
  Tool,
  ToolContext,
  ToolSchemas,
  Usage,
  UsedMode,
} from './types.ts'
export { createProvider, type ProviderFunction, type ProviderOptions } from './wire/provider.ts'
export { providers } from './wire/providers.ts'
