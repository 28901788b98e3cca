/** Status of one value. Zero is never absent, and absent is never suppressed. */
export const valueStatus = { observed: 0, absent: 1, suppressed: 2, notApplicable: 3 } as const;
export type ValueStatus = keyof typeof valueStatus;

/** A numeric variable: `values[i]` counts only where `status[i]` is observed (it is 0 elsewhere, never NaN). */
export interface NumberColumn {
  readonly type: 'number';
  readonly values: Float64Array;
  readonly status: Uint8Array;
}

/** A coded variable: `codes[i]` indexes `levels`, -1 where no value is observed. Levels stand in UTF-8 byte order. */
export interface CodedColumn {
  readonly type: 'coded';
  readonly levels: readonly string[];
  readonly codes: Int32Array;
  readonly status: Uint8Array;
}

export type Column = NumberColumn | CodedColumn;

/**
 * Some columns of one revision of a panel, in canonical order: rows sorted by unit id (UTF-8 bytes), then wave.
 * `unitIndex[i]` indexes `unitIds`, `waveIndex[i]` indexes `waves` (ascending). A cross-section has one wave.
 */
export interface PanelColumns {
  readonly panel: string;
  readonly revision: number;
  /** sha256 of the content the revision was made from, hexadecimal */
  readonly digest: string;
  readonly rows: number;
  readonly unitIds: readonly string[];
  readonly unitIndex: Uint32Array;
  readonly waves: readonly string[];
  readonly waveIndex: Uint32Array;
  readonly columns: Readonly<Record<string, Column>>;
}
