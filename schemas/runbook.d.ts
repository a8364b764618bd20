// Generated from https://faultmaven.github.io/faultmaven_kb/schemas/v1/runbook.schema.json, do not edit.

/**
 * A common cause. `weight` is the share of cases (0 to 1) the author gives it: evidence, not a verdict.
 *
 * It is the middle of a range, and None for a weight in words; `weight_text` is what the author wrote.
 * `chain` leads from the root to the problem, `indicators` say what shows each link; few documents have them.
 */
export interface Cause {
  /** Plain text, without emphasis. */
  readonly name: string;
  readonly weight: number | null;
  /** The weight as written: 40%, ~40 %, 20-30%, most common. */
  readonly weight_text: string;
  readonly description: string;
  readonly number: number | null;
  readonly chain: readonly ChainLink[];
  readonly indicators: readonly Indicator[];
  readonly span: Span;
}

/** One state on the way from a cause to the problem; `node` is what the author calls it (root, s1, D). */
export interface ChainLink {
  readonly node: string;
  readonly text: string;
  readonly span: Span;
}

/** A fenced block that a reader runs or copies; `language` is lower case, empty where none is named. */
export interface Command {
  readonly language: string;
  readonly code: string;
  readonly span: Span;
}

/** How long something takes: the whole range, its parts, and the words; no numbers where the text has none. */
export interface Duration {
  readonly text: string;
  readonly minimum: string | null;
  readonly maximum: string | null;
  readonly ranges: readonly DurationRange[];
}

/** One stretch of time with the words that say what for (`quick fix`). */
export interface DurationRange {
  readonly label: string;
  readonly minimum: string | null;
  readonly maximum: string | null;
}

/** What shows that a link of a cause's chain is true; `source` is where to look: step 2, symptom, default. */
export interface Indicator {
  readonly node: string;
  readonly source: string;
  readonly text: string;
  readonly span: Span;
}

/** One item of a solution's implementation steps. */
export interface Instruction {
  readonly number: number | null;
  readonly text: string;
  readonly commands: readonly Command[];
  readonly span: Span;
}

/** Any JSON value. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A link to another runbook (`id` is set) or to a page; `title` is the link's text. */
export interface Link {
  readonly title: string;
  readonly url: string;
  readonly id: string | null;
  readonly span: Span;
}

/** One preventive measure. */
export interface Measure {
  readonly name: string;
  readonly text: string;
  readonly commands: readonly Command[];
  readonly span: Span;
}

/** What a document says about itself; None where it says nothing, or nothing valid. */
export interface Metadata {
  /** The front matter's id. */
  readonly id: string | null;
  /** The front matter's title. */
  readonly title: string | null;
  /** Technology, one lower-case word. */
  readonly technology: string | null;
  /** How bad the incident is while it lasts. */
  readonly severity: "critical" | "high" | "medium" | "low" | null;
  /** Keywords. */
  readonly tags: readonly string[];
  /** How much experience the solutions ask for. */
  readonly difficulty: "beginner" | "intermediate" | "advanced" | null;
  /** Semantic version of the runbook's text. */
  readonly version: string | null;
  /** Day of the last change. */
  readonly last_updated: string | null;
  /** Who or what verified it. */
  readonly verified_by: string | null;
  /** draft, verified, verified in part or deprecated. */
  readonly status: "draft" | "verified" | "verified in part" | "deprecated" | null;
  /** Other names that people search for. */
  readonly aliases: readonly string[];
  /** Names of the alerts that it is for. */
  readonly alerts: readonly string[];
  /** Front matter that is unknown or invalid, as written. */
  readonly other?: { readonly [key: string]: JsonValue };
}

/** A remark set apart from the text: a note, warning, caution, tip; `kind` is one lower-case word. */
export interface Note {
  readonly kind: string;
  readonly text: string;
  readonly span: Span;
}

/** Text for which there is no field; `label` is the bold label or heading above it. */
export interface Passage {
  readonly label: string;
  readonly text: string;
  readonly span: Span;
}

/** One line of the best practices, without its mark. */
export interface Practice {
  readonly text: string;
  readonly span: Span;
}

/** What keeps the fault from coming back. */
export interface Prevention {
  readonly immediate: readonly Measure[];
  readonly long_term: readonly Measure[];
  readonly do: readonly Practice[];
  readonly avoid: readonly Practice[];
  readonly security: readonly Practice[];
  readonly passages: readonly Passage[];
}

/** One row of the version history; `date` is None where the cell is not a calendar date. */
export interface Revision {
  readonly version: string;
  readonly date: string | null;
  readonly author: string;
  readonly changes: string;
  readonly span: Span;
}

/**
 * A heading with the raw text up to the next heading; level 0 is what is before the first one.
 *
 * `role` is what the dialect takes it for (`solutions`), None where it does not know the heading.
 */
export interface Section {
  readonly level: number;
  readonly title: string;
  readonly role: string | null;
  readonly text: string;
  readonly span: Span;
}

/** A way to fix the fault. `commands` are all its fences in order, those of the instructions included. */
export interface Solution {
  readonly number: number | null;
  readonly title: string;
  readonly when_to_use: string;
  readonly prerequisites: readonly string[];
  readonly instructions: readonly Instruction[];
  readonly commands: readonly Command[];
  readonly expected_outcome: string;
  readonly resolution_time: Duration;
  readonly notes: readonly Note[];
  readonly passages: readonly Passage[];
  readonly span: Span;
}

/** A stretch of text: lines and columns from 1 in code points, the end exclusive. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly end_line: number;
  readonly end_column: number;
}

/** A diagnostic step. */
export interface Step {
  readonly number: number | null;
  readonly title: string;
  readonly what_to_check: string;
  readonly commands: readonly Command[];
  readonly expected_output: string;
  readonly look_for: readonly string[];
  /** What the result tells the reader. */
  readonly meaning: string;
  readonly notes: readonly Note[];
  readonly passages: readonly Passage[];
  readonly span: Span;
}

/** Something that is seen when the fault is there; `literals` are texts exactly as the software prints them. */
export interface Symptom {
  readonly text: string;
  readonly literals: readonly string[];
  readonly span: Span;
}

/** A parsed runbook as JSON, as `fmkb show --json` prints it. */
export interface Runbook {
  readonly id: string;
  readonly title: string;
  readonly dialect: string;
  readonly metadata: Metadata;
  readonly purpose: string;
  readonly impact: string;
  readonly symptoms: readonly Symptom[];
  readonly causes: readonly Cause[];
  readonly quick_fix: readonly Command[];
  readonly resolution_time: Duration;
  readonly steps: readonly Step[];
  readonly root_cause_analysis: string;
  readonly solutions: readonly Solution[];
  readonly prevention: Prevention;
  readonly related: readonly Link[];
  readonly resources: readonly Link[];
  readonly history: readonly Revision[];
  readonly notes: readonly Note[];
  readonly passages: readonly Passage[];
  readonly sections: readonly Section[];
  readonly path: string | null;
}
